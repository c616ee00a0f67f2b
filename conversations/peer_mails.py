"""Mails of the peer review: that it is open, and that other teams offer help.

Offers of one hour come in one mail when the hour is over. A mail names teams and people and leads
to the page: what was said travels by none.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from cohorts.models import Membership, Team
from conversations import digests
from conversations.models import PeerNote, PeerReview, PeerTeam, Reader
from outbox import mails
from outbox.kinds import Content, Kind
from outbox.models import Message
from outbox.queueing import queue

OPEN_KIND, OFFERS_KIND = "peer-review-open", "peer-offers"
HOUR = timedelta(hours=1)
VALID = timedelta(days=2)


def tell_open(review: PeerReview, *, by: User, now: datetime) -> None:
    """Tell everyone in the teams that take part; who opened it knows. Once a day at most."""
    joined = PeerTeam.objects.filter(team__cohort=review.cohort_id)
    members = _active_members().filter(team__in=joined.values("team")).exclude(user=by)
    for member in members:
        queue(
            OPEN_KIND,
            f"{OPEN_KIND}/{member.team_id}/{member.user_id}/{now:%Y-%m-%d}",
            person=member.user,
            address=member.user.email,
            language=member.user.language,
            about=member.team_id,
            now=now,
            expires_at=now + VALID,
        )


def tell_offer(team: Team, now: datetime) -> None:
    """Let the team hear, when this hour is over, of the help that was offered in it."""
    begins = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    silent = Reader.objects.filter(wants_mail=False).values("person")
    for member in _active_members().filter(team=team).exclude(user__in=silent):
        queue(
            OFFERS_KIND,
            f"{OFFERS_KIND}/{team.pk}/{member.user_id}/{begins:%Y-%m-%dT%H}",
            person=member.user,
            address=member.user.email,
            language=member.user.language,
            about=team.pk,
            context={"from": begins.isoformat(), "to": (begins + HOUR).isoformat()},
            now=now,
            not_before=begins + HOUR,
            expires_at=begins + HOUR + VALID,
        )


def _active_members() -> QuerySet[Membership]:
    return Membership.objects.filter(user__is_active=True).select_related("user")


def owed_open(now: datetime) -> Q:
    """It is wanted while the review is open, the team takes part and the person is in it."""
    teams = Team.objects.filter(
        pk=OuterRef("about"), cohort__peer_review__is_open=True, peer_joining__isnull=False
    )
    return Q(Exists(teams)) & _is_member()


def owed_offers(now: datetime) -> Q:
    """They are wanted by who is in the team and has not turned mails about comments off."""
    silent = Reader.objects.filter(person=OuterRef("person"), wants_mail=False)
    return _is_member() & ~Q(Exists(silent))


def _is_member() -> Q:
    member = Membership.objects.filter(
        team=OuterRef("about"), user=OuterRef("person"), user__is_active=True
    )
    return Q(Exists(member))


def compose_open(message: Message) -> Content:
    """That the review is open."""
    team = Team.objects.select_related("cohort").get(pk=message.about or 0)
    context = {"team": team, "path": reverse("peers", args=[team.pk])}
    subject = _("%(cohort)s: peer review is open") % {"cohort": team.cohort}
    return mails.compose(subject, "conversations/mail/peer_open", context)


def compose_offers(message: Message) -> Content:
    """Who offers help."""
    person, team = message.person, Team.objects.get(pk=message.about or 0)
    if person is None:
        raise User.DoesNotExist("the person of this mail was erased")
    offers = PeerNote.objects.filter(
        team=team,
        kind=PeerNote.Kind.HELP,
        said_at__gte=datetime.fromisoformat(message.context["from"]),
        said_at__lt=datetime.fromisoformat(message.context["to"]),
    )
    found = list(offers.select_related("from_team", "author"))
    subject = ngettext(
        "%(team)s: %(n)d offer of help", "%(team)s: %(n)d offers of help", len(found)
    )
    opt_out = digests.opt_out_url(person, message.created_at)
    context = {"offers": found, "path": reverse("peers", args=[team.pk]), "opt_out": opt_out}
    return mails.compose(
        subject % {"team": team, "n": len(found)},
        "conversations/mail/peer_offers",
        context,
        List_Unsubscribe=f"<{opt_out}>",
        List_Unsubscribe_Post="List-Unsubscribe=One-Click",
    )


# Twice would be a nuisance, never is no harm: both stand on the team's page.
KINDS = [
    Kind(
        OPEN_KIND,
        compose_open,
        owed=owed_open,
        resend_unknown=False,
        label=gettext_lazy("Peer review is open"),
    ),
    Kind(
        OFFERS_KIND,
        compose_offers,
        owed=owed_offers,
        resend_unknown=False,
        label=gettext_lazy("What peers offer"),
    ),
]
