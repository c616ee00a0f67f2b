"""The action plan: reading it whole, and taking a milestone away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import (
    Aggregate,
    Count,
    Exists,
    IntegerField,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans.invalid import Invalid
from actionplans.ledger import open_conflicts
from actionplans.models import (
    Acceptance,
    ActionPlan,
    Activity,
    Baseline,
    Edit,
    Milestone,
    SlipReason,
)
from actionplans.rows import remove_row, restore_row
from coalitions.days import in_words
from cohorts.models import Person, Team

MILESTONE, ACTIVITY = Edit.Table.MILESTONE, Edit.Table.ACTIVITY
# A cell of an activity, and the cell of its sheet row that it came from.
FOLLOWED = {"text": "action", "responsible": "by_whom", "due_on": "by_when"}


@dataclass(frozen=True)
class Group:
    """A milestone with its living activities, in order."""

    milestone: Milestone
    activities: list[Activity]


def plan_of(team: Team) -> ActionPlan:
    """The team's plan, made when there is none yet. Writes: only for a POST."""
    return ActionPlan.objects.get_or_create(team=team)[0]


def signed_and_mine(team: Team, user: User) -> tuple[Baseline | None, int]:
    """The plan's baseline, and how many texts in the team's tables wait for this user's choice."""
    mine = open_conflicts(team, user)
    count = mine.order_by().values("team").annotate(n=Count("pk")).values("n")
    plans = ActionPlan.objects.filter(team=team).select_related("baseline__signed_by")
    plan = plans.annotate(mine=Coalesce(Subquery(count, output_field=IntegerField()), 0)).first()
    if plan is None:
        return None, mine.count()
    return getattr(plan, "baseline", None), plan.mine


def groups(team: Team, *, told: bool = True) -> list[Group]:
    """The whole plan in five statements: milestones, activities with their A, and R, C and I.

    A milestone that was taken away still shows while an activity lives below it: someone moved it
    there at the same moment, and nothing that a person wrote may vanish. Without `told`, whom the
    team consults and informs (C, I) stays unread: three statements. Each activity says besides
    whether an outsider who is A `knows`, why its date slipped (`slip_reason`), and whether the row
    of the sheet it came from `has_moved_on` since.
    """
    named = ["responsible", *(["consulted", "informed"] if told else [])]
    activities: Any = (
        Activity.objects.live()
        .select_related("accountable", "from_row__session", "from_row__sheet")
        .annotate(knows=_knows(), slip_reason=_slip_reason(), has_moved_on=_moved_on(team))
        .prefetch_related(*(Prefetch(to, Person.objects.order_by("name", "pk")) for to in named))
    )
    inhabited = Exists(Activity.objects.live().filter(milestone=OuterRef("pk")))
    milestones = (
        Milestone.objects.filter(Q(removed_at__isnull=True) | inhabited)
        .filter(plan__team=team)
        .prefetch_related(Prefetch("activities", activities, to_attr="living"))
    )
    return [Group(milestone, milestone.living) for milestone in milestones]


def _knows() -> Exists:
    return Exists(
        Acceptance.objects.filter(activity=OuterRef("pk"), person=OuterRef("accountable"))
    )


def _slip_reason() -> Subquery:
    reasons = SlipReason.objects.filter(activity=OuterRef("pk"), due_on=OuterRef("due_on"))
    return Subquery(reasons.values("text")[:1])


def _moved_on(team: Team) -> Exists:
    edits = Edit.objects.filter(team=team, table=Edit.Table.SHEET_ROW, row_id=OuterRef("from_row"))
    return Exists(
        edits.filter(
            field__in=FOLLOWED.values(),
            outcome=Edit.Outcome.APPLIED,
            version__gt=OuterRef("followed_version"),
        )
    )


def token(team: Team) -> str:
    """Changes whenever anything does that the plan shows; one statement.

    Versions only grow and no row is ever deleted, so their sums tell every change of a cell, here
    and in the rows of sheets that were carried. What is answered beside the cells (why a date
    slipped, that an outsider knows) only comes and goes, so its numbers and latest ids tell.
    """
    activities = Activity.objects.filter(milestone__plan=OuterRef("pk")).order_by()
    of_plan = {"activity__milestone__plan": OuterRef("pk")}
    reasons = SlipReason.objects.filter(**of_plan).order_by()
    known = Acceptance.objects.filter(**of_plan).order_by()
    reached = Person.objects.filter(team=team).exclude(contact="").order_by()
    told = [
        _one(Milestone.objects.filter(plan=OuterRef("pk")).order_by(), "plan", Sum("version")),
        _one(activities, "milestone__plan", Sum("version")),
        _one(activities, "milestone__plan", Sum("from_row__version")),
        _one(reasons, "activity__milestone__plan", Max("pk")),
        _one(known, "activity__milestone__plan", Count("pk")),
        _one(known, "activity__milestone__plan", Max("pk")),
        _one(reached, "team", Count("pk")),
        Exists(Baseline.objects.filter(plan=OuterRef("pk"))),
    ]
    found = ActionPlan.objects.filter(team=team).values_list(*told).first()
    return "-".join(str(int(part or 0)) for part in found or ())


def _one(rows: QuerySet[Any], group: str, number: Aggregate) -> Subquery:
    """One number about `rows`, which are all of one `group`."""
    return Subquery(rows.values(group).annotate(n=number).values("n"))


def timeframe(starts_on: date | None, due_on: date | None, note: str) -> str:
    """From, until, and what was said in words, as one line."""
    first, last = (in_words(day, "short date") if day else "" for day in (starts_on, due_on))
    if first and last:
        days = f"{first} – {last}"
    elif last:
        days = _("by %(day)s") % {"day": last}
    else:
        days = _("from %(day)s") % {"day": first} if first else ""
    return " · ".join(part for part in (days, note) if part)


@transaction.atomic
def remove_milestone(team: Team, milestone: Milestone, *, by: User, now: datetime) -> None:
    """Take a milestone away with its activities; `restore_milestone` brings all of them back."""
    living = Activity.objects.live().filter(milestone=milestone).values_list("pk", flat=True)
    for table, pk in [(MILESTONE, milestone.pk), *((ACTIVITY, pk) for pk in living)]:
        remove_row(team, table=table, row_id=pk, edit_id=uuid4(), by=by, now=now)


@transaction.atomic
def restore_milestone(team: Team, milestone: Milestone, *, by: User, now: datetime) -> None:
    """Bring a milestone back, with the activities that went with it."""
    went = Activity.objects.filter(milestone=milestone, removed_at=milestone.removed_at)
    together = went.values_list("pk", flat=True) if milestone.removed_at else []
    for table, pk in [(MILESTONE, milestone.pk), *((ACTIVITY, pk) for pk in together)]:
        try:
            restore_row(team, table=table, row_id=pk, edit_id=uuid4(), by=by, now=now)
        except Invalid:
            # Its row of the sheet was carried again meanwhile: it is in the plan already.
            continue
