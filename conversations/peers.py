"""Peer review on the last day: teams that joined read one another's plans and say what they think.

Another team's work is invisible unless the review is open and both teams joined it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from cohorts.models import Cohort, Membership, Team
from conversations import peer_mails
from conversations.models import PeerNote, PeerReview, PeerTeam


def is_open(cohort: Cohort) -> bool:
    """Do the teams that joined see one another's plans now?"""
    return PeerReview.objects.filter(cohort=cohort, is_open=True).exists()


@transaction.atomic
def set_open(cohort: Cohort, *, is_open: bool, by: User, now: datetime) -> None:
    """Open the review, which tells the teams in it, or close it; what was said stays with them."""
    review, _is_new = PeerReview.objects.get_or_create(cohort=cohort, defaults={"changed_at": now})
    changed = PeerReview.objects.filter(pk=review.pk, is_open=not is_open).update(
        is_open=is_open, changed_at=now, changed_by=by
    )
    if changed and is_open:
        peer_mails.tell_open(review, by=by, now=now)


def join(team: Team, *, by: User, now: datetime) -> None:
    """Let the others who joined see the team's plan while the review is open."""
    PeerTeam.objects.get_or_create(team=team, defaults={"by": by, "joined_at": now})


def leave(team: Team) -> None:
    """Show the team's plan to no other team any more."""
    PeerTeam.objects.filter(team=team).delete()


def visible_to(team: Team) -> QuerySet[Team]:
    """The teams whose plan this team may read now: the review is open and both joined."""
    return Team.objects.filter(
        Exists(PeerTeam.objects.filter(team=team.pk)),
        cohort=team.cohort_id,
        cohort__peer_review__is_open=True,
        peer_joining__isnull=False,
    ).exclude(pk=team.pk)


@transaction.atomic
def say(
    peer: Team, said: dict[str, str], *, of: Team, by: User, now: datetime, form_id: UUID
) -> None:
    """Keep what someone `of` one team says to another, by kind. The same form again is once.

    The other team hears of an offer of help by mail.
    """
    PeerNote.objects.bulk_create(
        [
            PeerNote(
                team=peer,
                from_team=of,
                author=by,
                kind=kind,
                text=text,
                form_id=form_id,
                said_at=now,
            )
            for kind, text in said.items()
        ],
        # Not ignore_conflicts: SQLite would then swallow every other mistake in the row, too.
        update_conflicts=True,
        unique_fields=["form_id", "kind"],
        update_fields=["kind"],
    )
    # The same form again leaves the moment of the first.
    if PeerNote.objects.filter(form_id=form_id, kind=PeerNote.Kind.HELP, said_at=now).exists():
        peer_mails.tell_offer(peer, now)


def notes_for(team: Team) -> QuerySet[PeerNote]:
    """What others said of the team's plan."""
    return PeerNote.objects.filter(team=team).select_related("from_team", "author")


def contacts_of(team: Team) -> QuerySet[PeerNote]:
    """Offers of help to the team and from it, with the lead of who is offered it."""
    leads = Membership.objects.filter(team=OuterRef("team"), role=Membership.Role.LEAD)
    lead = leads.filter(user__is_active=True).order_by("pk")
    return (
        PeerNote.objects.filter(Q(team=team) | Q(from_team=team), kind=PeerNote.Kind.HELP)
        .select_related("team", "from_team", "author")
        .annotate(
            lead_name=Subquery(lead.values("user__name")[:1]),
            lead_email=Subquery(lead.values("user__email")[:1]),
        )
    )
