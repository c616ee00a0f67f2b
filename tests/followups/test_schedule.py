"""Dates of the year, and decent hours of a reader's day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from followups import hours, schedule
from followups.hours import Reader
from followups.models import Round

pytestmark = pytest.mark.once

ZONES = sorted(available_timezones() - {"localtime"})
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(2024, 1, 1), date(2045, 12, 31))
moments = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 hypothesis adds the zone
    datetime(2045, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
keys = st.text(max_size=20)
CAIRO, HAVANA = ZoneInfo("Africa/Cairo"), ZoneInfo("America/Havana")
APIA, KATHMANDU = ZoneInfo("Pacific/Apia"), ZoneInfo("Asia/Kathmandu")


def is_decent(moment: datetime, zone: ZoneInfo) -> bool:
    local = moment.astimezone(zone)
    return local.weekday() not in hours.days_off(zone.key) and time(7) <= local.time() < time(20)


def test_rounds_come_two_six_ten_sixteen_twenty_two_thirty_thirty_eight_forty_eight_weeks_later():
    rounds = schedule.rounds_of(date(2026, 6, 5), schedule.ROUND_WEEKS)
    assert [(opens - date(2026, 6, 5)).days // 7 for opens, _, _ in rounds] == [
        2,
        6,
        10,
        16,
        22,
        30,
        38,
        48,
    ]
    assert rounds[0] == (date(2026, 6, 19), date(2026, 6, 28), date(2026, 7, 13))


@given(zone=zones, day=days, key=keys)
@example(zone=CAIRO, day=date(2026, 4, 24), key="the day Egypt leaves out an hour")
@example(zone=HAVANA, day=date(2026, 3, 8), key="")
@example(zone=APIA, day=date(2026, 6, 19), key="")
@example(zone=KATHMANDU, day=date(2026, 6, 20), key="")
def test_a_mail_goes_in_the_morning_of_a_working_day_and_never_before_its_date(zone, day, key):
    moment = Reader(zone, key).morning(day)
    local = moment.astimezone(zone)
    assert is_decent(moment, zone)
    assert time(9) <= local.time() < time(10, 30)
    assert day <= local.date() <= day + timedelta(days=3)
    assert moment >= schedule.begins(day)
    assert Reader(zone, key).morning(day) == moment


@given(zone=zones, now=moments, key=keys)
def test_the_next_decent_moment_is_decent_and_now_if_now_is(zone, now, key):
    moment = Reader(zone, key).next_decent(now)
    assert is_decent(moment, zone)
    assert (moment == now) == is_decent(now, zone)
    assert now <= moment <= now + timedelta(days=5)


@given(zone=zones, opens=days, key=keys)
def test_every_step_has_decent_hours_before_the_next_step_ends_them(zone, opens, key):
    round_ = Round(
        opens_on=opens,
        due_on=opens + timedelta(days=schedule.DUE_DAY),
        closes_on=opens + timedelta(days=24),
    )
    for step, overtaken_by in schedule.OVERTAKEN_BY.items():
        begins = Reader(zone, key).morning(schedule.step_date(round_, step))
        until = schedule.until(round_, step, Reader(zone, key))
        assert until - begins >= timedelta(hours=8)
        assert until.astimezone(zone).date() < schedule.step_date(round_, overtaken_by)


@given(zone=zones, local=st.datetimes(datetime(2024, 1, 1), datetime(2045, 1, 1)))  # noqa: DTZ001
def test_a_wall_clock_time_means_its_first_instant_or_the_first_after_a_gap(zone, local):
    found = hours.instant(local, zone)
    shown = found.astimezone(zone).replace(tzinfo=None)
    if shown == local:
        earlier = found - timedelta(hours=1)
        assert earlier.astimezone(zone).replace(tzinfo=None) < local
    else:
        assert shown > local
        assert (found - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) < local


@given(
    zone=zones,
    local=st.datetimes(datetime(2024, 1, 1), datetime(2045, 1, 1)),  # noqa: DTZ001
    later=st.timedeltas(timedelta(0), timedelta(hours=26)),
)
@example(zone=CAIRO, local=datetime(2026, 4, 23, 23, 59), later=timedelta(minutes=30))  # noqa: DTZ001
@example(zone=HAVANA, local=datetime(2026, 11, 1, 0, 59), later=timedelta(minutes=1))  # noqa: DTZ001
def test_a_later_wall_clock_time_never_means_an_earlier_instant(zone, local, later):
    assert hours.instant(local, zone) <= hours.instant(local + later, zone)


@given(zone=zones, day=days, key=keys)
def test_a_later_day_never_means_an_earlier_morning_or_evening(zone, day, key):
    mornings = [Reader(zone, key).morning(day + timedelta(days=n)) for n in range(9)]
    evenings = [Reader(zone).evening(day + timedelta(days=n)) for n in range(9)]
    assert mornings == sorted(mornings)
    assert evenings == sorted(evenings)
    # A date may begin up to fourteen hours before UTC's and end up to twelve after it.
    assert all(
        schedule.begins(day) < morning < evening
        for morning, evening in zip(mornings, evenings, strict=True)
    )


@given(zone=zones, now=moments, minutes=st.integers(0, 3 * 24 * 60), key=keys)
def test_waiting_for_a_decent_moment_and_waiting_on_comes_to_the_same_or_later(
    zone, now, minutes, key
):
    # Asked again while it waits, a mail is not put off by more than it waited.
    first = Reader(zone, key).next_decent(now)
    again = Reader(zone, key).next_decent(min(now + timedelta(minutes=minutes), first))
    assert again <= first
    assert is_decent(again, zone)


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        # Egypt's clocks go from Friday 0:00 to 1:00, Cuba's from Sunday 0:00 to 1:00.
        (CAIRO, datetime(2026, 4, 24, 0, 30), datetime(2026, 4, 23, 22, 0)),  # noqa: DTZ001
        (HAVANA, datetime(2026, 3, 8, 0, 30), datetime(2026, 3, 8, 5, 0)),  # noqa: DTZ001
        # And back: 0:30 occurs twice in Havana, 23:30 in Cairo.
        (HAVANA, datetime(2026, 11, 1, 0, 30), datetime(2026, 11, 1, 4, 30)),  # noqa: DTZ001
        (CAIRO, datetime(2026, 10, 29, 23, 30), datetime(2026, 10, 29, 20, 30)),  # noqa: DTZ001
        (KATHMANDU, datetime(2026, 6, 19, 9, 0), datetime(2026, 6, 19, 3, 15)),  # noqa: DTZ001
        (APIA, datetime(2026, 6, 19, 9, 0), datetime(2026, 6, 18, 20, 0)),  # noqa: DTZ001
    ],
)
def test_gaps_and_repeats_of_daylight_saving(zone, local, utc):
    assert hours.instant(local, zone) == utc.replace(tzinfo=UTC)


def test_nine_in_the_morning_stays_nine_on_both_edges_of_daylight_saving():
    for day in (date(2026, 3, 6), date(2026, 3, 9), date(2026, 10, 30), date(2026, 11, 2)):
        local = Reader(HAVANA, "key").morning(day).astimezone(HAVANA)
        assert (local.date(), local.hour) == (day, local.hour)
        assert time(9) <= local.time() < time(10, 30)


@pytest.mark.parametrize(
    ("zone", "off"),
    [
        ("Africa/Cairo", {4, 5}),
        ("Asia/Riyadh", {4, 5}),
        ("Africa/Khartoum", {4, 5}),
        ("Asia/Tehran", {4}),
        ("Africa/Monrovia", {5, 6}),
        ("America/New_York", {5, 6}),
        ("Asia/Dubai", {5, 6}),
        ("Atlantis/Centre", {5, 6}),
        ("UTC", {5, 6}),
    ],
)
def test_days_off_are_those_of_the_readers_country(zone, off):
    assert hours.days_off(zone) == off


def test_a_mail_of_a_friday_waits_in_cairo_until_sunday():
    local = Reader(CAIRO, "key").morning(date(2026, 6, 19)).astimezone(CAIRO)
    assert local.date() == date(2026, 6, 21)


def test_mails_are_spread_over_ninety_minutes():
    day = date(2026, 6, 19)
    minutes = {Reader(HAVANA, f"key {n}").morning(day) for n in range(500)}
    assert len(minutes) > 80
    assert max(minutes) - min(minutes) < timedelta(minutes=90)


readers = st.builds(
    Reader,
    zone=zones,
    key=keys,
    hour=st.integers(7, 19),
    weekly_on=st.none() | st.integers(0, 6),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=12),
)
in_2026 = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(reader=readers, day=in_2026)
@example(reader=Reader(CAIRO, hour=7), day=date(2026, 4, 24))
@example(reader=Reader(HAVANA, hour=19, weekly_on=6), day=date(2026, 3, 8))
def test_a_chosen_hour_and_weekday_are_kept_on_a_working_day_that_is_no_holiday(reader, day):
    moment = reader.morning(day)
    local = moment.astimezone(reader.zone)
    assert is_decent(moment, reader.zone)
    assert local.date() >= day
    assert local.date() not in reader.holidays
    assert reader.hour <= local.hour <= reader.hour + 1
    if reader.weekly_on is not None:
        # On the chosen weekday, or after it and days off alone.
        first = local.date() - timedelta(days=(local.weekday() - reader.weekly_on) % 7)
        days_between = [first + timedelta(days=n) for n in range((local.date() - first).days)]
        assert not any(reader.works_on(one) for one in days_between)


@given(reader=readers, day=in_2026)
def test_for_any_reader_a_later_day_never_means_an_earlier_mail(reader, day):
    mornings = [reader.morning(day + timedelta(days=n)) for n in range(9)]
    assert mornings == sorted(mornings)


@given(reader=readers, now=moments)
def test_for_any_reader_the_next_decent_moment_is_one_at_which_they_read(reader, now):
    moment = reader.next_decent(now)
    assert is_decent(moment, reader.zone)
    assert moment >= now
    assert reader.reads_on(moment.astimezone(reader.zone).date())
    assert reader.next_decent(moment) == moment


@given(zone=zones, weekly_on=st.integers(0, 6), opens=in_2026, key=keys)
def test_a_weekly_reader_is_asked_at_least_once_before_the_date(zone, weekly_on, opens, key):
    reader = Reader(zone, key, weekly_on=weekly_on)
    dates = schedule.dates_of(opens)
    round_ = Round(opens_on=dates[0], due_on=dates[1], closes_on=dates[2])
    goes = [
        step
        for step in ("opens", "nudge")
        if reader.morning(schedule.step_date(round_, step)) < schedule.until(round_, step, reader)
    ]
    assert goes
