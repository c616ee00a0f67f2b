"""A cohort's holidays: typed a line each, never lost, and shown first while a year runs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from followups.models import CheckIn, Holiday
from tests.followups.conftest import DAY, World, day
from tests.followups.pages import Browser, text_of
from tests.followups.test_rearranging import address, browser_of, seen_in


def path(world: World) -> str:
    return reverse("cohort_holidays", args=[world.cohort.pk])


def save(browser: Browser, world: World, lines: str, seen: str = ""):
    seen = seen or seen_in(browser.get(path(world)))
    return browser.post(path(world), {"do": "apply", "holidays": lines, "seen": seen})


def named() -> list[str]:
    return [str(one) for one in Holiday.objects.all()]


def test_holidays_are_typed_a_line_each_and_a_wrong_line_is_kept_to_be_mended(world):
    browser = browser_of(world)
    assert path(world) in browser.get(address(world)).content.decode()
    answer = save(browser, world, "2026-07-26 Independence Day\n\n2026-11-29 Tubman")
    assert answer.status_code == 302
    assert named() == ["2026-07-26: Independence Day", "2026-11-29: Tubman"]
    page = save(browser, world, "26 July")
    assert page.status_code == 422
    assert "26 July</textarea>" in page.content.decode()
    assert len(named()) == 2


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("2027-05-01 Labour Day\n2027-05-01 May Day", "1 May 2027 stands in two lines"),
        (f"2027-05-01 {'x' * 101}", "The name of 1 May 2027 is too long: 100 letters at most"),
    ],
)
def test_what_would_be_lost_is_refused_and_stays_to_be_mended(world, lines, why):
    page = save(browser_of(world), world, lines)
    assert page.status_code == 422
    assert why in text_of(page)
    assert lines in page.content.decode()
    assert named() == []


def test_a_name_of_a_hundred_letters_is_kept_whole(world):
    save(browser_of(world), world, f"2027-05-01 {'x' * 100}")
    assert named() == [f"2027-05-01: {'x' * 100}"]


def test_the_second_of_two_tabs_sees_what_stands_now_and_keeps_what_it_typed(world):
    first, second = browser_of(world), browser_of(world)
    seen = seen_in(second.get(path(world)))
    save(first, world, "2027-05-01 Labour Day")
    page = save(second, world, "2027-07-26 Independence Day", seen)
    assert page.status_code == 409
    assert "Someone changed this schedule meanwhile" in text_of(page)
    assert "2027-05-01 Labour Day" in text_of(page)
    assert "2027-07-26 Independence Day</textarea>" in page.content.decode()
    assert named() == ["2027-05-01: Labour Day"]
    both = "2027-05-01 Labour Day\n2027-07-26 Independence Day"
    assert save(second, world, both, seen_in(page)).status_code == 302
    assert len(named()) == 2


def test_a_running_year_shows_first_which_mails_move(opened):
    browser = browser_of(opened)
    lines = f"{day(4).date()} Flag Day"
    page = browser.post(
        path(opened),
        {"do": "show", "holidays": lines, "seen": seen_in(browser.get(path(opened)))},
    )
    assert page.status_code == 200
    said = text_of(page)
    # The nudge of Tuesday comes on Wednesday to both members.
    assert "2 reminders come at another time" in said
    assert "24 Jun 2026 instead of 23 Jun 2026" in said
    assert named() == []
    assert save(browser, opened, lines, seen_in(page)).status_code == 302
    assert len(named()) == 1
    before = len(opened.letters(opened.amara))
    opened.live_until(day(5) - DAY / 2)
    assert len(opened.letters(opened.amara)) == before
    opened.live_until(day(5) + DAY / 2)
    assert len(opened.letters(opened.amara)) == before + 1


def test_holidays_taken_away_move_the_mails_back(opened):
    Holiday.objects.create(cohort=opened.cohort, day=day(4).date(), name="Flag Day")
    browser = browser_of(opened)
    seen = seen_in(browser.get(path(opened)))
    page = browser.post(path(opened), {"do": "show", "holidays": "", "seen": seen})
    assert "23 Jun 2026 instead of 24 Jun 2026" in text_of(page)


def test_a_day_without_mail_moves_nothing_and_can_be_named(opened):
    browser = browser_of(opened)
    seen = seen_in(browser.get(path(opened)))
    told = {"holidays": "2028-01-01 New Year", "seen": seen}
    page = browser.post(path(opened), told | {"do": "show"})
    assert "No mail would come on another day" in text_of(page)
    assert browser.post(path(opened), told | {"do": "apply"}).status_code == 302
    assert named() == ["2028-01-01: New Year"]


def test_whoever_saw_rounds_without_a_holiday_sees_them_anew(opened):
    browser = browser_of(opened)
    shown = browser.post(address(opened), {"do": "show", "openings": ""})
    Holiday.objects.create(cohort=opened.cohort, day=day(4).date(), name="Flag Day")
    told = {"do": "apply", "openings": "", "seen": seen_in(shown)}
    assert "Someone changed this year meanwhile" in text_of(browser.post(address(opened), told))
    assert CheckIn.objects.count() == 8


def test_a_year_that_is_over_has_no_holidays_to_name(opened):
    opened.cohort.state = "closed"
    opened.cohort.save(update_fields=["state"])
    browser = browser_of(opened)
    assert path(opened) not in browser.get(address(opened)).content.decode()
    assert browser.get(path(opened)).status_code == 404
