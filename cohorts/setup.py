"""What is missing before a cohort's first day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Cohort, Membership, Session, Team


@dataclass(frozen=True)
class Gap:
    """Something that is missing, in a sentence, and where to mend it."""

    sentence: str
    url: str


_also: list[Callable[[Cohort], list[Gap]]] = []


def also_missing(find: Callable[[Cohort], list[Gap]]) -> None:
    """Have `find` tell what else a cohort lacks; called from an app's `ready`."""
    _also.append(find)


def teams_of(cohort: Cohort) -> QuerySet[Team]:
    """The cohort's teams with their coach, their `members` and how many `joined`."""
    members = Membership.objects.select_related("user").order_by("role", "user__name", "pk")
    return (
        cohort.teams.select_related("coach")
        .prefetch_related(Prefetch("memberships", members, to_attr="members"))
        .annotate(joined=Count("memberships", filter=Q(memberships__joined_at__isnull=False)))
        # Django leaves out a model's own order where rows are counted.
        .order_by("name", "pk")
    )


def gaps(cohort: Cohort, teams: list[Team], facilitators: int) -> list[Gap]:
    """What a facilitator should mend, most important first. `teams` come from `teams_of`."""
    found = []
    if not teams:
        found.append(Gap(_("There is no team yet."), reverse("roster", args=[cohort.pk])))
    for team in teams:
        where = reverse("team_setup", args=[cohort.pk, team.pk])
        members = team.members  # type: ignore[attr-defined]
        waiting = len(members) - team.joined  # type: ignore[attr-defined]
        if not members:
            found.append(Gap(_("%(team)s has no members.") % {"team": team}, where))
        elif not any(member.role == Membership.Role.LEAD for member in members):
            found.append(
                Gap(_("%(team)s has no lead, so nobody can sign off.") % {"team": team}, where)
            )
        if waiting:
            sentence = ngettext(
                "%(team)s: %(count)d person has not joined yet.",
                "%(team)s: %(count)d people have not joined yet.",
                waiting,
            )
            found.append(Gap(sentence % {"team": team, "count": waiting}, where))
        if team.coach_id is None:
            found.append(
                Gap(_("%(team)s has no coach for the year after.") % {"team": team}, where)
            )
    if not facilitators:
        found.append(Gap(_("No facilitator is named."), reverse("cohort_staff", args=[cohort.pk])))
    if roomless := _sessions_without_room(cohort):
        sentence = ngettext(
            "%(count)d session has no room.", "%(count)d sessions have no room.", roomless
        )
        where = reverse("agenda_builder", args=[cohort.pk])
        found.append(Gap(sentence % {"count": roomless}, where))
    return found + [gap for find in _also for gap in find(cohort)]


def _sessions_without_room(cohort: Cohort) -> int:
    """How many; none once the week runs in a cohort that names no rooms at all."""
    sessions = cohort.sessions.live().exclude(kind=Session.Kind.BREAK)
    count = sessions.aggregate(all=Count("pk"), without=Count("pk", filter=Q(room="")))
    names_rooms = count["without"] < count["all"]
    return count["without"] if names_rooms or cohort.state == Cohort.State.DRAFT else 0
