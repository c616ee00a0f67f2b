"""What the operations page tells: the engine's work of the last day, and what a person was sent.

An administrator sees all of it. A program lead sees the mails to people of their own programs;
not those that someone asked for to sign in, and not what another program's mails speak about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet, Window
from django.db.models.functions import TruncHour
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.doors import ask_to_sign_in
from accounts.models import User
from cohorts.models import Cohort, Membership, Program, Team
from followups.models import CheckIn
from outbox import kinds
from outbox.models import Attempt, Message, Suppression

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

State, Outcome = Message.State, Attempt.Outcome
DAY = timedelta(days=1)
LISTED = 50
FOUND = 20
LETTERS = 100
NEEDY = [State.FAILED, State.DEAD, State.SUPPRESSED]


def operations_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view is for administrators and for whoever leads a program; to others it is not there."""

    @wraps(view)
    def checked(request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        if not (request.user.is_admin or Program.objects.filter(leads=request.user).exists()):
            raise Http404
        return view(request, **kwargs)

    checked.rule = "administrators and program leads"  # type: ignore[attr-defined]
    return checked


def people_of(user: User) -> QuerySet[User]:
    """The people whose mails `user` looks after."""
    if user.is_admin:
        return User.objects.all()
    programs = Program.objects.filter(leads=user)
    cohorts = Cohort.objects.filter(program__in=programs)
    teams = Team.objects.filter(cohort__in=cohorts)
    return User.objects.filter(
        Q(pk__in=Membership.objects.filter(team__in=teams).values("user"))
        | Q(pk__in=teams.values("coach"))
        | Q(pk__in=Cohort.facilitators.through.objects.filter(cohort__in=cohorts).values("user"))
        | Q(pk__in=Program.leads.through.objects.filter(program__in=programs).values("user"))
    )


def mails_for(user: User) -> QuerySet[Message]:
    """The mails that `user` may look after."""
    if user.is_admin:
        return Message.objects.all()
    asked = kinds.names_asked_for()
    return Message.objects.filter(person__in=people_of(user)).exclude(kind__in=asked)


@dataclass(frozen=True)
class Hour:
    """How tries to send ended within an hour that began at `at` (UTC)."""

    at: datetime
    counts: dict[str, int] = field(default_factory=dict)

    def _count(self, *outcomes: str) -> int:
        return sum(self.counts.get(outcome, 0) for outcome in outcomes)

    @property
    def sent(self) -> int:
        return self._count(Outcome.OK)

    @property
    def refused(self) -> int:
        return self._count(Outcome.PERMANENT)

    @property
    def later(self) -> int:
        return self._count(Outcome.TEMPORARY)

    @property
    def unknown(self) -> int:
        return self._count(Outcome.UNKNOWN)


def figures(mails: QuerySet[Message], now: datetime) -> dict[str, Any]:
    """How many wait, and what became of those of the last day; in one statement."""
    lately = Q(created_at__gt=now - DAY) | Q(sent_at__gt=now - DAY)
    due = Q(state=State.QUEUED, next_attempt_at__lte=now)
    counted = {
        state.value: Count("pk", filter=Q(state=state) & lately)
        for state in (State.SENT, State.FAILED, State.DEAD)
    }
    return mails.aggregate(
        due=Count("pk", filter=due),
        oldest=Min("next_attempt_at", filter=due),
        waiting=Count("pk", filter=Q(state__in=[State.QUEUED, State.CLAIMED])),
        **counted,
    )


def hours(mails: QuerySet[Message], now: datetime) -> list[Hour]:
    """The hours of the last day in which something was tried, the latest first."""
    tries = Attempt.objects.filter(message__in=mails, finished_at__gt=now - DAY)
    by_hour = tries.exclude(outcome=Outcome.ABORTED).annotate(hour=TruncHour("finished_at"))
    found: dict[datetime, Hour] = {}
    for at, outcome, n in by_hour.values_list("hour", "outcome").annotate(n=Count("pk")):
        found.setdefault(at, Hour(at)).counts[outcome] = n
    return sorted(found.values(), key=lambda hour: hour.at, reverse=True)


@dataclass(frozen=True)
class Line:
    """A mail in a list, with why it was sent."""

    mail: Message
    why: str

    @property
    def language(self) -> StrOrPromise:
        """Its name in the reader's language."""
        return dict(settings.LANGUAGES).get(self.mail.language, self.mail.language)

    @property
    def looks(self) -> str:
        state = self.mail.state
        return "bad" if state in NEEDY else "good" if state == State.SENT else ""


def lines(mails: Iterable[Message], user: User) -> list[Line]:
    """The mails with the reason of each, in one more statement."""
    mails = list(mails)
    about = {mail.about or 0 for mail in mails if _is_of_check_in(mail)}
    # Asked also where there is none: a page takes the same however its lists fall out.
    check_ins = CheckIn.objects.filter(pk__in=about or {0}).select_related("team", "round")
    if not user.is_admin:
        check_ins = check_ins.filter(team__cohort__program__leads=user)
    known = {check_in.pk: check_in for check_in in check_ins}
    return [Line(mail, _why(mail, known.get(mail.about or 0))) for mail in mails]


def _is_of_check_in(mail: Message) -> bool:
    return mail.key.startswith("checkin/")


def _why(mail: Message, check_in: CheckIn | None) -> str:
    if check_in and _is_of_check_in(mail):
        told = {"team": check_in.team, "n": check_in.round.number, "kind": kinds.label_of(mail)}
        return _("%(kind)s · %(team)s, check-in %(n)d") % told
    return kinds.label_of(mail)


def needing_a_hand(mails: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """The latest that did not go and still might: refused, given up, or held back."""
    stuck = mails.filter(state__in=NEEDY, expires_at__gt=now)
    return stuck.select_related("person").order_by("-created_at", "-pk")[:LISTED]


def waiting_longest(mails: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """The due mails, oldest first."""
    due = mails.filter(state=State.QUEUED, next_attempt_at__lte=now)
    return due.select_related("person").order_by("next_attempt_at", "pk")[:LISTED]


def dead_addresses(user: User) -> QuerySet[Suppression]:
    """Addresses of these people that no mail goes to, the latest first; each says how `many`."""
    found = Suppression.objects.annotate(many=Window(Count("pk"))).order_by("-since", "-pk")
    if user.is_admin:
        return found
    return found.filter(address__in=people_of(user).values("email"))


@dataclass(frozen=True)
class DeadAddress:
    """An address that no mail goes to, whose it is, and the teams in which it is corrected."""

    suppression: Suppression
    person: User | None
    teams: list[Team]


def with_people(addresses: QuerySet[Suppression], user: User) -> list[DeadAddress]:
    """The first of the addresses, each with what `user` may open to correct it."""
    listed = list(addresses[:LISTED])
    # Asked also where there is none, as in `lines`.
    people = people_of(user).filter(email__in=[one.address for one in listed] or [""])
    by_address = {person.email: person for person in people}
    places = Membership.objects.filter(user__in=[one.pk for one in by_address.values()] or [0])
    if not user.is_admin:
        places = places.filter(team__cohort__program__leads=user)
    teams: dict[int, list[Team]] = {}
    for place in places.select_related("team").order_by("team__name", "team__pk"):
        teams.setdefault(place.user_id, []).append(place.team)
    found = [(one, by_address.get(one.address)) for one in listed]
    return [DeadAddress(one, who, teams.get(who.pk, []) if who else []) for one, who in found]


def search(user: User, words: str) -> QuerySet[User]:
    """People by a part of their name or address."""
    people = people_of(user).filter(Q(name__icontains=words) | Q(email__icontains=words))
    return people.order_by("name", "email")[:FOUND]


def sent_to(person: User, user: User) -> list[Line]:
    """The latest mails to a person, each with its tries."""
    mails = mails_for(user).filter(person=person).order_by("-created_at", "-pk")
    return lines(mails.defer("context").prefetch_related("tries")[:LETTERS], user)
