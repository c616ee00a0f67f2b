"""Promises of the coalition: on record for all its members, changed openly, kept or broken."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from followups import commitments
from followups.models import Commitment, CommitmentVersion
from tests.factories import make_member, make_outsider, make_team, make_user
from tests.followups.conftest import DAY, World, utc
from tests.followups.pages import Browser, text_of

NOW = utc(date(2026, 6, 22))
PROMISE = {
    "who": "boima",
    "what": "Call the union",
    "due_on": "2026-06-26",
    "witnesses": "Amara Kollie",
    "made_on": "2026-06-05",
}


def browser_of(person: User, moment: Any = NOW) -> Browser:
    browser = Browser(moment, Client())
    browser.sign_in(person)
    return browser


def post(person: User, path: str, **fields: Any) -> HttpResponse:
    """What the person's form sends; then the page it leads to, or the form again."""
    browser = browser_of(person)
    answer = browser.post(path, {"form_id": uuid4()} | fields)
    return browser.get(answer["Location"]) if answer.status_code == 302 else answer


@pytest.fixture
def pages(year: World) -> str:
    return f"/teams/{year.team.pk}/commitments/"


@pytest.fixture
def page(year: World, pages: str) -> str:
    """The page of one promise, the union's call."""
    post(year.amara, pages, **PROMISE)
    return f"{pages}{Commitment.objects.get().pk}/"


def test_a_member_puts_a_promise_on_record_and_everyone_of_the_team_sees_it(
    year: World, pages: str
) -> None:
    assert "No promise is on record yet" in text_of(browser_of(year.amara).get(pages))
    answer = text_of(post(year.amara, pages, **PROMISE))
    assert "because what is agreed in the open outlasts what is agreed aside" in answer
    home = browser_of(year.boima).get(f"/teams/{year.team.pk}/")
    assert pages in home.content.decode()
    for reader in (year.boima, year.coach):
        shown = text_of(browser_of(reader).get(pages))
        for words in ("Call the union", "witnessed by Amara Kollie", "by 26 Jun 2026"):
            assert words in shown
    version = CommitmentVersion.objects.get()
    # Written in small letters, it still means the member.
    assert version.person
    assert version.person.user == year.boima


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"made_on": "2026-06-23"}, "That day is still to come"),
        ({"due_on": "2026-06-04"}, "cannot be due before the day on which it was made"),
    ],
)
def test_a_promise_is_made_before_it_is_due_and_not_in_days_to_come(
    year: World, pages: str, wrong: dict[str, str], told: str
) -> None:
    answer = post(year.amara, pages, **PROMISE | wrong)
    assert (answer.status_code, told in text_of(answer)) == (422, True)
    assert not Commitment.objects.exists()


def test_a_form_that_was_sent_before_with_other_words_or_elsewhere_is_another_promise(
    year: World, pages: str
) -> None:
    once = uuid4()
    for what in ("Call the union", "Call the bank", "Call the bank"):
        post(year.amara, pages, **PROMISE | {"form_id": once, "what": what})
    other = make_member(make_team(year.cohort, name="Kenya"))
    there = f"/teams/{other.memberships.get().team_id}/commitments/"
    assert "Call the union" in text_of(post(other, there, **PROMISE | {"form_id": once}))
    said = CommitmentVersion.objects.order_by("pk").values_list("what", flat=True)
    assert list(said) == ["Call the union", "Call the bank", "Call the union"]


def test_an_outsider_is_named_with_the_organisation_or_by_name_alone(
    year: World, pages: str
) -> None:
    make_outsider(year.team, "Samuel Weeks", organisation="Teachers' union")
    post(year.amara, pages, **PROMISE | {"who": "Samuel Weeks"})
    answer = text_of(post(year.amara, pages, **PROMISE | {"who": "The minister"}))
    assert "Teachers' union" in answer
    assert "The minister" in answer


def test_the_same_form_twice_is_one_promise_and_a_refused_one_keeps_what_was_typed(
    year: World, pages: str
) -> None:
    once = uuid4()
    for _ in range(2):
        post(year.amara, pages, form_id=once, **PROMISE)
    assert CommitmentVersion.objects.count() == 1
    answer = post(year.amara, pages, **PROMISE | {"due_on": ""})
    assert answer.status_code == 422
    assert "Call the union" in answer.content.decode()


def test_a_change_is_a_version_and_what_it_said_before_stays_on_the_page(
    year: World, page: str
) -> None:
    changed = PROMISE | {"due_on": "2026-07-10", "seen": "1"}
    shown = text_of(post(year.boima, page, do="reword", **changed))
    for words in ("version 1, written by Amara Kollie", "version 2, written by Boima"):
        assert words in shown
    assert "by 26 Jun 2026" in shown
    assert "by 10 Jul 2026" in shown


def test_two_who_change_it_at_once_do_not_overwrite_one_another(year: World, page: str) -> None:
    post(year.boima, page, do="reword", **PROMISE | {"what": "Call them", "seen": "1"})
    late = PROMISE | {"what": "Write to them instead", "seen": "1"}
    answer = post(year.amara, page, do="reword", **late)
    assert answer.status_code == 422
    assert "Someone changed this meanwhile" in text_of(answer)
    assert "Write to them instead" in answer.content.decode()
    assert CommitmentVersion.objects.count() == 2
    # Having read it, they send what stands in the form.
    post(year.amara, page, do="reword", **late | {"seen": "2"})
    assert CommitmentVersion.objects.count() == 3


@pytest.mark.parametrize("state", ["kept", "broken", "released"])
def test_how_it_ended_has_a_word_why(year: World, page: str, state: str) -> None:
    ending = {"do": "end", "state": state, "seen": "1"}
    assert post(year.boima, page, **ending).status_code == 422
    once = uuid4()
    for _ in range(2):
        shown = text_of(post(year.boima, page, form_id=once, why="The union said so", **ending))
    assert state in shown
    assert "The union said so" in shown
    assert CommitmentVersion.objects.count() == 2
    version = CommitmentVersion.objects.get(n=2)
    version.pk, version.n, version.form_id, version.why = None, 3, uuid4(), ""
    with pytest.raises(IntegrityError), transaction.atomic():
        version.save()


def test_what_is_due_stands_on_the_teams_home_and_at_the_check_in(year: World, pages: str) -> None:
    post(year.amara, pages, **PROMISE | {"what": "Late already", "due_on": "2026-06-20"})
    post(year.amara, pages, **PROMISE | {"what": "Due in a week", "due_on": "2026-06-29"})
    post(year.amara, pages, **PROMISE | {"what": "Due much later", "due_on": "2026-06-30"})
    post(year.amara, pages, **PROMISE | {"what": "Kept by now", "due_on": "2026-06-20"})
    kept = next(one for one in commitments.of_team(year.team) if one.now.what == "Kept by now")
    post(year.amara, f"{pages}{kept.commitment.pk}/", do="end", state="kept", seen="1", why="Yes")
    browser = browser_of(year.amara)
    for path in ("", f"check-ins/{year.check_in().pk}/"):
        shown = text_of(browser.get(f"/teams/{year.team.pk}/{path}"))
        assert "Promises due" in shown
        assert shown.index("Late already") < shown.index("Due in a week")
        assert "Due much later" not in shown
        assert "Kept by now" not in shown
    assert "Due much later" in text_of(browser_of(year.amara, NOW + DAY).get(pages))


def test_staff_read_it_and_other_teams_find_nothing(year: World, page: str, pages: str) -> None:
    assert "Put a promise on record" not in text_of(browser_of(year.coach).get(pages))
    for path in (page, pages):
        assert post(year.coach, path, **PROMISE).status_code == 404
    other = make_team(year.cohort, name="Kenya", coach=make_user())
    assert other.coach
    stranger = make_member(other)
    pk = Commitment.objects.get().pk
    for person in (stranger, other.coach):
        for path in (page, pages, f"/teams/{other.pk}/commitments/{pk}/"):
            assert browser_of(person).get(path).status_code == 404
            assert post(person, path, **PROMISE | {"seen": "1"}).status_code == 404
        assert "Call the union" not in text_of(
            browser_of(person).get(f"/teams/{other.pk}/commitments/")
        )
    assert CommitmentVersion.objects.count() == 1
