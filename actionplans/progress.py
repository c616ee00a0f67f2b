"""How far a plan is, calm enough for a minister: by milestone, what is due next, what changed.

Never the stakeholder map, and no names of people unless the team shows them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from actionplans import changes, coming
from actionplans.changes import Change
from actionplans.models import Activity, Baseline, ProgressLink
from actionplans.plans import Group
from cohorts.models import Team
from outbox import links

PURPOSE = "progress"
SHOWN = [
    Activity.Status.DONE,
    Activity.Status.ON_TRACK,
    Activity.Status.STUCK,
    Activity.Status.NOT_STARTED,
    Activity.Status.DROPPED,
]
# One page of paper holds this much of what comes next, and of what changed.
MOST_NEXT, MOST_CHANGED = 6, 6
# For how many days a link opens.
LASTS = (30, 90)


@dataclass(frozen=True)
class Part:
    """A milestone, or the plan as a whole: its activities by status."""

    title: str
    counts: Counter[str]

    @property
    def segments(self) -> list[dict[str, Any]]:
        return segments(self.counts)

    @property
    def done(self) -> int:
        return self.counts[Activity.Status.DONE]

    @property
    def pursued(self) -> int:
        return self.counts.total() - self.counts[Activity.Status.DROPPED]


@dataclass(frozen=True)
class Progress:
    """The page. `late` counts what is past its date; the lists are cut to one page of paper."""

    whole: Part
    milestones: list[Part]
    next_due: list[Activity]
    late: int
    changed: list[Change]
    more_changed: int


def segments(counts: Counter[str]) -> list[dict[str, Any]]:
    """The parts of a stacked bar, in hundredths of its width."""
    whole, x, found = counts.total(), 0.0, []
    for status in SHOWN:
        if number := counts[status]:
            width = 100 * number / whole
            found.append(
                {
                    "status": status.value,
                    "label": status.label,
                    "count": number,
                    "x": x,
                    "width": width,
                }
            )
            x += width
    return found


def of(groups: list[Group], signed: Baseline | None, today: date) -> Progress:
    """How far a plan with R, A, C and I loaded is; `today` is the team's."""
    parts = [
        Part(group.milestone.title, Counter(a.status for a in group.activities)) for group in groups
    ]
    whole = sum((part.counts for part in parts), Counter[str]())
    dated = [a for a in coming.still_to_do(groups) if a.due_on]
    ahead = [a for a in dated if a.due_on and a.due_on >= today]
    changed = changes.since(signed, groups) if signed else []
    return Progress(
        Part("", whole),
        parts,
        sorted(ahead, key=coming.soonest)[:MOST_NEXT],
        len(dated) - len(ahead),
        changed[:MOST_CHANGED],
        max(0, len(changed) - MOST_CHANGED),
    )


def make_link(
    team: Team, *, key: UUID, whom: str, days: int, with_names: bool, by: User, now: datetime
) -> ProgressLink:
    """A link that opens the page for `days`. The same `key` again is the same link."""
    told = {"team": team, "whom": whom, "with_names": with_names, "made_by": by, "made_at": now}
    ends = now + timedelta(days=days)
    link = ProgressLink.objects.get_or_create(key=key, defaults=told | {"expires_at": ends})[0]
    url_of(link)
    return link


def url_of(link: ProgressLink) -> str:
    """The address of a link."""
    token = links.issue(
        PURPOSE, str(link.key), about=link.pk, expires_at=link.expires_at, now=link.made_at
    )
    return settings.BASE_URL + reverse("progress_link", args=[token])


@transaction.atomic
def revoke(link: ProgressLink, now: datetime) -> None:
    """Let the link open no more."""
    ProgressLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=now)
    links.revoke(PURPOSE, now=now, about=link.pk)


def find(token: str, now: datetime) -> ProgressLink | None:
    """The link behind a token, if it opens."""
    found = links.find(PURPOSE, token, now)
    if isinstance(found, links.Trouble):
        return None
    known = ProgressLink.objects.select_related("team__cohort__program")
    return known.filter(pk=found.about or 0).first()
