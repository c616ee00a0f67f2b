"""Naming coaches, facilitators and program leads, and telling each by mail that they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cohorts.models import Cohort, Program, Team
from outbox import mails
from outbox.kinds import Content, Kind
from outbox.models import Message
from outbox.queueing import queue

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

VALID = timedelta(days=7)


@dataclass(frozen=True)
class Naming:
    """What someone can be named. `places`: those in which a person is it now."""

    kind: str
    places: Callable[[Any], QuerySet[Any]]
    subject: StrOrPromise
    means: StrOrPromise
    label: StrOrPromise

    def compose(self, message: Message) -> Content:
        """The mail that says so."""
        place = self.places(message.person).get(pk=message.about or 0)
        context = {
            "means": self.means,
            "by": message.context.get("by", ""),
            "path": place.get_absolute_url(),
        }
        subject = self.subject % {"name": place}
        return mails.compose(subject, "cohorts/mail/named", context)

    def owed(self, now: datetime) -> Q:
        """It is wanted while the person is what the mail says."""
        active = User.objects.filter(pk=OuterRef("person"), is_active=True)
        places = self.places(OuterRef("person")).filter(pk=OuterRef("about"))
        return Q(Exists(active)) & Q(Exists(places))


COACH = Naming(
    "named-coach",
    lambda person: Team.objects.filter(coach=person),
    _("You are the coach of %(name)s"),
    _(
        "You read the team's daily sheets and action plan and comment on them, and in the year "
        "after the week you are told when a check-in stays out."
    ),
    _("Named as coach"),
)
FACILITATOR = Naming(
    "named-facilitator",
    lambda person: Cohort.objects.filter(facilitators=person),
    _("You are a facilitator of %(name)s"),
    _("You run the week: agenda, teams, invitations and the week board."),
    _("Named as facilitator"),
)
LEAD = Naming(
    "named-lead",
    lambda person: Program.objects.filter(leads=person),
    _("You lead the program %(name)s"),
    _("You make its cohorts, name their facilitators, and see where every reform stands."),
    _("Named as program lead"),
)
KINDS = [
    Kind(one.kind, one.compose, owed=one.owed, label=one.label)
    for one in (COACH, FACILITATOR, LEAD)
]


@transaction.atomic
def name_coach(
    team: Team, person: User | None, *, by: User, now: datetime, mail: bool = True
) -> None:
    """Make someone the team's coach, or nobody; a new one is told if `mail`."""
    changed = Team.objects.filter(pk=team.pk).exclude(coach=person).update(coach=person)
    team.coach = person
    if person and changed and mail:
        _tell(COACH, team, person, by, now)


@transaction.atomic
def name_facilitator(
    cohort: Cohort, person: User, *, by: User | None, now: datetime, mail: bool = True
) -> None:
    """Let someone facilitate the cohort and, if `mail`, tell them; who does already is not told."""
    if cohort.facilitators.filter(pk=person.pk).exists():
        return
    cohort.facilitators.add(person)
    if mail:
        _tell(FACILITATOR, cohort, person, by, now)


@transaction.atomic
def name_lead(program: Program, person: User, *, by: User | None, now: datetime) -> None:
    """Let someone lead the program; who does already is not told again. `by` None: the operator."""
    if program.leads.filter(pk=person.pk).exists():
        return
    program.leads.add(person)
    _tell(LEAD, program, person, by, now)


def _tell(
    naming: Naming, place: Program | Cohort | Team, person: User, by: User | None, now: datetime
) -> None:
    """Mail it, once a day however often one is named and removed; nobody hears of themselves."""
    if person == by:
        return
    queue(
        naming.kind,
        f"{naming.kind}/{place.pk}/{person.pk}/{now:%Y-%m-%d}",
        person=person,
        address=person.email,
        language=person.language,
        about=place.pk,
        context={"by": str(by)} if by else {},
        now=now,
        expires_at=now + VALID,
    )
