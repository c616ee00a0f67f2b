"""People outside the team whom the plan counts on: how to reach them, and whether they know.

A coalition is more than its team; an A or R outside it holds only if that person knows of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.models import User
from actionplans.models import Acceptance, Activity
from actionplans.plans import Group
from cohorts.models import Person, Team


@dataclass
class Outsider:
    """Someone outside, what they answer for and what they do; and for what the team said they know.

    `said` maps an activity's id to who said so and when.
    """

    person: Person
    accountable: list[Activity] = field(default_factory=list)
    responsible: list[Activity] = field(default_factory=list)
    said: dict[int, Acceptance] = field(default_factory=dict)

    @property
    def lines(self) -> list[tuple[Activity, Acceptance | None]]:
        """Each activity they answer for, with who said that they know."""
        return [(activity, self.said.get(activity.pk)) for activity in self.accountable]

    @property
    def is_open(self) -> bool:
        """Is there still something to ask?"""
        return not self.person.contact or len(self.said) < len(self.accountable)


def outsiders(team: Team, groups: list[Group]) -> list[Outsider]:
    """Everybody outside the team who is A or R of a pursued activity, by name; one statement."""
    found: dict[int, Outsider] = {}
    pursued = [
        activity
        for group in groups
        for activity in group.activities
        if activity.status != Activity.Status.DROPPED
    ]
    for activity in pursued:
        for person in activity.responsible.all():
            if person.is_outsider:
                found.setdefault(person.pk, Outsider(person)).responsible.append(activity)
        answers = activity.accountable
        if answers and answers.is_outsider:
            found.setdefault(answers.pk, Outsider(answers)).accountable.append(activity)
    said = Acceptance.objects.filter(activity__milestone__plan__team=team)
    for acceptance in said.select_related("said_by"):
        outsider = found.get(acceptance.person_id)
        if outsider and acceptance.activity_id in {a.pk for a in outsider.accountable}:
            outsider.said[acceptance.activity_id] = acceptance
    return sorted(found.values(), key=lambda one: (not one.accountable, one.person.name))


@transaction.atomic
def answer(
    person: Person,
    *,
    contact: str,
    asked: Iterable[int],
    known: Iterable[int],
    by: User,
    now: datetime,
) -> None:
    """Note how to reach `person`, and of which of the `asked` activities they know.

    Who said first that they know, and when, stays.
    """
    Person.objects.filter(pk=person.pk).exclude(contact=contact).update(contact=contact)
    theirs = Activity.objects.live().filter(accountable=person, pk__in=set(asked))
    answered = set(theirs.values_list("pk", flat=True))
    yes = answered & set(known)
    Acceptance.objects.filter(person=person, activity__in=answered - yes).delete()
    Acceptance.objects.bulk_create(
        (Acceptance(activity_id=pk, person=person, said_by=by, said_at=now) for pk in sorted(yes)),
        ignore_conflicts=True,
    )
