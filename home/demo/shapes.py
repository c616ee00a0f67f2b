"""What a demo team consists of."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """A line of a daily sheet; `session` is the n-th of the day that is not a break."""

    session: int
    milestone_kind: str
    milestone: str
    action_kind: str
    action: str
    by_whom: str
    due_day: int


@dataclass(frozen=True)
class Work:
    """An activity of the plan; days count from the end of the week."""

    text: str
    responsible: str
    accountable: str
    from_day: int
    due_day: int
    comments: str = ""


@dataclass(frozen=True)
class DemoTeam:
    """A team: people are (name, organisation, e-mail's local part), the lead first."""

    name: str
    country: str
    challenge: str
    sector: str
    language: str
    time_zone: str
    people: list[tuple[str, str, str]]
    outsiders: list[tuple[str, str]]
    rows: list[list[Row]]
    takeaways: list[str]
    action_items: list[str]
    plan: dict[str, list[Work]]
    did: list[str] = field(default_factory=list)
    learned: list[str] = field(default_factory=list)
    struggling: list[str] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    help: list[str] = field(default_factory=list)
