"""The built-in agenda, "Coalition week": five days that lead from a challenge to a signed plan.

The order and the subjects follow the course that the World Bank Institute described on 24 July
2014 (design thinking, leading across organisations, stakeholder mapping, communication, cases,
simulations) and its daily activity sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as translate
from django.utils.translation import gettext_noop as _

from cohorts.models import Session

Kind = Session.Kind


@dataclass(frozen=True)
class Slot:
    """A session of a template: from and to as wall-clock texts, and an English title."""

    starts: str
    ends: str
    kind: str
    title: str


COFFEE, LUNCH = _("Coffee"), _("Lunch")
SHEET = _("Daily activity and reflection")

COALITION_WEEK: tuple[tuple[Slot, ...], ...] = (
    (
        Slot("09:00", "10:15", Kind.PRESENTATIONS, _("Welcome: the teams and their challenges")),
        Slot("10:15", "10:45", Kind.BREAK, COFFEE),
        Slot(
            "10:45", "12:15", Kind.LECTURE, _("What makes coalitions work, and what we don't know")
        ),
        Slot("12:15", "13:30", Kind.BREAK, LUNCH),
        Slot("13:30", "15:00", Kind.WORKSHOP, _("Technical or adaptive? Diagnosing our challenge")),
        Slot("15:00", "15:15", Kind.BREAK, COFFEE),
        Slot(
            "15:15",
            "16:30",
            Kind.DESIGN,
            _("Naming the problem: five whys and the people behind it"),
        ),
        Slot("16:30", "17:30", Kind.TEAM_WORK, SHEET),
    ),
    (
        Slot("09:00", "10:15", Kind.CASE, _("Case: power for informal settlements")),
        Slot("10:15", "10:45", Kind.BREAK, COFFEE),
        Slot("10:45", "12:15", Kind.MAPPING, _("Stakeholder mapping: actors, interests, brakes")),
        Slot("12:15", "13:30", Kind.BREAK, LUNCH),
        Slot(
            "13:30", "15:00", Kind.LECTURE, _("Formal and informal authority: who authorizes us?")
        ),
        Slot("15:00", "15:15", Kind.BREAK, COFFEE),
        Slot("15:15", "16:30", Kind.ROLE_PLAY, _("The listening interview")),
        Slot("16:30", "17:30", Kind.TEAM_WORK, SHEET),
    ),
    (
        Slot("09:00", "10:15", Kind.LECTURE, _("Leading without authority")),
        Slot("10:15", "10:45", Kind.BREAK, COFFEE),
        Slot("10:45", "12:15", Kind.ROLE_PLAY, _("Building trust across organisations")),
        Slot("12:15", "13:30", Kind.BREAK, LUNCH),
        Slot("13:30", "16:15", Kind.SIMULATION, _("Simulation of institutional change, part 1")),
        Slot("16:15", "16:30", Kind.BREAK, COFFEE),
        Slot("16:30", "17:30", Kind.TEAM_WORK, SHEET),
    ),
    (
        Slot("09:00", "10:45", Kind.SIMULATION, _("Simulation, part 2, and what we saw in it")),
        Slot("10:45", "11:00", Kind.BREAK, COFFEE),
        Slot("11:00", "12:30", Kind.COMMUNICATION, _("Communication: framing for those who lose")),
        Slot("12:30", "13:30", Kind.BREAK, LUNCH),
        Slot("13:30", "15:00", Kind.WORKSHOP, _("From map to message: six stages of a coalition")),
        Slot("15:00", "15:15", Kind.BREAK, COFFEE),
        Slot("15:15", "16:30", Kind.PEER_REVIEW, _("Teams advise each other")),
        Slot("16:30", "17:30", Kind.TEAM_WORK, SHEET),
    ),
    (
        Slot(
            "09:00", "11:00", Kind.TEAM_WORK, _("Plan clinic: milestones, R and A, first 30 days")
        ),
        Slot("11:00", "11:15", Kind.BREAK, COFFEE),
        Slot(
            "11:15", "12:30", Kind.LECTURE, _("Routines, core team and authorizers after the week")
        ),
        Slot("12:30", "13:30", Kind.BREAK, LUNCH),
        Slot("13:30", "15:30", Kind.PRESENTATIONS, _("Teams present what they commit to")),
        Slot("15:30", "15:45", Kind.BREAK, COFFEE),
        Slot("15:45", "17:00", Kind.REFLECTION, _("Sign-off, the year ahead, goodbye")),
    ),
)

DAYS = len(COALITION_WEEK)
SESSIONS = sum(slot.kind != Kind.BREAK for day in COALITION_WEEK for slot in day)


def slots() -> list[dict[str, Any]]:
    """The template's sessions as `beginnings.py` tells them, titles in the active language."""
    return [
        {
            "day": n,
            "starts_at": slot.starts,
            "ends_at": slot.ends,
            "kind": str(slot.kind),
            "title": translate(slot.title),
        }
        for n, day in enumerate(COALITION_WEEK)
        for slot in day
    ]
