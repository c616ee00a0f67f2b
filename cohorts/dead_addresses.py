"""Members whom our mails do not reach: shown to who can correct the address, never passed over."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from cohorts.models import Cohort, Membership, Team
from outbox.models import Message, Suppression


@dataclass(frozen=True)
class Unreached:
    """A member, why their address takes no mail, and how many mails did not go because of it."""

    membership: Membership
    suppression: Suppression
    held_back: int


def memberships() -> QuerySet[Membership]:
    """Memberships whose address takes no mail. Users' addresses are in small letters."""
    dead = Suppression.objects.filter(address=OuterRef("user__email"))
    return Membership.objects.filter(Exists(dead), user__is_active=True)


def marked(found: QuerySet[Membership]) -> QuerySet[Membership]:
    """The memberships, each with `is_unreached`: does its address take no mail?"""
    dead = Suppression.objects.filter(address=OuterRef("user__email"))
    return found.annotate(is_unreached=Exists(dead))


def of_team(team: Team) -> list[Unreached]:
    """The members of a team whom mail does not reach, in three statements at most."""
    found = list(
        memberships().filter(team=team).select_related("user").order_by("user__name", "pk")
    )
    if not found:
        return []
    why = Suppression.objects.in_bulk([member.user.email for member in found], field_name="address")
    held_back = dict(
        Message.objects.filter(
            state=Message.State.SUPPRESSED, person__in=[member.user_id for member in found]
        )
        .values_list("person_id")
        .annotate(n=Count("pk"))
    )
    return [
        Unreached(member, why[member.user.email], held_back.get(member.user_id, 0))
        for member in found
    ]


def teams_in(cohort: Cohort) -> QuerySet[Team]:
    """The teams of a cohort with members whom mail does not reach."""
    return cohort.teams.filter(Exists(memberships().filter(team=OuterRef("pk"))))
