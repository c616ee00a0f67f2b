"""What a coach should know of their teams: who answered, who is silent, what is stuck, what moved.

The coach's page and the weekly digest say the same, by these reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from actionplans.models import Activity, Edit
from coalitions.days import in_words
from cohorts.models import Cohort, Team
from followups import commitments
from followups.models import Call, CheckIn, CommitmentVersion, SupportMove, SupportRequest

State = CheckIn.State
TOLD_FIELDS = ("status", "starts_on", "due_on")


@dataclass
class Report:
    """One team, as it stands, and what changed in it since some moment.

    `last`: answered last. `missed`: closed without an answer, and none came since.
    """

    team: Team
    today: date
    current: CheckIn | None = None
    last: CheckIn | None = None
    missed: CheckIn | None = None
    answered: list[CheckIn] = field(default_factory=list)
    stuck: list[Activity] = field(default_factory=list)
    changed: list[Activity] = field(default_factory=list)
    waiting: list[SupportRequest] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)
    promises: list[commitments.OnRecord] = field(default_factory=list)
    promised: list[CommitmentVersion] = field(default_factory=list)
    call: Call | None = None

    @property
    def is_late(self) -> bool:
        return bool(self.missed or (self.current and self.current.round.due_on < self.today))

    @property
    def overdue(self) -> int:
        """How many requests for help are open past their date."""
        return sum(wish.due_on < self.today for wish in self.waiting)

    @property
    def late_promises(self) -> int:
        """How many promises are open past their date."""
        return sum(record.is_late(self.today) for record in self.promises)

    @property
    def urgency(self) -> tuple[int, ...]:
        """Sorts teams: late and silent first, then what is overdue and stuck."""
        return (-self.is_late, -bool(self.current), -self.overdue, -len(self.stuck))

    @property
    def sentences(self) -> list[str]:
        """What there is to say of the team; no word of its plan. Empty: nothing."""
        said = [self._missed(), self._check_in(), *map(_answered, self.answered)]
        said += [
            _counted(len(self.stuck), _stuck),
            _counted(len(self.changed), _changed),
            _counted(len(self.waiting), _waiting),
            _counted(self.overdue, _overdue),
            _counted(len(self.moved), _moved),
            _counted(len(self.promises), _promises),
            _counted(self.late_promises, _late_promises),
            _counted(len(self.promised), _promised),
        ]
        return [sentence for sentence in said if sentence]

    def _missed(self) -> str:
        if self.missed is None:
            return ""
        closed = in_words(self.missed.round.closes_on, "day")
        told = {"n": self.missed.round.number, "closed": closed}
        return _("Silent: check-in %(n)d closed on %(closed)s without an answer.") % told

    def _check_in(self) -> str:
        if self.current is None:
            return ""
        due = in_words(self.current.round.due_on, "day")
        sentence = (
            _("Silent: check-in %(n)d was due on %(due)s.")
            if self.current.round.due_on < self.today
            else _("Nobody has answered check-in %(n)d yet; it is due on %(due)s.")
        )
        return sentence % {"n": self.current.round.number, "due": due}


def _answered(check_in: CheckIn) -> str:
    day = in_words(check_in.submitted_at, "day") if check_in.submitted_at else ""
    told = {"n": check_in.round.number, "day": day}
    who = check_in.submitted_by or _("a former member")
    return _("Answered check-in %(n)d on %(day)s: %(name)s.") % (told | {"name": who})


def _counted(n: int, sentence: Any) -> str:
    return sentence(n) % {"n": n} if n else ""


def _stuck(n: int) -> str:
    return ngettext("%(n)d activity is stuck.", "%(n)d activities are stuck.", n)


def _changed(n: int) -> str:
    return ngettext(
        "%(n)d activity has another status or date.",
        "%(n)d activities have another status or date.",
        n,
    )


def _waiting(n: int) -> str:
    return ngettext("%(n)d request for help is open.", "%(n)d requests for help are open.", n)


def _overdue(n: int) -> str:
    return ngettext("%(n)d of them is overdue.", "%(n)d of them are overdue.", n)


def _moved(n: int) -> str:
    return ngettext(
        "Something was done about %(n)d request.", "Something was done about %(n)d requests.", n
    )


def _promises(n: int) -> str:
    return ngettext("%(n)d promise is late or due.", "%(n)d promises are late or due.", n)


def _late_promises(n: int) -> str:
    return ngettext("%(n)d of them is past its date.", "%(n)d of them are past their date.", n)


def _promised(n: int) -> str:
    return ngettext("%(n)d promise was made or changed.", "%(n)d promises were made or changed.", n)


def reports(person: User, since: datetime, now: datetime) -> list[Report]:
    """Of each team in its year that someone coaches, those first that need them; eight statements.

    `since` and `now` in UTC.
    """
    coached = Team.objects.filter(coach=person, cohort__state=Cohort.State.FOLLOW_UP)
    found = {
        team.pk: Report(team, now.astimezone(team.zone).date())
        for team in coached.select_related("cohort").order_by("name", "pk")
    }
    teams = [report.team for report in found.values()]
    _tell_check_ins(found, teams, since)
    _tell_activities(found, teams, since)
    _tell_requests(found, teams, since)
    _tell_promises(found, teams, since)
    for call in Call.objects.filter(team__in=teams).select_related("by").order_by("held_on", "pk"):
        found[call.team_id].call = call
    return sorted(found.values(), key=lambda report: (report.urgency, report.team.name))


def _tell_check_ins(found: dict[int, Report], teams: list[Team], since: datetime) -> None:
    told = CheckIn.objects.filter(
        team__in=teams, state__in=[State.OPEN, State.SUBMITTED, State.MISSED]
    )
    for check_in in told.select_related("round", "submitted_by").order_by("round__number"):
        report = found[check_in.team_id]
        if check_in.state == State.MISSED:
            report.missed = check_in if check_in.was_asked else report.missed
            continue
        if check_in.submitted_at is None:
            report.current = check_in
            continue
        report.last, report.missed = check_in, None
        if check_in.submitted_at >= since:
            report.answered.append(check_in)


def _tell_activities(found: dict[int, Report], teams: list[Team], since: datetime) -> None:
    changed = Edit.objects.filter(
        team__in=teams,
        table=Edit.Table.ACTIVITY,
        field__in=TOLD_FIELDS,
        outcome__in=[Edit.Outcome.APPLIED, Edit.Outcome.MERGED],
        at__gte=since,
    )
    moved = set(changed.values_list("row_id", flat=True))
    live = Activity.objects.live().filter(
        Q(status=Activity.Status.STUCK) | Q(pk__in=moved),
        milestone__plan__team__in=teams,
        milestone__removed_at__isnull=True,
    )
    for activity in live.select_related("milestone__plan"):
        report = found[activity.milestone.plan.team_id]
        if activity.status == Activity.Status.STUCK:
            report.stuck.append(activity)
        if activity.pk in moved:
            report.changed.append(activity)


def _tell_requests(found: dict[int, Report], teams: list[Team], since: datetime) -> None:
    for wish in SupportRequest.objects.open().oldest_first().filter(team__in=teams):
        found[wish.team_id].waiting.append(wish)
    moves = SupportMove.objects.filter(request__team__in=teams, at__gte=since)
    moves = moves.exclude(kind=SupportMove.Kind.WITHDRAWN)
    for team, request in moves.values_list("request__team", "request"):
        found[team].moved.add(request)


def _tell_promises(found: dict[int, Report], teams: list[Team], since: datetime) -> None:
    for team, records in commitments.of_teams(teams).items():
        report = found[team]
        report.promises = [record for record in records if record.is_due(report.today)]
        report.promised = [
            version for record in records for version in record.versions if version.at >= since
        ]


def say_something(told: Iterable[Report]) -> bool:
    """Is there anything to say of these teams?"""
    return any(report.sentences for report in told)
