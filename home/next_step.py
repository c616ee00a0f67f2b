"""The one thing to do next for a team: what the big button of its pages leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from coalitions.days import in_words
from cohorts.models import Cohort, Team
from followups.models import CheckIn


@dataclass(frozen=True)
class NextStep:
    """A button: what it says, and where it leads."""

    label: str
    url: str


def sheet_day(cohort: Cohort, now: datetime) -> date:
    """The day whose sheet is meant by "today's": the venue's today, or the week's nearest day."""
    today = now.astimezone(cohort.zone).date()
    return min(max(today, cohort.starts_on), cohort.ends_on)


def next_step(team: Team, now: datetime, *, check_in: CheckIn | None, writes: bool) -> NextStep:
    """What a team does next, or what there is to read for those who do not write.

    `check_in` is the open one, `now` in UTC; the team's cohort should be at hand.
    """
    match team.cohort.state:
        case Cohort.State.DRAFT:
            return NextStep(_("See the agenda"), reverse("agenda", args=[team.cohort_id]))
        case Cohort.State.RUNNING:
            return _sheet(team, now, writes)
        case Cohort.State.FOLLOW_UP if check_in:
            label = _("Answer the check-in") if writes else _("Read the check-in")
            return NextStep(label, reverse("check_in", args=[team.pk, check_in.pk]))
        case _:
            return NextStep(_("Open the action plan"), reverse("plan", args=[team.pk]))


def _sheet(team: Team, now: datetime, writes: bool) -> NextStep:
    day = sheet_day(team.cohort, now)
    url = reverse("sheet", args=[team.pk, day.isoformat()])
    if day == now.astimezone(team.cohort.zone).date():
        return NextStep(_("Open today's sheet") if writes else _("Read today's sheet"), url)
    label = _("Open the sheet of %(day)s") if writes else _("Read the sheet of %(day)s")
    return NextStep(label % {"day": in_words(day, "weekday")}, url)
