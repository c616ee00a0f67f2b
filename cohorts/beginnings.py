"""What a new cohort can begin from: the built-in week, a template, or an earlier cohort.

A slot is a session without a date: a JSON object of a session's fields as texts, `day` counting
from 0. So the days of an agenda are counted from the new first day, which keeps each session's
weekday exactly when the new first day has the weekday of the earlier one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from coalitions.days import in_words
from cohorts import agenda
from cohorts.models import AgendaTemplate, Cohort, Program, Session

type Slot = dict[str, Any]
# Earlier cohort, new cohort, and the new session for each id of an earlier one.
type CarryAlong = Callable[[Cohort, Cohort, dict[int, Session]], None]

WEEK = "week"
# What a template keeps of a session; who presents and where is each cohort's own.
TEXTS = ("kind", "title", "track", "objectives", "description")
OF_ONE_OFFERING = ("presenter", "room")
A_YEAR, A_WEEK = timedelta(weeks=52), timedelta(weeks=1)


@dataclass(frozen=True)
class Beginning:
    """One choice. `tell` gives its slots; `cohort` is the earlier one, if it is one."""

    key: str
    name: str
    days: int
    tell: Callable[[], list[Slot]]
    cohort: Cohort | None = None

    def last_day(self, first: date) -> date:
        """The last day of a week that begins from this on `first`."""
        return first + timedelta(days=self.days - 1)


_prepare: list[Callable[[Cohort], None]] = []
_along: list[CarryAlong] = []


def on_new(prepare: Callable[[Cohort], None]) -> None:
    """Have `prepare` called for each new cohort, before an earlier one gives it what it carries.

    Called from an app's `ready`.
    """
    _prepare.append(prepare)


def carry_along(copy: CarryAlong) -> None:
    """Have `copy` called when a cohort begins from an earlier one; called from an app's `ready`.

    It copies what the program prepared, never people's work.
    """
    _along.append(copy)


def find(program: Program, key: str) -> Beginning | None:
    """The choice of `key` ("week", "template-3", "cohort-7"), if the program has it."""
    kind, _dash, number = key.partition("-")
    if key == WEEK:
        return coalition_week()
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    if kind == "template":
        template = program.agenda_templates.live().filter(pk=number).first()
        return _of_template(template) if template else None
    cohort = program.cohorts.filter(pk=number).first() if kind == "cohort" else None
    return of_cohort(cohort) if cohort else None


def coalition_week() -> Beginning:
    """Beginning from the built-in template."""
    return Beginning(WEEK, _("The coalition week"), agenda.DAYS, agenda.slots)


def _of_template(template: AgendaTemplate) -> Beginning:
    return Beginning(
        f"template-{template.pk}", template.name, template.days, lambda: list(template.slots)
    )


def of_cohort(cohort: Cohort) -> Beginning:
    """Beginning from an earlier cohort."""
    return Beginning(
        f"cohort-{cohort.pk}", cohort.name, len(cohort.days), lambda: slots_of(cohort), cohort
    )


def slots_of(cohort: Cohort) -> list[Slot]:
    """The agenda of a cohort without its dates; what was taken off it is left out."""
    return [
        {
            "day": (session.day - cohort.starts_on).days,
            "starts_at": f"{session.starts_at:%H:%M}",
            "ends_at": f"{session.ends_at:%H:%M}",
        }
        | {name: getattr(session, name) for name in (*TEXTS, *OF_ONE_OFFERING)}
        for session in cohort.sessions.live()
    ]


def choices(program: Program) -> list[tuple[str, Any]]:
    """All choices in groups, as a select shows them."""
    week = _("The coalition week: %(days)d days, %(sessions)d sessions") % {
        "days": agenda.DAYS,
        "sessions": agenda.SESSIONS,
    }
    groups: list[tuple[str, Any]] = [(WEEK, week)]
    templates = [
        (f"template-{t.pk}", _("%(name)s: %(days)d days") % {"name": t.name, "days": t.days})
        for t in program.agenda_templates.live().defer("slots")
    ]
    cohorts = [
        (
            f"cohort-{cohort.pk}",
            _("%(name)s, from %(day)s")
            % {"name": cohort.name, "day": in_words(cohort.starts_on, "weekday date")},
        )
        for cohort in program.cohorts.all()
    ]
    if templates:
        groups.append((_("Templates of this program"), templates))
    if cohorts:
        groups.append((_("Earlier cohorts of this program"), cohorts))
    return groups


def fill(cohort: Cohort, beginning: Beginning) -> None:
    """Give the cohort what it begins from: the sessions are its own from now on.

    Rooms come along only to the same venue.
    """
    earlier = beginning.cohort
    moved = earlier is not None and earlier.venue.casefold() != cohort.venue.casefold()
    made = Session.objects.bulk_create(
        _session(cohort, slot | ({"room": ""} if moved else {})) for slot in beginning.tell()
    )
    for prepare in _prepare:
        prepare(cohort)
    if earlier is None:
        return
    # The slots were told in the same order.
    sessions = dict(zip(earlier.sessions.live().values_list("pk", flat=True), made, strict=True))
    for copy in _along:
        copy(earlier, cohort, sessions)


def _session(cohort: Cohort, slot: Slot) -> Session:
    words = {name: slot[name] for name in (*TEXTS, *OF_ONE_OFFERING) if name in slot}
    return Session(
        cohort=cohort,
        day=cohort.starts_on + timedelta(days=slot["day"]),
        starts_at=time.fromisoformat(slot["starts_at"]),
        ends_at=time.fromisoformat(slot["ends_at"]),
        **words,
    )


def next_start(earlier: date, today: date) -> date:
    """When the next offering may begin: on the same weekday, a year later or, if that is over,
    in the first week that is still to come."""
    start = earlier + A_YEAR
    return start if start > today else start + A_WEEK * ((today - start).days // 7 + 1)


def told(cohort: Cohort, beginning: Beginning) -> str:
    """What became of the days, in a sentence; empty where there was no earlier first day."""
    earlier = beginning.cohort
    if earlier is None:
        return ""
    days = {"name": earlier.name, "day": in_words(cohort.starts_on, "weekday date")}
    if earlier.starts_on.weekday() == cohort.starts_on.weekday():
        return _("The agenda of “%(name)s” is here; each session keeps its weekday.") % days
    weekdays = {
        "before": in_words(earlier.starts_on, "weekday name"),
        "last": in_words(cohort.ends_on, "weekday date"),
    }
    sentence = _(
        "The agenda of “%(name)s”, which began on a %(before)s, is here, counted day by day from "
        "%(day)s to %(last)s."
    )
    return sentence % (days | weekdays)
