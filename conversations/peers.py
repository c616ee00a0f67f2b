"""Peer review on the last day: teams that joined read one another's plans and say what they think.

Another team's work is invisible unless the review is open and both teams joined it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Q, QuerySet

from accounts.models import User
from cohorts.models import Cohort, Team
from conversations.models import PeerNote, PeerReview, PeerTeam


def is_open(cohort: Cohort) -> bool:
    """Do the teams that joined see one another's plans now?"""
    return PeerReview.objects.filter(cohort=cohort, is_open=True).exists()


def set_open(cohort: Cohort, *, is_open: bool, by: User, now: datetime) -> None:
    """Open the review or close it; what was said stays with the teams."""
    PeerReview.objects.update_or_create(
        cohort=cohort, defaults={"is_open": is_open, "changed_at": now, "changed_by": by}
    )


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


def say(
    peer: Team, said: dict[str, str], *, of: Team, by: User, now: datetime, form_id: UUID
) -> None:
    """Keep what someone `of` one team says to another, by kind. The same form again is once."""
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


def notes_for(team: Team) -> QuerySet[PeerNote]:
    """What others said of the team's plan."""
    return PeerNote.objects.filter(team=team).select_related("from_team", "author")


def contacts_of(team: Team) -> QuerySet[PeerNote]:
    """Offers of help to the team and from it."""
    return PeerNote.objects.filter(
        Q(team=team) | Q(from_team=team), kind=PeerNote.Kind.HELP
    ).select_related("team", "from_team", "author")
