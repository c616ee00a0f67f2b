"""The line of time: its geometry, and the page that draws it."""

from datetime import date, timedelta

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from actionplans import plans, timeline
from actionplans.baseline import sign_off
from actionplans.models import Activity, Milestone
from actionplans.timeline import Span
from cohorts.models import Cohort, Team
from tests.actionplans.planning import make_activity, make_milestone, url
from tests.factories import MONDAY, NOON, make_user

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
MAYBE = st.none() | DAYS
COHORT = Cohort(starts_on=MONDAY, ends_on=MONDAY + timedelta(days=4))
TINY = 1e-6


def groups_of(dates: list[tuple[date | None, date | None]]) -> list[plans.Group]:
    activities = [
        Activity(pk=n, text=f"Activity {n}", starts_on=starts_on, due_on=due_on)
        for n, (starts_on, due_on) in enumerate(dates, start=1)
    ]
    return [plans.Group(Milestone(title="Paid"), activities)]


def draw(dates, today: date, zoom: str, *, rtl: bool) -> timeline.Chart:
    groups = groups_of(dates)
    signed = {1: dates[0][::-1]} if dates else {}
    span = timeline.span_of(groups, signed, COHORT, today, rtl=rtl)
    told = {"zoom": zoom, "signed": signed, "today": today}
    return timeline.chart(timeline.by_milestone(groups), span=span, **told)


@settings(max_examples=30)
@given(
    st.lists(st.tuples(MAYBE, MAYBE), max_size=6),
    st.dates(date(2026, 1, 1), date(2029, 1, 1)),
    st.sampled_from(list(timeline.ZOOMS)),
)
def test_everything_stands_within_the_box_and_is_mirrored_from_the_right(
    dates, today: date, zoom: str
) -> None:
    left, right = (draw(dates, today, zoom, rtl=rtl) for rtl in (False, True))
    for chart in (left, right):
        bars = [bar for lane in chart.lanes for bar in (lane.bar, lane.was) if bar]
        for bar in bars:
            assert bar.width > 0
            assert bar.x >= -TINY
            assert bar.x + bar.width <= 100 + TINY
        assert all(-TINY <= tick.x <= 100 + TINY for tick in chart.ticks)
        assert all(lane.y + timeline.ROW <= chart.height for lane in chart.lanes)
        assert chart.today is None or 0 <= chart.today <= 100
    for one, other in zip(left.lanes, right.lanes, strict=True):
        assert (one.bar is None) == (other.bar is None)
        if one.bar and other.bar:
            assert other.bar.x == pytest.approx(100 - one.bar.x - one.bar.width)
            assert other.bar.end == pytest.approx(100 - one.bar.end)
    assert (left.today is None) == (right.today is None)
    if left.today is not None and right.today is not None:
        assert left.today == pytest.approx(100 - right.today)


@given(DAYS, DAYS, st.booleans())
@settings(max_examples=30)
def test_later_is_further_along_the_line(one: date, other: date, rtl: bool) -> None:
    span = Span(date(2000, 1, 1), date(2099, 12, 31), rtl)
    first, second = sorted([one, other])
    order = [span.edge(first), span.edge(second)]
    assert order == sorted(order, reverse=rtl)


def test_a_bar_is_as_long_as_its_days_and_one_date_is_a_day() -> None:
    span = Span(date(2026, 6, 1), date(2026, 6, 10))
    assert span.place(date(2026, 6, 3), date(2026, 6, 4)) == (20, 20)
    assert span.place(date(2026, 6, 4), date(2026, 6, 3)) == (20, 20)
    bar = timeline.bar_of((None, date(2026, 6, 10)), span)
    assert bar == timeline.Bar(90, 10, 100, is_day=True)
    assert timeline.bar_of((None, None), span) is None


def test_a_date_that_slipped_far_away_does_not_stretch_the_line() -> None:
    chart = draw([(date(2026, 6, 1), date(2099, 1, 1))], MONDAY, "week", rtl=False)
    assert chart.span.days < 3 * 366


def test_a_line_names_each_month_once() -> None:
    chart = draw([(date(2026, 6, 1), date(2027, 6, 1))], MONDAY, "month", rtl=False)
    labels = [tick.label for tick in chart.ticks]
    assert labels[:2] == ["Jun 2026", "Jul 2026"]
    assert len(labels) == len(set(labels))


def test_the_page_draws_bars_that_lead_to_their_activities(team: Team, client: Client) -> None:
    activity = make_activity(
        make_milestone(team), starts_on="2026-06-08", due_on="2026-07-01", accountable="Hon. Weah"
    )
    make_activity(make_milestone(team, "Later"), "Something without a date")
    page = client.get(url(team, "timeline/")).content.decode()
    assert f'href="{url(team, f"activities/{activity.pk}/")}"' in page
    assert 'data-start="2026-06-08"' in page
    assert "Count every civil servant: 8 Jun 2026 – 1 Jul 2026, not started" in page
    assert page.count("data-row=") == 1
    assert "Something without a date" in page


@pytest.mark.parametrize("zoom", ["week", "month", "quarter", "nonsense"])
@pytest.mark.parametrize("by", ["milestone", "person"])
def test_it_is_drawn_by_milestone_or_person_at_every_zoom(
    team: Team, client: Client, zoom: str, by: str
) -> None:
    make_activity(make_milestone(team), due_on="2026-07-01", accountable="Hon. Weah")
    make_activity(make_milestone(team), "Nobody does this", due_on="2026-07-01")
    page = client.get(url(team, "timeline/"), {"zoom": zoom, "by": by}).content.decode()
    lanes = page.partition('<ol class="lanes">')[2].partition("</ol>")[0]
    assert ("Hon. Weah" in lanes) == (by == "person")
    assert ("Nobody yet" in lanes) == (by == "person")


def test_what_was_signed_stands_below_what_is(team: Team, client: Client, amara: User) -> None:
    activity = make_activity(make_milestone(team), starts_on="2026-06-08", due_on="2026-07-01")
    assert 'class="was"' not in client.get(url(team, "timeline/")).content.decode()
    sign_off(team, by=amara, now=NOON)
    Activity.objects.filter(pk=activity.pk).update(due_on="2026-09-01")
    page = client.get(url(team, "timeline/")).content.decode()
    assert "As signed off: 8 Jun 2026 – 1 Jul 2026" in page
    assert 'data-due="2026-09-01"' in page


def test_staff_see_bars_that_do_not_move(team: Team, sign_in) -> None:
    make_activity(make_milestone(team), due_on="2026-07-01")
    coach = make_user()
    Team.objects.update(coach=coach)
    page = sign_in(coach).get(url(team, "timeline/")).content.decode()
    assert "data-row=" not in page


def test_an_empty_plan_says_what_becomes_a_bar(team: Team, client: Client) -> None:
    assert "becomes a bar" in client.get(url(team, "timeline/")).content.decode()
