"""When and how often someone is reminded: the hour, one mail a week, a week of peace, or never."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from followups import mails, reminders
from followups.models import Holiday, Preference
from outbox.models import Message
from tests.factories import make_member, make_user
from tests.followups.conftest import DAY, HOUR, OPENS, World, day, utc
from tests.followups.pages import Browser, text_of

ADDRESS = "/me/reminders/"
CHOICE = {"hour": "17", "weekly_on": "", "language": "en"}


def signed_in(world: World) -> Browser:
    browser = Browser(world.clock)
    browser.sign_in(world.amara)
    browser.client.handler.enforce_csrf_checks = False
    return browser


def came(world: World) -> list[str]:
    sent = Message.objects.filter(person=world.amara, state="sent", covered_by=None)
    return [
        f"{at.astimezone(ZoneInfo('Africa/Monrovia')):%a %d %b %H}"
        for at in sent.order_by("sent_at").values_list("handed_over_at", flat=True)
    ]


def test_mails_come_at_the_hour_someone_chose(year):
    assert signed_in(year).post(ADDRESS, CHOICE).status_code == 302
    year.live_until(day(5), step=HOUR)
    assert [moment[:-3] for moment in came(year)] == ["Fri 19 Jun", "Tue 23 Jun"]
    assert all(moment[-2:] in {"17", "18", "19"} for moment in came(year))


def test_an_hour_chosen_while_a_mail_waits_holds_for_it(year):
    year.live_until(utc(OPENS, 8))
    assert signed_in(year).post(ADDRESS, CHOICE).status_code == 302
    year.live_until(day(1), step=HOUR)
    assert came(year)[0][-2:] in {"17", "18", "19"}


def test_once_a_week_brings_what_is_true_on_that_day_alone(year):
    # Thursdays: 25 June, 2 July, 9 July, 16 July.
    signed_in(year).post(ADDRESS, CHOICE | {"hour": "9", "weekly_on": "3"})
    year.live_until(day(28), step=2 * HOUR)
    assert [moment[:-3] for moment in came(year)] == ["Thu 25 Jun", "Thu 02 Jul", "Thu 16 Jul"]
    keys = dict(Message.objects.filter(person=year.amara).values_list("message_id", "key"))
    steps = [keys[mail["Message-ID"]].rsplit("/", 1)[1] for mail in year.letters(year.amara)]
    assert steps == ["nudge", "overdue", "closes"]


def test_the_language_one_chooses_is_that_of_the_mails_that_wait(year):
    year.live_until(utc(OPENS, 8))
    signed_in(year).post(ADDRESS, CHOICE | {"hour": "9", "language": "fr"})
    year.amara.refresh_from_db()
    assert year.amara.language == "fr"
    year.live_until(day(1))
    assert year.letters(year.amara)[0]["Content-Language"] == "fr"


@pytest.mark.parametrize(
    "wrong", [{"hour": "6"}, {"hour": "20"}, {"hour": "x"}, {"weekly_on": "7"}, {"language": "xx"}]
)
def test_what_is_no_choice_is_refused_and_nothing_changes(year, wrong):
    answer = signed_in(year).post(ADDRESS, CHOICE | wrong)
    assert answer.status_code == 422
    assert not Preference.objects.exists()


def test_a_week_of_peace_from_the_mails_own_link_needs_no_sign_in(opened):
    phone = Browser(opened.clock)
    link = opened.link(path="u")
    assert "None for a week" in text_of(phone.get(link))
    assert not Preference.objects.exists()
    done = phone.post(link, {"do": "snooze"})
    assert "You get none before Friday 26 June." in text_of(done)
    assert reminders.are_wanted(opened.amara)
    opened.live_until(day(10), step=2 * HOUR)
    # The nudge of the 23rd waits, and is still true on Friday.
    assert [moment[:-3] for moment in came(opened)] == ["Fri 19 Jun", "Fri 26 Jun", "Mon 29 Jun"]
    assert len(opened.letters(opened.boima)) == 3


def test_a_mail_in_a_workers_hands_is_taken_back_by_the_peace(year):
    from outbox import delivery, handing

    year.live_until(utc(OPENS, 8))
    now = utc(OPENS, 11)
    [mine] = [one for one in delivery.claim_due(now) if one.person_id == year.amara.pk]
    reminders.snooze(year.amara, now)
    assert not handing.hand_over(mine, now)
    mine.refresh_from_db()
    assert mine.state == "queued"


def test_who_comes_back_early_is_reminded_from_then_on(opened):
    browser = signed_in(opened)
    browser.post(ADDRESS, {"do": "snooze"})
    assert "You get none before" in text_of(browser.get(ADDRESS))
    browser.post(ADDRESS, {"wants_reminders": "yes"})
    opened.live_until(day(5))
    assert len(opened.letters(opened.amara)) == 2


def test_the_lead_is_told_once_of_a_reader_who_is_out_and_sees_it_on_the_teams_page(opened):
    for _ in range(2):
        Browser(opened.clock).post(opened.link(opened.boima, path="u"), {})
        reminders.resume(opened.boima, opened.clock)
    Browser(opened.clock).post(opened.link(opened.boima, path="u"), {})
    opened.live_until(day(4) - 6 * HOUR)
    told = [mail for mail in opened.letters(opened.amara) if "no reminders" in mail["Subject"]]
    assert [mail["Subject"] for mail in told] == ["Liberia: Boima gets no reminders any more"]
    lead, member = Browser(opened.clock), Browser(opened.clock)
    lead.sign_in(opened.amara)
    assert "gets no reminders" in text_of(lead.get(opened.team.get_absolute_url()))
    other = make_member(opened.team, make_user("Other"))
    member.sign_in(other)
    assert "gets no reminders" not in text_of(member.get(opened.team.get_absolute_url()))


def test_the_lead_is_told_again_of_someone_who_came_back_and_left_once_more(opened):
    for days in (0, 0, 7):
        opened.clock = day(days)
        reminders.stop(opened.boima, opened.clock)
    out = Message.objects.filter(kind=mails.READER_OUT)
    assert out.count() == 1
    reminders.resume(opened.boima, day(8))
    reminders.stop(opened.boima, day(9))
    assert out.count() == 2


def test_no_lead_is_told_of_someone_who_came_back_before_the_mail_went(opened):
    reminders.stop(opened.boima, opened.clock + 9 * HOUR)
    reminders.resume(opened.boima, opened.clock + 10 * HOUR)
    opened.live_until(day(4) - 6 * HOUR)
    assert len(opened.letters(opened.amara)) == 1


def test_on_a_holiday_of_the_cohort_nobody_of_it_gets_mail(year):
    Holiday.objects.create(cohort=year.cohort, day=OPENS, name="A feast")
    Holiday.objects.create(cohort=year.cohort, day=OPENS + timedelta(days=3), name="Another")
    year.live_until(day(3) + 11 * HOUR)
    assert came(year) == []
    year.live_until(day(5))
    # The opening had no day before the nudge replaced it.
    assert [moment[:-3] for moment in came(year)] == ["Tue 23 Jun"]
    year.clock += DAY
