"""On a device that keeps nothing, what is typed is kept on the server, for its author alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from actionplans import drafts
from actionplans.models import DailySheet, Draft, Edit, SheetRow
from cohorts.models import Cohort, Team
from outbox import ticking
from tests.actionplans.sheeting import SCRIPT, make_row, save, url
from tests.factories import MONDAY, NOON, make_member


def type_(client: Client, team: Team, **sent: object):
    """Two seconds of silence after typing."""
    fields = {"table": "sheetrow", "field": "action", "seen": "", "value": "Half a thought"}
    return client.post(f"/teams/{team.pk}/drafts/", fields | sent, **SCRIPT)


def offered(client: Client, team: Team) -> str:
    return client.get(f"/teams/{team.pk}/drafts/", **SCRIPT).content.decode()


def choose(client: Client, team: Team, what: str, draft: Draft):
    sent = {"do": what, "draft": draft.pk}
    return client.post(f"/teams/{team.pk}/drafts/", sent, follow=True)


@pytest.fixture
def row(team: Team, amara: User) -> SheetRow:
    return make_row(team, amara)


def test_what_is_typed_is_kept_and_offered_back(team: Team, client: Client, row: SheetRow) -> None:
    assert type_(client, team, row=row.pk).status_code == 204
    assert type_(client, team, row=row.pk, value="Half a thought more").status_code == 204
    assert "Half a thought more" in offered(client, team)
    assert "Action" in offered(client, team)
    assert Draft.objects.count() == 1
    assert not Edit.objects.filter(field="action").exists()


def test_a_draft_put_in_is_the_cells_text_and_no_draft_any_more(
    team: Team, client: Client, row: SheetRow
) -> None:
    type_(client, team, row=row.pk)
    page = choose(client, team, "put", Draft.objects.get())
    row.refresh_from_db()
    assert row.action == "Half a thought"
    assert "Your text is saved." in page.content.decode()
    assert not Draft.objects.exists()


def test_a_draft_of_a_new_row_makes_the_row_once(team: Team, client: Client) -> None:
    key = str(uuid4())
    new = {"row": "new", "key": key, "day": str(MONDAY)}
    type_(client, team, **new)
    type_(client, team, **new, field="milestone", value="Payroll")
    for draft in Draft.objects.all():
        page = choose(client, team, "put", draft)
        assert page.redirect_chain[-1][0] == url(team)
    row = SheetRow.objects.get()
    assert (row.action, row.milestone) == ("Half a thought", "Payroll")


def test_a_draft_of_the_discussion_goes_where_it_belongs(team: Team, client: Client) -> None:
    type_(client, team, table="sheet", row=str(MONDAY), field="takeaways")
    choose(client, team, "put", Draft.objects.get())
    assert DailySheet.objects.get().takeaways == "Half a thought"


def test_a_cell_that_changed_meanwhile_becomes_a_choice(
    team: Team, client: Client, row: SheetRow, sign_in
) -> None:
    type_(client, team, row=row.pk)
    save(sign_in(make_member(team)), team, row=row.pk, field="action", value="Theirs")
    page = choose(client, team, "put", Draft.objects.get()).content.decode()
    assert "Half a thought" in page
    assert "Theirs" in page
    row.refresh_from_db()
    assert row.action == "Theirs"
    assert not Draft.objects.exists()


def test_a_draft_that_cannot_stand_in_its_cell_stays_a_draft(
    team: Team, client: Client, row: SheetRow
) -> None:
    type_(client, team, row=row.pk, field="by_when", value="1999-01-01")
    page = choose(client, team, "put", Draft.objects.get()).content.decode()
    assert "Is the year right?" in page
    assert Draft.objects.count() == 1


def test_a_draft_whose_row_was_never_there_stays_too(team: Team, client: Client) -> None:
    type_(client, team, row="999999")
    assert "no longer here" in choose(client, team, "put", Draft.objects.get()).content.decode()
    assert Draft.objects.count() == 1


def test_a_draft_can_be_thrown_away(team: Team, client: Client, row: SheetRow) -> None:
    type_(client, team, row=row.pk)
    choose(client, team, "throw", Draft.objects.get())
    assert not Draft.objects.exists()
    row.refresh_from_db()
    assert row.action == ""


def test_typing_back_to_what_stood_there_leaves_no_draft(
    team: Team, client: Client, row: SheetRow
) -> None:
    type_(client, team, row=row.pk)
    type_(client, team, row=row.pk, value=" ")
    assert not Draft.objects.exists()


def test_saving_the_cell_ends_its_draft(team: Team, client: Client, row: SheetRow) -> None:
    type_(client, team, row=row.pk)
    type_(client, team, row=row.pk, field="milestone")
    with CaptureQueriesContext(connection) as queries:
        save(client, team, row=row.pk, field="action", value="A whole thought", draft="1")
    assert Draft.objects.get().field == "milestone"
    marks = ("SAVEPOINT", "RELEASE")
    assert len([q for q in queries if not q["sql"].startswith(marks)]) <= 8


def test_nobody_else_sees_or_takes_a_draft(
    team: Team, client: Client, row: SheetRow, sign_in
) -> None:
    type_(client, team, row=row.pk)
    other = sign_in(make_member(team))
    assert "Half a thought" not in offered(other, team)
    for what in ("put", "throw"):
        assert choose(other, team, what, Draft.objects.get()).status_code == 404
    assert Draft.objects.count() == 1


def test_two_people_keep_drafts_of_one_cell(
    team: Team, client: Client, row: SheetRow, sign_in
) -> None:
    type_(client, team, row=row.pk)
    type_(sign_in(make_member(team)), team, row=row.pk, value="Hers")
    assert {draft.text for draft in Draft.objects.all()} == {"Half a thought", "Hers"}


def test_a_closed_cohort_keeps_the_draft_and_says_so(
    team: Team, client: Client, row: SheetRow
) -> None:
    type_(client, team, row=row.pk)
    Cohort.objects.update(state=Cohort.State.CLOSED)
    assert "cohort is closed" in choose(client, team, "put", Draft.objects.get()).content.decode()
    assert Draft.objects.count() == 1


@pytest.mark.parametrize(
    "place",
    [
        {"table": "nothing"},
        {"field": "nothing"},
        {"row": "9" * 21},
        {"do": "nothing"},
        {"do": "put", "draft": "nothing"},
    ],
)
def test_a_draft_of_nothing_is_refused(team: Team, client: Client, place: dict) -> None:
    assert type_(client, team, **{"row": "1"} | place).status_code == 404
    assert not Draft.objects.exists()


def test_a_text_beyond_measure_is_refused_with_a_sentence(
    team: Team, client: Client, row: SheetRow
) -> None:
    answer = type_(client, team, row=row.pk, value="x" * (drafts.LONGEST + 1))
    assert (answer.status_code, answer.json()["message"]) == (422, "This text is too long to keep.")


def test_after_thirty_days_a_draft_is_forgotten(team: Team, amara: User) -> None:
    place = {"table": "sheetrow", "row": "1", "key": "", "day": "", "field": "action"}
    told = {"text": "Old", "seen": "", "by": amara}
    drafts.keep(team, place=place, **told, now=NOON - timedelta(days=30, seconds=1))
    drafts.keep(team, place=place | {"row": "2"}, **told, now=NOON - timedelta(days=30))
    ticking.tick(NOON)
    assert [draft.row for draft in Draft.objects.all()] == ["2"]


def test_a_cell_is_not_saved_for_someone_who_has_signed_in_meanwhile(
    team: Team, client: Client, row: SheetRow, sign_in
) -> None:
    page = client.get(url(team)).content.decode()
    mark = page.partition('data-person="')[2].partition('"')[0]
    other = sign_in(make_member(team))
    sent = {"row": row.pk, "field": "action", "value": "Amara's"}
    assert len(mark) == 22
    other.defaults["HTTP_X_PERSON"] = client.defaults["HTTP_X_PERSON"] = mark
    assert save(other, team, **sent).status_code == 401
    assert save(client, team, **sent).status_code == 200
