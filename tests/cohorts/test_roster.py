"""Bringing in a roster: what is shown before, what is written, and what never is."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from cohorts.models import Cohort, Membership, Person, RosterDraft, Team
from outbox.models import Message
from tests.factories import make_cohort, make_member, make_program, make_team, make_user

PASTED = (
    "Team\tCountry\tRole\tName\tE-mail\tOrganisation\tLanguage\n"
    "Liberia\tLiberia\tTeam lead\tHon. Comfort Toe\tcomfort@example.org\tCSA\tEnglish\n"
    "Liberia\tLiberia\tmember\tAmara Kollie\tAmara@Example.org\tMoF\t\n"
    "Maroc\tMaroc\tchef d’équipe\tÉlise Benali\telise@example.org\t\tfrançais\n"
    "Maroc\tMaroc\tcoach\tIngrid Solheim\tingrid@example.org\t\t\n"
)


@pytest.fixture
def lead(db: None) -> User:
    return make_user("Catherine")


@pytest.fixture
def cohort(lead: User) -> Cohort:
    return make_cohort(make_program(lead), state="draft")


@pytest.fixture
def client(lead: User, sign_in) -> Client:
    return sign_in(lead)


def bring(client: Client, cohort: Cohort, pasted: str = "", file: Any = None) -> str:
    """Paste or upload; the address of what is shown then."""
    sent: dict[str, Any] = {"pasted": pasted} | ({"file": file} if file else {})
    answer = client.post(f"/cohorts/{cohort.pk}/roster/", sent)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def write(client: Client, draft: str, *, invite: bool = True) -> str:
    sent = {"do": "write"} | ({"invite": "on"} if invite else {})
    return client.post(draft, sent, follow=True).content.decode()


def counts(client: Client, draft: str) -> dict[str, int]:
    return dict(client.get(draft).context["preview"].counts)


def everything() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (User, Team, Membership, Person, Message)
    ]


def test_a_pasted_roster_is_shown_first_and_then_written(cohort, client) -> None:
    draft = bring(client, cohort, PASTED)
    assert counts(client, draft) == {"new": 4}
    assert not Team.objects.exists()
    page = write(client, draft)
    assert "4 people are brought in." in page
    liberia, maroc = cohort.teams.order_by("name")
    assert (liberia.time_zone, maroc.time_zone) == ("Africa/Monrovia", "Africa/Casablanca")
    assert maroc.language == "fr"
    assert maroc.coach.email == "ingrid@example.org"
    roles = dict(liberia.memberships.values_list("user__email", "role"))
    assert roles == {"comfort@example.org": "lead", "amara@example.org": "member"}
    assert liberia.people.get(name="Amara Kollie").organisation == "MoF"
    invited = set(Message.objects.values_list("address", "language"))
    assert invited == {
        ("ingrid@example.org", "en"),
        ("comfort@example.org", "en"),
        ("amara@example.org", "en"),
        ("elise@example.org", "fr"),
    }


def test_bringing_the_same_roster_twice_changes_nothing(cohort, client) -> None:
    write(client, bring(client, cohort, PASTED))
    before = everything()
    draft = bring(client, cohort, PASTED)
    assert counts(client, draft) == {"unchanged": 4}
    assert "there is nothing to do" in client.get(draft).content.decode()
    write(client, draft)
    assert everything() == before


def test_pressing_twice_writes_once(cohort, client) -> None:
    draft = bring(client, cohort, PASTED)
    write(client, draft)
    before = everything()
    assert "brought in already" in write(client, draft)
    assert everything() == before


def test_invitations_can_wait(cohort, client) -> None:
    write(client, bring(client, cohort, PASTED), invite=False)
    assert Membership.objects.count() == 3
    assert not Message.objects.exists()


def test_looking_writes_nothing_but_the_draft(cohort, client) -> None:
    before = everything()
    draft = bring(client, cohort, PASTED)
    client.get(draft)
    assert everything() == before
    assert RosterDraft.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Liberia\tx\tlead\tAmara\tnot an address\t\t", "is no e-mail address."),
        ("Liberia\tx\tlead\tAmara\t\t\t", "There is no e-mail address."),
        ("\tx\tlead\tAmara\ta@example.org\t\t", "There is no team."),
        ("Liberia\tx\tking\tAmara\ta@example.org\t\t", "We do not know the role"),
        ("Liberia\tx\tlead\tAmara\ta@example.org\t\tKlingon", "We do not speak"),
        (f"Liberia\tx\tlead\t{'x' * 301}\ta@example.org\t\t", "longer than 300 letters"),
        ("Liberia\tx\tmember\tComfort\tcomfort@example.org\t\t", "stands in row 2 already"),
    ],
)
def test_a_row_with_a_problem_says_which_and_keeps_nobody_else_out(
    cohort, client, row: str, words: str
) -> None:
    draft = bring(client, cohort, PASTED + row)
    page = client.get(draft).content.decode()
    assert words in page
    assert counts(client, draft) == {"new": 4, "problem": 1}
    assert "1 row with a problem was left out." in write(client, draft)
    assert Membership.objects.count() == 3


def test_someone_in_another_team_of_the_cohort_is_not_moved_silently(cohort, client) -> None:
    other = make_team(cohort, name="Kenya")
    make_member(other, make_user("Amara", email="amara@example.org"))
    page = client.get(bring(client, cohort, PASTED)).content.decode()
    assert "they are in" in page
    assert "Kenya" in page


def test_a_known_person_keeps_their_name_and_gets_no_second_account(cohort, client) -> None:
    known = make_user("Amara K. Kollie", email="amara@example.org")
    draft = bring(client, cohort, PASTED)
    assert "Known here as" in client.get(draft).content.decode()
    write(client, draft)
    known.refresh_from_db()
    assert known.name == "Amara K. Kollie"
    assert User.objects.filter(email="amara@example.org").count() == 1


def test_a_new_role_or_organisation_is_a_change(cohort, client) -> None:
    write(client, bring(client, cohort, PASTED))
    changed = PASTED.replace("member\tAmara", "lead\tAmara").replace("MoF", "Treasury")
    draft = bring(client, cohort, changed)
    assert counts(client, draft) == {"unchanged": 3, "changed": 1}
    write(client, draft)
    membership = Membership.objects.get(user__email="amara@example.org")
    assert membership.role == "lead"
    assert Person.objects.get(user=membership.user).organisation == "Treasury"


def test_only_a_program_lead_brings_in_facilitators(cohort, client, sign_in) -> None:
    facilitator = make_user("Tomás")
    cohort.facilitators.add(facilitator)
    pasted = "email\trole\nnew@example.org\tfacilitator"
    refused = sign_in(facilitator).get(bring(sign_in(facilitator), cohort, pasted))
    assert "Only a program lead names facilitators." in refused.content.decode()
    write(client, bring(client, cohort, pasted))
    assert cohort.facilitators.filter(email="new@example.org").exists()


def test_a_wrongly_guessed_column_is_corrected_by_hand(cohort, client) -> None:
    draft = bring(client, cohort, "Kontakt\tWer\tGruppe\na@example.org\tAmara\tLiberia")
    columns = {"column-0": "email", "column-1": "name", "column-2": "team"}
    client.post(draft, {"do": "columns"} | columns)
    assert counts(client, draft) == {"problem": 1, "new": 1} or counts(client, draft) == {"new": 1}
    write(client, draft)
    assert cohort.teams.get().name == "Liberia"


def test_addresses_without_headings_are_found(cohort, client) -> None:
    draft = bring(client, cohort, "Amara Kollie;amara@example.org\nBo;bo@example.org")
    entries = client.get(draft).context["preview"].entries
    assert [(e.name, e.email) for e in entries] == [
        ("Amara Kollie", "amara@example.org"),
        ("Bo", "bo@example.org"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_of_every_kind_is_read(cohort, client, encoding: str, delimiter: str) -> None:
    text = PASTED.replace("’", "'").replace("\t", delimiter).replace("\n", "\r\n")
    file = SimpleUploadedFile("roster.csv", text.encode(encoding))
    entries = client.get(bring(client, cohort, file=file)).context["preview"].entries
    assert [entry.name for entry in entries][2] == "Élise Benali"
    assert {entry.state for entry in entries} == {"new"}


def workbook(*rows: list[Any], **sheets: list[list[Any]]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return SimpleUploadedFile("roster.xlsx", content.getvalue())


def test_a_workbook_with_a_title_above_and_columns_in_any_order_is_read(cohort, client) -> None:
    file = workbook(
        ["Participants of the week"],
        [],
        ["Correo electrónico", "Equipo", "Apellidos", "Nombre de pila", "Rol"],
        ["ana@example.org", "Perú", "Quispe", "Ana", "líder"],
    )
    [entry] = client.get(bring(client, cohort, file=file)).context["preview"].entries
    assert (entry.name, entry.team, entry.role, entry.number) == ("Ana Quispe", "Perú", "lead", 4)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("roster.xlsx", b"PK\x03\x04 no workbook", "not an Excel workbook"),
        ("roster.xls", b"\xd0\xcf\x11\xe0", "not an Excel workbook"),
        ("roster.csv", b"\r\n \r\n", "There is nothing in it."),
        ("roster.csv", b"a@example.org\n" * 2002, "more than 2000 rows"),
        ("roster.csv", b"x" * 10_000_001, "bigger than 10 MB"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_with_a_sentence(
    cohort, client, name: str, content: bytes, words: str
) -> None:
    file = SimpleUploadedFile(name, content)
    answer = client.post(f"/cohorts/{cohort.pk}/roster/", {"pasted": "", "file": file})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_an_empty_form_says_what_to_do(cohort, client) -> None:
    answer = client.post(f"/cohorts/{cohort.pk}/roster/", {"pasted": "  "})
    assert answer.status_code == 422
    assert "Paste a roster or choose a file." in answer.content.decode()


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "ar"])
def test_its_own_export_comes_in_unchanged_and_holds_no_formula(
    cohort, client, lead, language: str
) -> None:
    User.objects.filter(pk=lead.pk).update(language=language)
    write(client, bring(client, cohort, PASTED))
    Team.objects.filter(name="Liberia").update(challenge="=1+1 for everyone")
    User.objects.filter(email="amara@example.org").update(name="=cmd|' /C calc'!A0")
    cohort.facilitators.add(make_user("Tomás"))
    file = client.get(f"/cohorts/{cohort.pk}/roster.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    assert not any(cell.data_type == "f" for row in book.active for cell in row)
    before = everything()
    again = SimpleUploadedFile("roster.xlsx", file.content)
    draft = bring(client, cohort, file=again)
    assert counts(client, draft) == {"unchanged": 5}
    write(client, draft)
    assert everything() == before
