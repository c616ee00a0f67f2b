"""The action plan: reading it whole, growing it from the sheet, taking a milestone away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from actionplans import people
from actionplans.invalid import Invalid
from actionplans.ledger import open_conflicts
from actionplans.models import ActionPlan, Activity, Baseline, Edit, Milestone, SheetRow
from actionplans.rows import create_row, remove_row, restore_row
from cohorts.models import Person, Team

MILESTONE, ACTIVITY = Edit.Table.MILESTONE, Edit.Table.ACTIVITY


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


def groups(team: Team) -> list[Group]:
    """The whole plan in three statements: milestones, activities with their A, and their R.

    A milestone that was taken away still shows while an activity lives below it: someone moved it
    there at the same moment, and nothing that a person wrote may vanish.
    """
    activities = (
        Activity.objects.live()
        .select_related("accountable", "from_row__session", "from_row__sheet")
        .prefetch_related(Prefetch("responsible", Person.objects.order_by("name", "pk")))
    )
    inhabited = Exists(Activity.objects.live().filter(milestone=OuterRef("pk")))
    milestones = (
        Milestone.objects.filter(Q(removed_at__isnull=True) | inhabited)
        .filter(plan__team=team)
        .prefetch_related(Prefetch("activities", activities, to_attr="living"))
    )
    return [Group(milestone, milestone.living) for milestone in milestones]


def token(team: Team) -> str:
    """Changes whenever anything in the plan does; one statement.

    Versions only grow and no row is ever deleted, so their sums tell every change.
    """
    milestones = Milestone.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
    activities = Activity.objects.filter(milestone__plan=OuterRef("pk"))
    found = (
        ActionPlan.objects.filter(team=team)
        .values_list(
            Subquery(milestones.annotate(n=Sum("version")).values("n")),
            Subquery(
                activities.order_by()
                .values("milestone__plan")
                .annotate(n=Sum("version"))
                .values("n")
            ),
            Exists(Baseline.objects.filter(plan=OuterRef("pk"))),
        )
        .first()
    )
    return "-".join(str(int(part or 0)) for part in found or ())


def timeframe(starts_on: date | None, due_on: date | None, note: str) -> str:
    """From, until, and what was said in words, as one line."""
    first, last = (date_format(day, "j M Y") if day else "" for day in (starts_on, due_on))
    if first and last:
        days = f"{first} – {last}"
    elif last:
        days = _("by %(day)s") % {"day": last}
    else:
        days = _("from %(day)s") % {"day": first} if first else ""
    return " · ".join(part for part in (days, note) if part)


@transaction.atomic
def carry(
    row: SheetRow, team: Team, *, edit_id: UUID | None = None, by: User, now: datetime
) -> tuple[Activity, bool]:
    """Make an activity of a sheet's row; was it now? A row that was carried stays what it became.

    It goes under the milestone of the row's own words, which is made when there is none. Raises
    Invalid when the row says nothing to do.
    """
    plan = plan_of(team)
    # Two members who press at once take turns, so that they do not make the milestone twice.
    ActionPlan.objects.select_for_update().get(pk=plan.pk)
    if known := Activity.objects.live().filter(from_row=row).first():
        return known, False
    edit_id = edit_id or uuid4()
    with override(team.language):
        text = row.action or row.action_kind_label
        title = " ".join(row.milestone.split()) or _("From the week")
    if not text:
        raise Invalid(_("This row does not say yet what you will do. Write it, then carry it."))
    living = Milestone.objects.live().filter(plan=plan)
    milestone = next((m for m in living if people.key(m.title) == people.key(title)), None)
    milestone = milestone or create_row(
        plan,
        table=MILESTONE,
        edit_id=uuid5(edit_id, "its milestone"),
        initial={"title": title},
        by=by,
        now=now,
    )
    activity = create_row(
        milestone,
        table=ACTIVITY,
        edit_id=edit_id,
        initial={
            "text": text,
            "responsible": people.joined(row.by_whom.all()),
            "due_on": row.by_when.isoformat() if row.by_when else "",
        },
        by=by,
        now=now,
        from_row=row,
    )
    return activity, True


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
