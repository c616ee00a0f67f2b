"""Two texts that grew from one become one where that is plain, and stay two where it is not."""

from __future__ import annotations

from collections import Counter
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accounts.models import User
from actionplans import cells, ledger
from actionplans.merging import merge
from actionplans.models import Edit, SheetRow
from cohorts.models import Team
from tests.actionplans.sheeting import make_row, save
from tests.factories import NOON, make_member

FEW = settings(max_examples=30)
LINES = st.lists(st.sampled_from(["one", "two", "three", "", "one two"]), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "both"),
    [
        # Different lines, and lines that stand side by side
        ("a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"),
        ("a\nb", "A\nb", "a\nB", "A\nB"),
        # A line added by each, at the end and at the start: theirs stays above
        ("a", "a\nb", "a\nc", "a\nb\nc"),
        ("a", "b\na", "c\na", "b\nc\na"),
        # One takes a line away, the other writes elsewhere
        ("a\nb\nc", "a\nc", "a\nb\nc\nd", "a\nc\nd"),
        # The same change twice is one change
        ("a\nb", "a\nX\nb", "a\nX\nb", "a\nX\nb"),
        # Different words of one line
        (
            "Pay all teachers by the end of March",
            "Pay all nurses by the end of March",
            "Pay all teachers by the end of April",
            "Pay all nurses by the end of April",
        ),
        (
            "نلتقي بالنقابة غدا صباحا",
            "نلتقي بالوزير غدا صباحا",
            "نلتقي بالنقابة غدا مساء",
            "نلتقي بالوزير غدا مساء",
        ),
    ],
)
def test_changes_of_different_parts_are_both_kept(
    base: str, theirs: str, mine: str, both: str
) -> None:
    assert merge(base, theirs, mine) == both


@pytest.mark.parametrize(
    ("base", "theirs", "mine"),
    [
        ("", "Meet the union", "Call the minister"),
        ("Pay teachers", "Pay nurses", "Pay doctors"),
        # Words that touch would make a sentence that nobody wrote
        ("Pay all teachers now", "Pay some teachers now", "Pay all nurses now"),
        ("Count", "Count them", "Count twice"),
        # One took away what the other wrote in
        ("a\nb\nc", "a\nc", "a\nbetter\nc"),
        ("a b", "", "a b c"),
        # Longer than comparing is worth
        ("x " * 500, "y " + "x " * 500, "x " * 500 + "z"),
    ],
)
def test_changes_of_the_same_part_are_left_to_people(base: str, theirs: str, mine: str) -> None:
    assert merge(base, theirs, mine) is None


@FEW
@given(LINES, LINES)
def test_whoever_changed_nothing_takes_the_others_text(base: list[str], side: list[str]) -> None:
    old, new = "\n".join(base), "\n".join(side)
    assume(old)
    assert merge(old, new, old) == merge(old, old, new) == merge(old, new, new) == new


@FEW
@given(LINES, LINES, LINES)
def test_the_same_words_survive_whoever_was_first(
    base: list[str], theirs: list[str], mine: list[str]
) -> None:
    texts = ["\n".join(side) for side in (base, theirs, mine)]
    one, other = merge(*texts), merge(texts[0], texts[2], texts[1])
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert Counter(one.split()) == Counter(other.split())


@FEW
@given(st.data())
def test_no_line_is_dropped_that_the_other_did_not_touch(data: st.DataObject) -> None:
    """Each takes away, rewrites and adds lines of its own choice; the two choices do not meet."""
    base = [f"line {n}" for n in range(data.draw(st.integers(1, 8)))]
    whose = [data.draw(st.sampled_from(["theirs", "mine", "nobody's"])) for _ in base]
    sides, kept = {}, Counter()
    for side in ("theirs", "mine"):
        text = []
        for number, line in enumerate(base):
            deed = data.draw(st.sampled_from(["rewrite", "remove", "leave"]))
            deed = deed if whose[number] == side else "leave"
            if deed != "remove":
                text.append(f"{side} {number}" if deed == "rewrite" else line)
            kept[line] += deed == "leave"
            kept[f"{side} {number}"] += deed == "rewrite"
        sides[side] = [*text, f"{side} at the end"]
        kept[f"{side} at the end"] += 1
    merged = merge("\n".join(base), "\n".join(sides["theirs"]), "\n".join(sides["mine"]))
    assert merged is not None
    # A line of the base stands where both left it.
    wanted = {line for line, count in kept.items() if count == (2 if line in base else 1)}
    assert set(merged.split("\n")) == wanted


# In a cell ---------------------------------------------------------------------------------------


@pytest.fixture
def kofi(team: Team) -> User:
    return make_member(team)


def write(
    row: SheetRow,
    by: User,
    value: str,
    seen: str,
    field: str = "action",
    edit_id: UUID | None = None,
) -> cells.Saved:
    return cells.save_cell(
        row.sheet.team,
        table="sheetrow",
        row_id=row.pk,
        field=field,
        value=value,
        seen=seen,
        edit_id=edit_id or uuid4(),
        by=by,
        now=NOON,
    )


def test_a_merged_text_stands_in_the_cell_and_the_ledger_rebuilds_it(
    team: Team, amara: User, kofi: User
) -> None:
    row = make_row(team, amara, action="Meet the union")
    write(row, amara, "Meet the union\nCall the bank", "Meet the union")
    saved = write(row, kofi, "Meet the union\nWrite a letter", "Meet the union")

    assert (saved.outcome, saved.kept) == ("merged", True)
    assert saved.text == "Meet the union\nCall the bank\nWrite a letter"
    assert saved.theirs
    assert saved.theirs.actor == amara
    row.refresh_from_db()
    assert (row.action, row.version) == (saved.text, saved.version)
    assert ledger.replay(team) == ledger.snapshot(team)
    submitted = ledger.history(team, "sheetrow", row.pk, "action").filter(actor=kofi)
    assert "Meet the union\nWrite a letter" in [edit.value for edit in submitted]
    assert not ledger.open_conflicts(team, kofi)


def test_a_merge_sent_again_is_done_once_and_told_the_same(
    team: Team, amara: User, kofi: User
) -> None:
    row = make_row(team, amara, action="a")
    write(row, amara, "a\nb", "a")
    edit_id = uuid4()
    first = write(row, kofi, "a\nc", "a", edit_id=edit_id)
    write(row, amara, "all new", first.text)
    again = write(row, kofi, "a\nc", "a", edit_id=edit_id)

    assert (again.outcome, again.text, again.before) == ("merged", "all new", "a\nb")
    assert again.theirs == first.theirs
    assert Edit.objects.filter(edit_id=edit_id).count() == 1
    assert ledger.replay(team) == ledger.snapshot(team)


def test_undoing_a_merge_is_an_ordinary_edit_back(team: Team, amara: User, kofi: User) -> None:
    row = make_row(team, amara, action="a")
    write(row, amara, "a\nb", "a")
    merged = write(row, kofi, "a\nc", "a")
    undone = write(row, kofi, merged.before, merged.text)
    assert (undone.outcome, undone.text) == ("applied", "a\nb")


def test_a_merge_that_would_not_fit_into_the_cell_is_left_to_people(
    team: Team, amara: User, kofi: User
) -> None:
    row = make_row(team, amara, action="a")
    write(row, amara, "a\n" + "b" * 6000, "a")
    assert write(row, kofi, "a\n" + "c" * 6000, "a").outcome == "conflict"


@pytest.mark.parametrize(
    ("field", "base", "theirs", "mine"),
    [
        ("by_whom", "Amara Kollie", "Amara Kollie; Weah", "Amara Kollie; Mama Njeri"),
        ("by_when", "2026-07-01", "2026-08-01", "2026-07-02"),
        ("milestone_kind", "challenge", "question", ""),
    ],
)
def test_people_dates_and_kinds_are_never_merged(
    team: Team, amara: User, kofi: User, field: str, base: str, theirs: str, mine: str
) -> None:
    row = make_row(team, amara, **{field: base})
    write(row, amara, theirs, base, field)
    assert write(row, kofi, mine, base, field).outcome == "conflict"


def test_a_removed_row_takes_no_merge(team: Team, amara: User, kofi: User) -> None:
    row = make_row(team, amara, action="a")
    write(row, amara, "a\nb", "a")
    cells.remove_row(team, table="sheetrow", row_id=row.pk, edit_id=uuid4(), by=amara, now=NOON)
    assert write(row, kofi, "a\nc", "a").outcome == "removed"


def test_the_page_is_told_whose_words_were_merged_and_what_an_undo_gives_back(
    team: Team, amara: User, kofi: User, sign_in
) -> None:
    row = make_row(team, amara, action="a")
    write(row, amara, "a\nb", "a")
    answer = save(sign_in(kofi), team, row=row.pk, field="action", value="a\nc", seen="a")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["outcome"], told["text"]) == ("merged", "a\nb\nc")
    assert (told["by"], told["before"]) == ("Amara Kollie", "a\nb")


def test_without_a_script_a_merge_is_said_on_the_next_page(
    team: Team, amara: User, kofi: User, sign_in
) -> None:
    row = make_row(team, amara, action="a")
    write(row, amara, "a\nb", "a")
    sent = {"action": "a\nc", "seen-action": "a", "edit-action": str(uuid4())}
    browser: Client = sign_in(kofi)
    answer = browser.post(f"/teams/{team.pk}/rows/{row.pk}/", sent, follow=True)
    assert "Amara Kollie wrote in the same cell meanwhile." in answer.content.decode()


def test_a_merge_locks_its_row_where_the_database_can(team: Team, amara: User, kofi: User) -> None:
    """Between the look and the write nobody may come, or the merge would be a conflict again."""
    row = make_row(team, amara, action="a")
    write(row, amara, "a\nb", "a")
    asked: list[str] = []
    with connection.execute_wrapper(
        lambda run, sql, *rest: (asked.append(sql), run(sql, *rest))[1]
    ):
        write(row, kofi, "a\nc", "a")
    if connection.features.has_select_for_update:
        assert any("FOR UPDATE" in sql for sql in asked)
