"""Whatever is brought in as a roster: a sentence or a preview, all of it or nothing, once."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from typing import Any

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from coalitions.workbooks import RefusedError
from cohorts import roster_columns, roster_file, roster_import, roster_table
from cohorts.models import Cohort, Membership, Person, Team
from cohorts.roster_table import Row
from outbox.models import Message
from tests.factories import NOON, make_cohort, make_user

NAMES = st.one_of(
    st.sampled_from(
        ["Amara Kollie", "عمر الزعبي", "Ngũgĩ", "O’Brien; Jr", "=1+1", "@x", "-", "🦒 Zoë", ""]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
)
ADDRESSES = st.one_of(
    st.integers(0, 12).map(lambda n: f"person{n}@example.org"),
    st.sampled_from(["", "PERSON1@EXAMPLE.ORG", "no address", "a@b", "\u202ex@example.org"]),
)
CELLS: dict[str, st.SearchStrategy[str]] = {
    "E-mail": ADDRESSES,
    "Name": NAMES,
    "Team": st.sampled_from(["Liberia", "liberia", "الأردن", "", "T" * 300]),
    "Country": st.sampled_from(["Liberia", "Jordanie", "", "Atlantis"]),
    "Role": st.sampled_from(["lead", "member", "Coach", "", "قائد", "facilitator", "king"]),
    "Organisation": NAMES,
    "Language": st.sampled_from(["", "fr", "English", "العربية", "xx"]),
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """A roster with its columns in any order, some missing, blank and doubled rows among them."""
    columns = draw(st.permutations(list(CELLS)))[: draw(st.integers(1, len(CELLS)))]
    row = st.tuples(*(CELLS[name] for name in columns)).map(list)
    rows = draw(st.lists(st.one_of(row, st.just([""] * len(columns))), max_size=12))
    return [*([list(columns)] if draw(st.booleans()) else []), *rows, *rows[:2]]


def as_csv(table: list[list[str]], delimiter: str, encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(table)
    return text.getvalue().encode(encoding, errors="replace")


def as_workbook(table: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in table:
        book.active.append([openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", text) for text in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def everything() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (User, Team, Membership, Person, Message)
    ]


def rows_of(content: bytes, name: str) -> tuple[list[Row], dict[int, str]]:
    rows = roster_table.of_file(name, content)
    above, columns = roster_columns.guess(rows)
    return rows[above:], columns


def bring(cohort: Cohort, rows: list[Row], columns: dict[int, str]) -> roster_import.Preview:
    return roster_import.apply(
        cohort, rows, columns, names_staff=True, by=cohort.program.leads.get(), now=NOON
    )


class Rosters(TestCase):
    """Each example begins with an empty cohort."""

    def cohort(self) -> Cohort:
        cohort = make_cohort()
        cohort.program.leads.add(make_user())
        return cohort

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(tables(), st.sampled_from(";,\t"), st.sampled_from(ENCODINGS))
    def test_any_csv_is_written_as_shown_and_only_once(
        self, table: list[list[str]], delimiter: str, encoding: str
    ) -> None:
        cohort = self.cohort()
        rows, columns = rows_of(as_csv(table, delimiter, encoding), "roster.csv")
        shown = roster_import.preview(cohort, rows, columns, names_staff=True)
        written = bring(cohort, rows, columns)
        assert [entry.state for entry in shown.entries] == [e.state for e in written.entries]
        members = {e.email for e in shown.to_write if e.role in {"lead", "member"}}
        assert set(Membership.objects.values_list("user__email", flat=True)) == members
        assert {team.name for team in cohort.teams.all()} == set(shown.new_teams)
        before = everything()
        again = bring(cohort, rows, columns)
        assert again.to_write == []
        assert everything() == before

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(tables())
    def test_any_workbook_and_its_own_export_come_in_and_change_nothing_more(
        self, table: list[list[str]]
    ) -> None:
        cohort = self.cohort()
        bring(cohort, *rows_of(as_workbook(table), "roster.xlsx"))
        before = everything()
        again = bring(cohort, *rows_of(roster_file.write(cohort), "roster.xlsx"))
        assert again.to_write == []
        assert everything() == before

    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.txt"]))
    def test_any_bytes_are_a_table_or_a_sentence(self, content: bytes, name: str) -> None:
        with suppress(RefusedError):
            rows, columns = rows_of(content.removeprefix(b"PK"), name)
            roster_import.preview(self.cohort(), rows, columns, names_staff=False)
