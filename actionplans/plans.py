"""The action plan: reading it whole, and taking a milestone away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

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
from actionplans.rows import create_row, remove_row, restore_row
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


def new_row(team: Team, table: str, key: UUID, under: str, *, by: User, now: datetime) -> Any:
    """The row that a page began without asking, by the `key` it gave it; made by its first word.

    `under` is the milestone of an activity: its id, or the key of one that began the same way.
    Raises Milestone.DoesNotExist.
    """
    told: dict[str, Any] = {"by": by, "now": now}
    if table == MILESTONE:
        return create_row(plan_of(team), table=table, edit_id=key, **told)
    return create_row(milestone_named(team, under, **told), table=table, edit_id=key, **told)


def milestone_named(team: Team, name: str, *, by: User, now: datetime) -> Milestone:
    """A milestone by its id, or by the key that its page gave it. Raises DoesNotExist."""
    if name.isascii() and name.isdigit() and len(name) < 19:
        return Milestone.objects.select_related("plan__team").get(pk=name, plan__team=team)
    try:
        key = UUID(name)
    except ValueError:
        raise Milestone.DoesNotExist from None
    found = new_row(team, MILESTONE, key, "", by=by, now=now)
    return Milestone.objects.select_related("plan__team").get(pk=found.pk)


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
    """Changes whenever a cell of the plan does, or it is signed; one statement.

    Versions only grow and no row is ever deleted, so their sums tell every change.
    """
    return _numbers(team, _of_cells())


def page_token(team: Team) -> str:
    """Changes whenever anything does that the plan's page shows; one statement.

    Besides its cells: the rows of sheets that were carried, why dates slipped, which outsiders
    know, who can be reached. Answers only come and go, so their number and latest id tell.
    """
    of_plan = {"activity__milestone__plan": OuterRef("pk")}
    group = "activity__milestone__plan"
    known = Acceptance.objects.filter(**of_plan)
    activities = Activity.objects.filter(milestone__plan=OuterRef("pk"))
    beside = [
        _one(activities, "milestone__plan", Sum("from_row__version")),
        _one(SlipReason.objects.filter(**of_plan), group, Max("pk")),
        _one(known, group, Count("pk")),
        _one(known, group, Max("pk")),
        _one(Person.objects.filter(team=team).exclude(contact=""), "team", Count("pk")),
    ]
    return _numbers(team, [*_of_cells(), *beside])


def _of_cells() -> list[Any]:
    milestones = Milestone.objects.filter(plan=OuterRef("pk"))
    activities = Activity.objects.filter(milestone__plan=OuterRef("pk"))
    return [
        _one(milestones, "plan", Sum("version")),
        _one(activities, "milestone__plan", Sum("version")),
        Exists(Baseline.objects.filter(plan=OuterRef("pk"))),
    ]


def _numbers(team: Team, wanted: list[Any]) -> str:
    found = ActionPlan.objects.filter(team=team).values_list(*wanted).first()
    return "-".join(str(int(part or 0)) for part in found or ())


def _one(rows: QuerySet[Any], group: str, number: Aggregate) -> Subquery:
    """One number about `rows`, which are all of one `group`."""
    return Subquery(rows.order_by().values(group).annotate(n=number).values("n"))


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
def remove_milestone(
    team: Team, milestone: Milestone, *, edit_id: UUID, by: User, now: datetime
) -> None:
    """Take a milestone away with its activities; `restore_milestone` brings all of them back.

    Sent twice it is once.
    """
    if Edit.objects.filter(edit_id=edit_id).exists():
        return
    living = Activity.objects.live().filter(milestone=milestone).values_list("pk", flat=True)
    for table, pk in [(MILESTONE, milestone.pk), *((ACTIVITY, pk) for pk in living)]:
        one = _edit_of(edit_id, table, pk)
        remove_row(team, table=table, row_id=pk, edit_id=one, by=by, now=now)


@transaction.atomic
def restore_milestone(
    team: Team, milestone: Milestone, *, edit_id: UUID, by: User, now: datetime
) -> None:
    """Bring a milestone back, with the activities that went with it. Sent twice it is once."""
    went = Activity.objects.filter(milestone=milestone, removed_at=milestone.removed_at)
    together = went.values_list("pk", flat=True) if milestone.removed_at else []
    for table, pk in [(MILESTONE, milestone.pk), *((ACTIVITY, pk) for pk in together)]:
        one = _edit_of(edit_id, table, pk)
        try:
            restore_row(team, table=table, row_id=pk, edit_id=one, by=by, now=now)
        except Invalid:
            # Its row of the sheet was carried again meanwhile: it is in the plan already.
            continue


def _edit_of(edit_id: UUID, table: str, pk: int) -> UUID:
    """The milestone's own entry bears the `edit_id`, those of its activities follow from it."""
    return edit_id if table == MILESTONE else uuid5(edit_id, str(pk))
