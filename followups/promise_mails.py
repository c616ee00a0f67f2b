"""What became of a promise: asked on its day, and of the team's lead once it is late.

Asked is who promised, or the team's leads where that is nobody who gets mail from here. No word of
the promise is in the mail: it stands on its page.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.models import User
from coalitions.days import in_words
from cohorts.models import Membership
from followups import mails, staff_mails
from followups.items import Item, says
from followups.models import Commitment, CommitmentVersion
from outbox.kinds import Kind
from outbox.models import Message
from outbox.queueing import cancel, queue

DUE, LATE = mails.PROMISE_DUE, mails.PROMISE_LATE
VALID = timedelta(days=7)


def take_back(commitment: Commitment) -> None:
    """What waits to be asked of it is asked no more."""
    cancel([DUE, LATE], about=commitment.pk, reason=gettext_noop("the promise moved on"))


def ask(
    kind: str, version: CommitmentVersion, people: list[User], day: date, now: datetime
) -> None:
    """Ask these people what became of it, on the morning of a day: once for each version."""
    commitment = version.commitment
    if kind == LATE:
        cancel([DUE], about=commitment.pk, person__in=people, reason=gettext_noop("it is late now"))
    for person in people:
        morning = mails.reader_of(person, commitment.team).morning(day)
        queue(
            kind,
            f"promise/{commitment.pk}/{version.n}/{person.pk}/{kind.split()[-1]}",
            person=person,
            address=person.email,
            language=person.language,
            about=commitment.pk,
            context={"on": day.isoformat(), "team": commitment.team_id},
            now=now,
            not_before=morning,
            expires_at=max(now, morning) + VALID,
        )


@says(DUE, LATE)
def item_of(message: Message) -> Item:
    """The question, and the page on which to answer it."""
    found = CommitmentVersion.objects.promised().select_related("commitment__team", "person")
    version = found.get(commitment=message.about or 0)
    team = version.commitment.team
    told = {"team": team, "due": in_words(version.due_on, "day")}
    if message.kind == LATE:
        title = _("%(team)s: a promise was due on %(due)s")
        words = _(
            "What was promised to %(team)s by %(due)s still stands open on record. Please say on "
            "its page what became of it: kept, broken, released, or promised anew for another day."
        )
    elif version.person and version.person.user_id == message.person_id:
        title = _("%(team)s: what you promised is due on %(due)s. Did it happen?")
        words = _(
            "You promised something to %(team)s by %(due)s. Please say on its page what became of "
            "it, or promise it anew for another day: the others count on it."
        )
    else:
        title = _("%(team)s: a promise is due on %(due)s. Did it happen?")
        words = _(
            "Someone who gets no mail from here promised something to %(team)s by %(due)s. Please "
            "ask them, and say on its page what became of it."
        )
    path = reverse("commitment", args=[team.pk, version.commitment_id])
    return Item(str(team), title % told, words % told, _("Open the promise"), path)


def owed(now: datetime) -> Q:
    """Wanted while it is promised, by whoever is in the team and takes such mails."""
    standing = CommitmentVersion.objects.promised().filter(commitment=OuterRef("about"))
    readers = Membership.objects.filter(
        user=OuterRef("person"), user__is_active=True, team__commitments=OuterRef("about")
    )
    return Q(Exists(standing)) & Q(Exists(readers)) & staff_mails.wanted()


KINDS = [
    Kind(
        kind,
        mails.alone,
        owed=owed,
        opens=mails.opens,
        free=mails.free,
        together=mails.compose,
        label=label,
    )
    for kind, label in (
        (DUE, gettext_lazy("A promise is due")),
        (LATE, gettext_lazy("A promise is late")),
    )
]
