"""Whether a mail of a check-in is still wanted: conditions on Message, asked at the hand-over, too.

`now` (UTC) is a place in the statement, which is built once.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from cohorts.models import Membership, Team
from followups.draft_models import DraftField
from followups.models import ANSWERABLE, Answer, CheckIn, Preference

MEMBER = Membership.objects.filter(
    user=OuterRef("person"), user__is_active=True, team__check_ins=OuterRef("about")
)
COACH = Team.objects.filter(
    coach=OuterRef("person"), coach__is_active=True, check_ins=OuterRef("about")
)
LEAD = Team.objects.filter(
    cohort__program__leads=OuterRef("person"),
    cohort__program__leads__is_active=True,
    check_ins=OuterRef("about"),
)
SILENT = Preference.objects.filter(person=OuterRef("person"), wants_reminders=False)


def owed(now: datetime) -> Q:
    """A reminder is wanted while its check-in is open and its reader in the team."""
    return Q(Exists(MEMBER)) & _in(CheckIn.State.OPEN)


def owed_ready(now: datetime) -> Q:
    """That it is ready is told while something is written that no answer says yet."""
    said = Answer.objects.standing().filter(check_in=OuterRef("check_in"), at__gte=OuterRef("at"))
    news = DraftField.objects.filter(~Exists(said), check_in=OuterRef("about"), by__isnull=False)
    takes_answers = CheckIn.objects.filter(pk=OuterRef("about"), state__in=ANSWERABLE)
    return Q(Exists(MEMBER)) & Q(Exists(takes_answers)) & Q(Exists(news)) & ~Q(Exists(SILENT))


def owed_when_closed(now: datetime) -> Q:
    """That a round is closed is told while nobody answered it after all."""
    return Q(Exists(MEMBER)) & _in(CheckIn.State.MISSED)


def owed_to_coach(now: datetime) -> Q:
    """The coach is told while the check-in is open and they coach the team."""
    return Q(Exists(COACH)) & _in(CheckIn.State.OPEN)


def owed_to_lead(now: datetime) -> Q:
    """A program lead is told while the check-in is open and the program theirs."""
    return Q(Exists(LEAD)) & _in(CheckIn.State.OPEN)


def _in(state: str) -> Q:
    """The check-in is in this state, and the reader wants these mails: a condition on Message."""
    return Q(Exists(CheckIn.objects.filter(pk=OuterRef("about"), state=state))) & ~Q(Exists(SILENT))


def owed_of_reader_out(now: datetime) -> Q:
    """A lead is told of a reader who is out while that is so; not one who is out, too."""
    out = Preference.objects.filter(
        pk=OuterRef("about"),
        wants_reminders=False,
        person__memberships__team__memberships__user=OuterRef("person"),
        person__memberships__team__memberships__user__is_active=True,
        person__memberships__team__memberships__role=Membership.Role.LEAD,
    )
    return Q(Exists(out)) & ~Q(Exists(SILENT))
