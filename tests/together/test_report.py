"""The verdict on a run: each loss makes it fail, and so does a run that proves nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from actionplans import cells
from actionplans.models import Activity, Edit
from cohorts.models import Team
from tests.actionplans.planning import make_activity, make_milestone
from tests.factories import NOON, make_member, make_team
from tests.together.report import (
    MUST_BE_TRUE,
    MUST_BE_ZERO,
    MUST_HAPPEN,
    Evidence,
    Sent,
    held,
    too_quiet,
    weigh,
)

GOOD: dict[str, Any] = {
    **dict.fromkeys(MUST_BE_ZERO, 0),
    **dict.fromkeys(MUST_BE_TRUE, True),
    **dict.fromkeys(MUST_HAPPEN, 7),
}


def test_a_run_in_which_nothing_was_lost_and_much_went_wrong_has_held() -> None:
    assert held(GOOD)


@pytest.mark.parametrize("bad", [*MUST_BE_ZERO, *MUST_BE_TRUE])
def test_each_bad_figure_makes_the_run_fail(bad: str) -> None:
    assert not held(GOOD | {bad: bad not in MUST_BE_TRUE})


@pytest.mark.parametrize("absent", MUST_HAPPEN)
def test_a_run_in_which_too_little_happened_proves_nothing(absent: str) -> None:
    assert not held(GOOD | {absent: 0})
    assert too_quiet(GOOD | {absent: 0}) == [absent]


# What is weighed ---------------------------------------------------------------------------------


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def activity(team: Team) -> Activity:
    return make_activity(make_milestone(team), comments="Money\nTime")


class Writing:
    """People who write in one activity, and what each submitted."""

    def __init__(self, activity: Activity) -> None:
        self.team = activity.milestone.plan.team
        self.row = activity
        self.sent: list[Sent] = []

    def write(self, by: User, value: str, seen: str, field: str = "comments") -> Edit:
        cell = {"table": "activity", "field": field, "value": value, "seen": seen}
        once = uuid4()
        saved = cells.save_cell(
            self.team, **cell, row_id=self.row.pk, edit_id=once, by=by, now=NOON
        )
        row = str(self.row.pk)
        self.sent.append(Sent(str(once), by.pk, row=row, outcome=saved.outcome, ms=9, **cell))
        return saved.edit

    def weighed(self, **evidence: Any) -> dict[str, Any]:
        """The figures that are not 0 or true, of those that must be."""
        found = weigh(self.team, Evidence(self.sent, **evidence))
        bad = {name: found[name] for name in MUST_BE_ZERO if found[name]}
        return bad | {name: False for name in MUST_BE_TRUE if not found[name]}


@pytest.fixture
def writing(activity: Activity) -> Writing:
    """Somebody's texts applied, merged, and left as a conflict; people in a cell."""
    writing = Writing(activity)
    one, other = make_member(writing.team), make_member(writing.team)
    writing.write(one, "Cash\nTime", "Money\nTime")
    writing.write(other, "Money\nTime\nPatience", "Money\nTime")
    writing.write(other, "Gold\nTime", "Money\nTime")
    writing.write(one, "Weah; Amara", "", "responsible")
    return writing


def test_what_stands_in_cells_history_and_conflicts_is_not_lost(writing: Writing) -> None:
    assert writing.weighed() == {}
    found = weigh(writing.team, Evidence(writing.sent))
    assert (found["edits"], found["merged"], found["conflicts_open"]) == (4, 1, 1)
    assert found["p95_ms"] == 9


def test_a_cell_that_went_back_unseen_is_a_lost_text(writing: Writing) -> None:
    Activity.objects.update(comments="Money\nTime")
    assert writing.weighed() == {"lost": 1, "ledger_replay_ok": False}


def test_a_text_written_over_one_that_its_author_never_saw_is_a_lost_text(
    writing: Writing, team: Team
) -> None:
    before = Activity.objects.get().comments
    Activity.objects.update(comments="Money\nTime")
    writing.write(make_member(team), "Mine", "Money\nTime")
    assert before != "Money\nTime"
    assert writing.weighed() == {"lost": 1}


def test_an_edit_that_the_ledger_does_not_know_is_a_lost_text_and_a_hole(writing: Writing) -> None:
    Edit.objects.filter(edit_id=writing.sent[0].edit_id).delete()
    found = writing.weighed()
    assert found["holes"] == 1
    assert found["lost"] >= 1


def test_another_text_in_the_ledger_than_was_submitted_is_a_lost_text(writing: Writing) -> None:
    Edit.objects.filter(edit_id=writing.sent[2].edit_id).update(value="Something else")
    assert writing.weighed() == {"lost": 1}


def test_no_answer_and_a_wrong_one_are_told_apart(writing: Writing) -> None:
    first, second, *rest = writing.sent
    silent = Sent(**{**vars(first), "outcome": ""})
    writing.sent = [silent, Sent(**{**vars(second), "outcome": "applied"}), *rest]
    assert writing.weighed() == {"unanswered": 1, "misreported": 1}


def test_a_conflict_must_be_on_its_authors_page(writing: Writing) -> None:
    conflict = writing.sent[2]
    assert writing.weighed(conflict_pages={conflict.by: {conflict.edit_id}}) == {}
    assert writing.weighed(conflict_pages={conflict.by: set()}) == {"hidden_conflicts": 1}


def test_a_typed_sentence_must_be_among_its_authors_texts(writing: Writing) -> None:
    first = writing.sent[0]
    typed = {"by": first.by, "row": first.row, "text": "Cash"}
    assert writing.weighed(sentences=[typed]) == {}
    assert writing.weighed(sentences=[typed | {"text": "Gone"}]) == {"lost": 1}
    assert writing.weighed(sentences=[typed | {"by": 0}]) == {"lost": 1}
    assert writing.weighed(disturbed=["Ca sh"]) == {"disturbed": 1}


def test_a_page_that_shows_an_old_text_has_not_converged(writing: Writing) -> None:
    row = str(writing.row.pk)
    assert writing.weighed(shown=[{row: "Count every civil servant"}]) == {}
    assert writing.weighed(shown=[{row: "Old"}]) == {"converged": False}
