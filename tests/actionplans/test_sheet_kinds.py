"""A program's own kinds in the columns of the daily sheet."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from actionplans import sheet_kinds
from actionplans.models import SheetRow
from actionplans.sheet_kinds import ACTION, MILESTONE
from cohorts.models import Program, Team
from tests.actionplans.sheeting import SCRIPT, make_row, save, url
from tests.factories import make_member, make_program, make_user

LANGUAGES = ("en", "fr", "es", "pt", "ar")


@pytest.fixture
def program(team: Team) -> Program:
    return team.cohort.program


@pytest.fixture
def lead(program: Program, sign_in, settings) -> Client:
    """The program lead's browser."""
    settings.MFA_REQUIRED = False
    person = make_user("Grace")
    program.leads.add(person)
    return sign_in(person)


def put(lead: Client, program: Program, code: str = "new", column: str = ACTION, **words: str):
    page = reverse("sheet_kind", args=[program.pk, column, code])
    return lead.post(page, {"form_id": str(uuid4())} | words)


def act(lead: Client, program: Program, do: str, code: str, column: str = ACTION):
    page = reverse("sheet_kinds", args=[program.pk])
    return lead.post(page, {"do": do, "column": column, "code": code}, follow=True)


def codes(program: Program, column: str = ACTION) -> list[str]:
    program.refresh_from_db()
    return [kind.code for kind in sheet_kinds.kinds_of(program, column)]


def test_a_program_that_changed_nothing_has_the_kinds_of_the_paper_template(
    lead, program, client, team, amara
) -> None:
    page = client.get(url(team)).content.decode()
    for words in ("a challenge we have identified", "improve the regulatory environment"):
        assert words in page
        assert words in lead.get(reverse("sheet_kinds", args=[program.pk])).content.decode()
    assert reverse("sheet_kinds", args=[program.pk]) in (
        lead.get(program.get_absolute_url()).content.decode()
    )


def test_a_reworded_kind_shows_in_the_picker_in_rows_and_in_each_readers_language(
    lead, program, client, team, amara, sign_in
) -> None:
    make_row(team, amara, milestone_kind="in_plan", action_kind="capacity")
    answer = put(
        lead,
        program,
        "in_plan",
        MILESTONE,
        en="something in our DRF plan",
        fr="un point de notre plan DRF",
        es="",
        pt="algo importante no nosso plano",
        ar="شيء في خطتنا",
    )
    assert answer.status_code == 302
    page = client.get(url(team)).content.decode()
    assert '<small class="muted">something in our DRF plan</small>' in page
    assert "something important in our plan" not in page
    for language, words in (
        ("fr", "un point de notre plan DRF"),
        ("ar", "شيء في خطتنا"),
        # Emptied: the first language that has words.
        ("es", "something in our DRF plan"),
    ):
        reader = sign_in(make_member(team, make_user(language=language)))
        assert words in reader.get(url(team)).content.decode()


def test_words_left_as_they_are_stay_the_templates_own(lead, program) -> None:
    kind = sheet_kinds.kinds_of(program, ACTION)[0]
    words = {language: kind.built_in(language) for language in LANGUAGES}
    put(lead, program, kind.code, **words | {"en": "meet people"})
    program.refresh_from_db()
    assert program.sheet_kinds[ACTION][0]["labels"] == {"en": "meet people"}


def test_a_new_kind_can_be_chosen_saved_read_and_carried(
    lead, program, client, team, amara
) -> None:
    put(lead, program, en="raise money", fr="lever des fonds")
    code = codes(program)[-1]
    row = make_row(team, amara)
    assert f'<option value="{code}">raise money</option>' in client.get(url(team)).content.decode()
    assert save(client, team, row=row.pk, field="action_kind", value=code).status_code == 200
    page = client.get(url(team)).content.decode()
    assert '<small class="muted">raise money</small>' in page
    form = client.get(f"/teams/{team.pk}/rows/{row.pk}/", **SCRIPT).content.decode()
    assert f'<option value="{code}" selected>raise money</option>' in form
    changes = client.get(url(team, "changes/"), **SCRIPT).json()
    assert any("raise money" in part["html"] for part in changes["parts"])
    client.post(reverse("carry_row", args=[team.pk, row.pk]))
    assert "raise money" in client.get(reverse("plan", args=[team.pk])).content.decode()


def test_another_programs_kind_is_refused(lead, program, client, team, amara) -> None:
    other = make_program()
    sheet_kinds.put(other, ACTION, "kother", {"en": "theirs"})
    row = make_row(team, amara)
    answer = save(client, team, row=row.pk, field="action_kind", value="kother")
    assert answer.status_code == 422
    assert SheetRow.objects.get(pk=row.pk).action_kind == ""


def test_a_retired_kind_is_offered_no_more_and_keeps_its_name_where_it_stands(
    lead, program, client, team, amara
) -> None:
    row = make_row(team, amara, action_kind="information")
    bare = make_row(team, amara)
    act(lead, program, "retire", "information")
    page = client.get(url(team)).content.decode()
    assert '<small class="muted">more information</small>' in page

    def form(pk: int) -> str:
        return client.get(f"/teams/{team.pk}/rows/{pk}/", **SCRIPT).content.decode()

    assert '<option value="information" selected>more information</option>' in form(row.pk)
    assert "more information" not in form(bare.pk)
    # Someone whose page is older than the retirement loses nothing.
    assert (
        save(client, team, row=bare.pk, field="action_kind", value="information").status_code == 200
    )
    act(lead, program, "offer", "information")
    assert "more information" in form(make_row(team, amara).pk)


def test_the_last_kind_of_a_column_cannot_be_retired(lead, program) -> None:
    for code in ("challenge", "question"):
        act(lead, program, "retire", code, MILESTONE)
    answer = act(lead, program, "retire", "in_plan", MILESTONE)
    assert "This is the last kind that is offered." in answer.content.decode()
    program.refresh_from_db()
    assert [code for code, _ in sheet_kinds.choices(program, MILESTONE)] == ["in_plan"]


def test_kinds_are_moved_and_their_order_is_the_pickers(lead, program, client, team, amara) -> None:
    act(lead, program, "up", "regulation")
    act(lead, program, "up", "regulation")
    act(lead, program, "down", "capacity")
    assert codes(program) == [
        "regulation",
        "stakeholders",
        "organisation",
        "information",
        "capacity",
    ]
    page = client.get(url(team)).content.decode()
    assert page.index('value="regulation"') < page.index('value="stakeholders"')


def test_a_conflict_about_kinds_shows_both_in_words(
    lead, program, client, team, amara, sign_in
) -> None:
    put(lead, program, en="raise money")
    code = codes(program)[-1]
    row = make_row(team, amara)
    other = sign_in(make_member(team))
    save(other, team, row=row.pk, field="action_kind", value="capacity")
    answer = save(client, team, row=row.pk, field="action_kind", value=code)
    assert answer.status_code == 409
    assert "<bdi>raise money</bdi>" in answer.json()["box"]
    assert "<bdi>more capacity on</bdi>" in answer.json()["box"]
    page = client.get(reverse("conflicts", args=[team.pk])).content.decode()
    assert "<bdi>raise money</bdi>" in page


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({}, "Name it in at least one language."),
        ({"en": " \u200f "}, "Name it in at least one language."),
        ({"ar": "ا" * 201}, "at most 200 characters"),
    ],
)
def test_a_kind_without_words_or_with_too_many_gets_a_sentence(
    lead, program, words, sentence
) -> None:
    before = codes(program)
    answer = put(lead, program, **words)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert codes(program) == before


def test_the_same_form_twice_adds_one_kind_and_no_list_grows_without_end(lead, program) -> None:
    form_id = str(uuid4())
    for _ in range(2):
        put(lead, program, en="once", form_id=form_id)
    assert len(codes(program)) == 6
    for n in range(sheet_kinds.MOST - 6):
        put(lead, program, en=f"kind {n}")
    answer = put(lead, program, en="one too many")
    assert answer.status_code == 422
    assert "up to 30 kinds" in answer.content.decode()


def test_what_is_not_there_answers_404(lead, program) -> None:
    assert act(lead, program, "up", "nonsense").status_code == 404
    assert act(lead, program, "up", "capacity", "nonsense").status_code == 404
    assert act(lead, program, "nonsense", "capacity").status_code == 404
    for column, code in (("nonsense", "new"), (ACTION, "nonsense"), (MILESTONE, "capacity")):
        page = reverse("sheet_kind", args=[program.pk, column, code])
        assert lead.get(page).status_code == 404
