"""Inviting people into a team, and what happens when they come."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.models import User
from cohorts.fields import apart
from cohorts.guests import LONGEST_NAME, Guest
from cohorts.models import Membership, Person, Team
from outbox import links, mails
from outbox.kinds import Content, Kind
from outbox.models import Message
from outbox.queueing import cancel, queue
from outbox.verdicts import lift_suppression, suppressed_among

VALID = timedelta(days=30)
PURPOSE = "invitation"
KIND = "invitation"


@transaction.atomic
def invite(
    team: Team,
    guest: Guest,
    *,
    by: User,
    now: datetime,
    role: str = Membership.Role.MEMBER,
    mail: bool = True,
) -> tuple[Membership, bool]:
    """Make the guest a member of the team and, if `mail`, send the invitation; was it news?

    Known people are found by their address; a person who is in the team already is not invited
    again, but becomes its lead where `role` says so.
    """
    user = User.objects.get_or_invite(
        guest.email, name=guest.name, language=guest.language or team.language, time_zone=""
    )
    membership, is_new = Membership.objects.get_or_create(
        team=team, user=user, defaults={"role": role, "invited_at": now}
    )
    if is_new:
        _name_among_people(team, user, guest)
        if mail:
            send(membership, by=by, now=now)
    elif role == Membership.Role.LEAD and membership.role != role:
        membership.role = role
        membership.save(update_fields=["role"])
    return membership, is_new


def _name_among_people(team: Team, user: User, guest: Guest) -> None:
    """Let the team's people hold the member; an outsider of the same name is this person."""
    if Person.objects.filter(team=team, user=user).exists():
        return
    name = user.name or guest.name or user.email
    same = Person.objects.filter(team=team, name__iexact=name).first()
    if same is None:
        Person.objects.create(team=team, user=user, name=name)
    elif same.user_id is None:
        same.user = user
        same.save(update_fields=["user"])
    else:
        Person.objects.create(team=team, user=user, name=f"{name} ({user.email})"[:LONGEST_NAME])


def send(membership: Membership, *, by: User, now: datetime, once: UUID | None = None) -> None:
    """Mail the invitation, in the person's language; an earlier link stays good too.

    `once` is made by a page: the same again is the same mail.
    """
    queue(
        KIND,
        f"invitation/{membership.pk}/{(once or uuid4()).hex[:12]}",
        person=membership.user,
        address=membership.user.email,
        language=membership.user.language,
        about=membership.pk,
        context={"by": str(by)},
        now=now,
        expires_at=now + VALID,
    )


@transaction.atomic
def send_again(membership: Membership, *, by: User, now: datetime, once: UUID | None) -> None:
    """Send it once more by hand, even to an address that was refused: its mailbox may be mended."""
    lift_suppression(membership.user.email)
    send(membership, by=by, now=now, once=once)


@transaction.atomic
def correct_address(membership: Membership, email: str, *, by: User, now: datetime) -> None:
    """Invite the person at another address instead: the old links end, a new mail goes.

    The place in the team goes over to the account of the right address. The account of the wrong
    one, which may be somebody else's, is left as it is and is in this team no more. Raises
    ValidationError when the person has joined and mail reaches them, or the right address is in the
    team already. Someone who has joined, and whose address is dead, joins again by the new mail: so
    nobody gets into another's account by naming an address.
    """
    # Locked: else they might join between our look and our change.
    locked = Membership.objects.select_for_update(of=("self",)).select_related("user", "team")
    membership = locked.get(pk=membership.pk)
    if membership.joined_at and not suppressed_among([membership.user.email]):
        raise ValidationError(_("This person has joined; only they can change their address."))
    wrong = membership.user
    right = User.objects.get_or_invite(email, name=wrong.name, language=wrong.language)
    if right == wrong:
        raise ValidationError(_("This is the address that the invitation went to."))
    if Membership.objects.filter(team=membership.team_id, user=right).exists():
        raise ValidationError(_("%(who)s is in the team already.") % {"who": apart(email)})
    links.revoke(PURPOSE, about=membership.pk, now=now)
    cancel([KIND], about=membership.pk, reason=gettext_noop("the address was corrected"))
    membership.user, membership.invited_at = right, now
    membership.opened_at = membership.joined_at = None
    membership.save(update_fields=["user", "invited_at", "opened_at", "joined_at"])
    _hand_name_over(membership.team, wrong, right)
    send(membership, by=by, now=now)


def _hand_name_over(team: Team, wrong: User, right: User) -> None:
    """Let the name that the team knows mean the right account, with all that names it."""
    named = Person.objects.filter(team=team, user=wrong)
    if Person.objects.filter(team=team, user=right).exists():
        named.update(user=None)
        return
    named.update(user=right)
    # Someone without a name is called by their address.
    if not Person.objects.filter(team=team, name__iexact=right.email).exists():
        Person.objects.filter(team=team, user=right, name=wrong.email).update(name=str(right))


def note_opened(membership: Membership, now: datetime) -> None:
    """Note that the door was opened first; nothing else changes by it."""
    if not (membership.opened_at or membership.joined_at):
        unopened = Membership.objects.filter(pk=membership.pk, opened_at__isnull=True)
        unopened.update(opened_at=now)


@transaction.atomic
def remove(membership: Membership, *, now: datetime) -> None:
    """Take someone out of the team, or their invitation back before they came.

    Its links end, and with them the place: else the person could still sign in without a link.
    What they wrote stays, and their name among the team's people.
    """
    links.revoke(PURPOSE, about=membership.pk, now=now)
    cancel([KIND], about=membership.pk, reason=gettext_noop("removed from the team"))
    membership.delete()


def link_token(message: Message) -> str:
    """The token of the link in an invitation's mail."""
    return links.issue(
        PURPOSE,
        message.key,
        about=message.about,
        person=message.person,
        expires_at=message.expires_at,
        now=message.created_at,
    )


def compose(message: Message) -> Content:
    """The invitation's mail."""
    membership = Membership.objects.select_related("team__cohort__program", "user").get(
        pk=message.about or 0
    )
    team = membership.team
    subject = _("%(team)s: your place in %(cohort)s") % {"team": team, "cohort": team.cohort}
    context = {
        "membership": membership,
        "team": team,
        "cohort": team.cohort,
        "by": message.context.get("by", ""),
        "path": reverse("invitation", args=[link_token(message)]),
    }
    return mails.compose(subject, "cohorts/mail/invitation", context)


def owed(now: datetime) -> Q:
    """An invitation is wanted while its person is in the team and has not come yet."""
    waiting = Membership.objects.filter(joined_at__isnull=True)
    return Q(about__in=waiting.values("pk"))


INVITATION = Kind(KIND, compose, owed=owed, label=gettext_lazy("Invitation to a team"))


def arrive(user: User, now: datetime) -> None:
    """Note that someone who was invited has come: they signed in."""
    Membership.objects.filter(user=user, joined_at__isnull=True).update(joined_at=now)
