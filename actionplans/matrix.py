"""The RACI matrix: people across, activities down, a letter where they meet."""

from __future__ import annotations

from dataclasses import dataclass

from actionplans.models import Activity
from actionplans.plans import Group
from cohorts.models import Person


@dataclass(frozen=True)
class Row:
    """An activity, and what each person of the matrix is to it: "R", "A", "A R", "C", "I" or ""."""

    activity: Activity
    letters: list[tuple[Person, str]]


@dataclass(frozen=True)
class Matrix:
    """The plan as a matrix: people, members before outsiders, and rows by milestone."""

    people: list[Person]
    groups: list[tuple[str, list[Row]]]


def of(groups: list[Group]) -> Matrix:
    """The matrix of a plan with R, A, C and I loaded; what was dropped is left out."""
    pursued = [
        (
            group.milestone.title,
            [a for a in group.activities if a.status != Activity.Status.DROPPED],
        )
        for group in groups
    ]
    letters = {a.pk: _letters(a) for _title, activities in pursued for a in activities}
    named = {person for of_one in letters.values() for person in of_one}
    people = sorted(named, key=lambda person: (person.is_outsider, person.name, person.pk))
    return Matrix(
        people,
        [
            (title, [Row(a, [(p, letters[a.pk].get(p, "")) for p in people]) for a in activities])
            for title, activities in pursued
            if activities
        ],
    )


def _letters(activity: Activity) -> dict[Person, str]:
    """What people are to an activity: A before R, both where one is both."""
    found: dict[Person, str] = {}
    accountable = [activity.accountable] if activity.accountable else []
    for letter, people in (
        ("A", accountable),
        ("R", activity.responsible.all()),
        ("C", activity.consulted.all()),
        ("I", activity.informed.all()),
    ):
        for person in people:
            found[person] = f"{found[person]} {letter}" if person in found else letter
    return found
