"""The daily sheet where no script runs: whole pages and plain forms."""

from uuid import uuid4

from django.test import Client

from accounts.models import User
from actionplans.models import Edit, SheetRow
from cohorts.models import Team
from tests.actionplans.sheeting import make_row, save, url
from tests.factories import (
    make_member,
)


def test_without_script_adding_a_row_twice_makes_one_and_opens_it(
    team: Team, client: Client
) -> None:
    sent = {"edit_id": str(uuid4())}
    first = client.post(url(team, "rows/"), sent)
    second = client.post(url(team, "rows/"), sent)
    row = SheetRow.objects.get()
    assert first.url == second.url == f"/teams/{team.pk}/rows/{row.pk}/"
    assert client.get(first.url).status_code == 200


def test_without_script_the_new_row_of_an_empty_sheet_is_sent_whole(
    team: Team, client: Client
) -> None:
    sent = {"edit_id": str(uuid4()), "action": "Meet", "by_whom": "Joseph"}
    refused = client.post(url(team, "rows/"), sent | {"by_when": "1999-01-01"})
    assert refused.status_code == 422
    assert "Meet" in refused.content.decode()
    assert not SheetRow.objects.exists()
    client.post(url(team, "rows/"), sent)
    assert SheetRow.objects.get().by_whom.get().name == "Joseph"


def form_of(row: SheetRow, **changed: str) -> dict[str, str]:
    sent = {"do": "save"}
    for name in ("milestone", "action", "by_whom", "by_when"):
        sent |= {f"seen-{name}": "", f"edit-{name}": str(uuid4()), name: ""}
    return sent | changed


def test_without_script_a_form_saves_only_the_cells_that_were_changed(
    team: Team, amara: User, client: Client
) -> None:
    row = make_row(team, amara)
    form = form_of(row, action="Meet\r\nthe union", by_when="2026-07-01")
    save(client, team, row=row.pk, field="milestone", value="Payroll")
    answer = client.post(f"/teams/{team.pk}/rows/{row.pk}/", form)
    assert answer.status_code == 302
    assert answer.url == url(team) + f"#row-{row.pk}"
    row.refresh_from_db()
    assert (row.action, row.milestone) == ("Meet\nthe union", "Payroll")


def test_without_script_a_form_with_a_mistake_comes_back_with_everything_in_it(
    team: Team, amara: User, client: Client
) -> None:
    row = make_row(team, amara)
    form = form_of(row, action="Meet", by_when="1999-07-01")
    answer = client.post(f"/teams/{team.pk}/rows/{row.pk}/", form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Is the year right?" in page
    assert "1999-07-01" in page
    assert "Meet" in page


def test_without_script_a_conflict_leads_to_the_choice(
    team: Team, amara: User, client: Client, sign_in
) -> None:
    row = make_row(team, amara)
    other = sign_in(make_member(team))
    save(other, team, row=row.pk, field="action", value="Theirs")
    form = form_of(row, action="Mine")
    answer = client.post(f"/teams/{team.pk}/rows/{row.pk}/", form, follow=True)
    page = answer.content.decode()
    assert "Mine" in page
    assert "Theirs" in page
    assert "1 text of yours" in client.get(url(team)).content.decode()
    conflict = str(Edit.objects.get(outcome="conflict").edit_id)
    choice = {"conflict": conflict, "seen": "Theirs", "choice": "both", "value": "Mine and theirs"}
    client.post(f"/teams/{team.pk}/conflicts/", choice)
    row.refresh_from_db()
    assert row.action == "Mine and theirs"
    assert "Nothing to choose" in client.get(f"/teams/{team.pk}/conflicts/").content.decode()


def test_without_script_a_day_is_said_or_chosen_in_the_calendar(
    team: Team, amara: User, client: Client
) -> None:
    row = make_row(team, amara)
    address = f"/teams/{team.pk}/rows/{row.pk}/"
    assert 'name="by_when-calendar"' in client.get(address).content.decode()
    client.post(address, form_of(row, by_when="15 July 2027"))
    row.refresh_from_db()
    assert row.by_when.isoformat() == "2027-07-15"
    assert 'value="15 Jul 2027"' in client.get(address).content.decode()
    chosen = {"seen-by_when": "15 Jul 2027", "by_when": "15 Jul 2027"}
    client.post(address, form_of(row, **chosen) | {"by_when-calendar": "2027-08-01"})
    row.refresh_from_db()
    assert row.by_when.isoformat() == "2027-08-01"
