"""Where each reform of a cohort stands: what the follow-up page shows, most urgent first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from actionplans.models import Activity
from actionplans.progress import segments
from cohorts.models import Cohort, Team
from followups.models import CheckIn, Round, SupportRequest

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

State = CheckIn.State

# How a round stands: its shape (components/status_sprite.html), whose colour it wears, its word.
type Mark = tuple[str, str, "StrOrPromise"]
MARKS: dict[str, Mark] = {
    State.SCHEDULED: ("notstarted", "not_started", gettext_lazy("to come")),
    State.OPEN: ("begun", "on_track", gettext_lazy("open")),
    State.SUBMITTED: ("done", "done", gettext_lazy("answered on time")),
    State.MISSED: ("missed", "late", gettext_lazy("missed")),
    State.EXCUSED: ("dropped", "dropped", gettext_lazy("excused")),
    State.SKIPPED: ("dropped", "dropped", gettext_lazy("skipped")),
}
ANSWERED_LATE: Mark = ("stuck", "stuck", gettext_lazy("answered late"))
LATE: Mark = ("late", "late", gettext_lazy("late"))


@dataclass(frozen=True)
class Dot:
    """One round in the row of the year."""

    number: int
    shape: str
    colour: str
    word: str


@dataclass
class TeamYear:
    """One team's line: its check-ins in order, its activities by status, its open requests."""

    team: Team
    check_ins: list[CheckIn]
    counts: Counter[str]
    requests: list[SupportRequest]
    today: date
    segments: list[dict[str, Any]] = field(default_factory=list)

    @property
    def last(self) -> CheckIn | None:
        """The check-in answered last."""
        answered = [c for c in self.check_ins if c.state == State.SUBMITTED]
        return answered[-1] if answered else None

    @property
    def current(self) -> CheckIn | None:
        """The check-in that is open now."""
        return next((c for c in self.check_ins if c.state == State.OPEN), None)

    @property
    def is_late(self) -> bool:
        return self.current is not None and self.current.round.due_on < self.today

    @property
    def asked(self) -> int:
        """How many rounds could be judged: answered, missed, or open past their date."""
        judged = (State.SUBMITTED, State.MISSED)
        return sum(c.state in judged for c in self.check_ins) + self.is_late

    @property
    def on_time(self) -> int:
        """How many rounds were answered by their date, on the team's own calendar."""
        return sum(self._was_on_time(check_in) for check_in in self.check_ins)

    @property
    def is_with_coach(self) -> bool:
        """Has the coach been told that nobody answers?"""
        told = self.current is not None and self.current.next_step == CheckIn.Step.CLOSES
        return told and self.team.coach_id is not None

    @property
    def oldest_request(self) -> SupportRequest | None:
        """The open request for help that waits longest."""
        return min(self.requests, key=lambda request: request.raised_at, default=None)

    @property
    def urgency(self) -> tuple[int, ...]:
        """Sorts teams: silent and late first, then stuck, then those who asked for help."""
        missed_last = bool(self.judged_last and self.judged_last.state == State.MISSED)
        return (
            -(2 * self.is_late + self.is_with_coach + missed_last),
            -self.counts[Activity.Status.STUCK],
            -len(self.requests),
        )

    @property
    def dots(self) -> list[Dot]:
        """The year, a mark a round."""
        return [self._dot(check_in) for check_in in self.check_ins]

    def _dot(self, check_in: CheckIn) -> Dot:
        shape, colour, word = MARKS[State(check_in.state)]
        if check_in.state == State.SUBMITTED and not self._was_on_time(check_in):
            shape, colour, word = ANSWERED_LATE
        elif check_in.state == State.OPEN and self.is_late:
            shape, colour, word = LATE
        return Dot(check_in.round.number, shape, colour, str(word))

    def _was_on_time(self, check_in: CheckIn) -> bool:
        at = check_in.submitted_at
        zone = self.team.zone
        return at is not None and at.astimezone(zone).date() <= check_in.round.due_on

    @property
    def judged_last(self) -> CheckIn | None:
        judged = [c for c in self.check_ins if c.state in (State.SUBMITTED, State.MISSED)]
        return judged[-1] if judged else None


def team_years(cohort: Cohort, teams: QuerySet[Team], today: date) -> list[TeamYear]:
    """The lines of the follow-up page, in five statements however many teams there are."""
    check_ins = CheckIn.objects.select_related("round", "submitted_by").order_by("round__number")
    requests = SupportRequest.objects.open().select_related("holder")
    found = list(
        teams.select_related("coach").prefetch_related(
            Prefetch("check_ins", check_ins), Prefetch("support_requests", requests)
        )
    )
    counts = _counts(found)
    years = [
        TeamYear(
            team,
            list(team.check_ins.all()),
            counts[team.pk],
            list(team.support_requests.all()),
            today,
            segments(counts[team.pk]),
        )
        for team in found
    ]
    return sorted(years, key=lambda year: (year.urgency, year.team.name))


def _counts(teams: list[Team]) -> dict[int, Counter[str]]:
    live = Activity.objects.live().filter(
        milestone__plan__team__in=teams, milestone__removed_at__isnull=True
    )
    counts: dict[int, Counter[str]] = {team.pk: Counter() for team in teams}
    grouped = live.order_by().values_list("milestone__plan__team", "status").annotate(n=Count("pk"))
    for team_id, status, number in grouped:
        counts[team_id][status] = number
    return counts


def legend(years: list[TeamYear]) -> list[Dot]:
    """Each mark that the years show, once, for the line that explains them."""
    return list({dot.shape: dot for year in years for dot in year.dots}.values())


def current_round(rounds: list[Round], today: date) -> Round | None:
    """The round that opened last, if any has."""
    begun = [round_ for round_ in rounds if round_.opens_on <= today]
    return begun[-1] if begun else None


def headline(years: list[TeamYear], round_: Round | None) -> str:
    """The page's finding in one sentence."""
    if round_ is None:
        return _("The first round has not opened yet.")
    of_round = [c for year in years for c in year.check_ins if c.round_id == round_.pk]
    answered = sum(c.state == State.SUBMITTED for c in of_round)
    stuck = sum(bool(year.counts[Activity.Status.STUCK]) for year in years)
    sentence = ngettext(
        "%(answered)d of %(all)d team answered round %(number)d.",
        "%(answered)d of %(all)d teams answered round %(number)d.",
        len(of_round),
    ) % {"answered": answered, "all": len(of_round), "number": round_.number}
    if stuck:
        sentence += " " + ngettext(
            "%(count)d is stuck with something.", "%(count)d are stuck with something.", stuck
        ) % {"count": stuck}
    return sentence
