"""What the coalition promised one another: on record, seen by all of the team, changed openly.

Why it stands there: coalitions last by "credible, enforceable commitments", and rent-seeking and
side deals "grow in informal, closed arrangements; formality and transparency protect" (CommGAP,
*Coalitions*, 2008). So a promise is never edited silently: each change is a version of its own,
and how it ended has a word why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans import people
from cohorts.models import Person, Session, Team
from followups import promise_mails
from followups.models import Commitment, CommitmentVersion

State = CommitmentVersion.State
# A promise is spoken of as due so many days before its date.
SOON_DAYS = 7


class MovedOnError(Exception):
    """Someone changed the commitment meanwhile; the message is a sentence for the person."""


@dataclass(frozen=True)
class Words:
    """What a commitment says."""

    who: str
    what: str
    due_on: date
    witnesses: str
    made_on: date
    session: Session | None


@dataclass(frozen=True)
class OnRecord:
    """A commitment with all its versions, the first one first."""

    commitment: Commitment
    versions: list[CommitmentVersion]

    @property
    def now(self) -> CommitmentVersion:
        """What it says now."""
        return self.versions[-1]

    @property
    def is_promised(self) -> bool:
        return self.now.state == State.PROMISED

    def is_late(self, today: date) -> bool:
        return self.is_promised and self.now.due_on < today

    def is_due(self, today: date) -> bool:
        """Is it late, or due within a week?"""
        return self.is_promised and (self.now.due_on - today).days <= SOON_DAYS


def of_teams(teams: QuerySet[Team] | list[Team]) -> dict[int, list[OnRecord]]:
    """Each team's commitments by its id, in one statement: promised ones by date, then others."""
    versions = CommitmentVersion.objects.filter(commitment__team__in=teams).order_by("n")
    by_commitment: dict[int, list[CommitmentVersion]] = {}
    for version in versions.select_related("commitment", "person", "session", "by"):
        by_commitment.setdefault(version.commitment_id, []).append(version)
    found: dict[int, list[OnRecord]] = {}
    for kept in by_commitment.values():
        record = OnRecord(kept[0].commitment, kept)
        found.setdefault(record.commitment.team_id, []).append(record)
    for records in found.values():
        records.sort(key=lambda one: (not one.is_promised, one.now.due_on, one.commitment.pk))
    return found


def of_team(team: Team) -> list[OnRecord]:
    """The team's commitments."""
    return of_teams([team]).get(team.pk, [])


def due(team: Team, now: datetime) -> list[OnRecord]:
    """What is promised and late, or due within a week of the team's own calendar."""
    today = now.astimezone(team.zone).date()
    return [record for record in of_team(team) if record.is_due(today)]


@transaction.atomic
def promise(team: Team, words: Words, *, form_id: UUID, by: User, now: datetime) -> Commitment:
    """Put a promise on record; the same words by the same `form_id` are one."""
    named = CommitmentVersion.objects.select_related("commitment", "session")
    known = named.filter(form_id=form_id).first()
    if known and not (known.commitment.team_id == team.pk and _says(known, words)):
        form_id = uuid5(form_id, repr((team.pk, by.pk, words)))
        known = named.filter(form_id=form_id).first()
    if known:
        return known.commitment
    commitment = Commitment.objects.create(team=team)
    _write(commitment, 1, words, {}, form_id=form_id, by=by, now=now)
    return commitment


def reword(
    record: OnRecord, words: Words, *, seen: int, form_id: UUID, by: User, now: datetime
) -> None:
    """Let it say something else from now on; what it said stays. Sent twice is once.

    Raises MovedOnError when it has another version than `seen` already.
    """
    _add(record, words, {}, seen=seen, form_id=form_id, by=by, now=now)


def settle(
    record: OnRecord, state: str, why: str, *, seen: int, form_id: UUID, by: User, now: datetime
) -> None:
    """Say that it was kept, broken or released, and why. Sent twice is once.

    Raises MovedOnError when it has another version than `seen` already.
    """
    last = record.now
    words = Words(last.who, last.what, last.due_on, last.witnesses, last.made_on, last.session)
    ending = {"state": state, "why": why}
    _add(record, words, ending, seen=seen, form_id=form_id, by=by, now=now)


def _add(
    record: OnRecord, words: Words, ending: dict[str, str], *, seen: int, form_id: UUID, **more: Any
) -> None:
    sent = (version for version in record.versions if version.form_id == form_id)
    if any(_says(version, words, **ending) for version in sent):
        return
    if record.now.n != seen:
        raise MovedOnError(_moved_on())
    try:
        with transaction.atomic():
            _write(record.commitment, seen + 1, words, ending, form_id=form_id, **more)
    except IntegrityError:
        # Someone else was faster, or the same form came twice at once.
        if not CommitmentVersion.objects.filter(form_id=form_id).exists():
            raise MovedOnError(_moved_on()) from None


def _says(version: CommitmentVersion, words: Words, **ending: str) -> bool:
    told = vars(words) | ending
    return all(getattr(version, name) == said for name, said in told.items())


def _moved_on() -> str:
    return _("Someone changed this meanwhile: read what it says now, then send yours again.")


def _write(
    commitment: Commitment,
    n: int,
    words: Words,
    ending: dict[str, str],
    *,
    form_id: UUID,
    by: User,
    now: datetime,
) -> None:
    version = CommitmentVersion.objects.create(
        commitment=commitment,
        n=n,
        form_id=form_id,
        person=_named(commitment.team, words.who),
        by=by,
        at=now,
        **vars(words),
        **ending,
    )
    before = commitment.versions.filter(n=n - 1).first()
    if before is None or _asked_of(before) != _asked_of(version):
        promise_mails.take_back(commitment)
        due_on = version.due_on if version.state == State.PROMISED else None
        Commitment.objects.filter(pk=commitment.pk).update(asks_on=due_on)


def _asked_of(version: CommitmentVersion) -> tuple[object, ...]:
    """When any of it changes, what was asked before is settled, and it is asked anew."""
    return (version.state, version.due_on, version.person_id)


def _named(team: Team, who: str) -> Person | None:
    """Whom of the team's people a name means; None for an outsider whom it does not know."""
    known = Person.objects.of(team)
    return next((one for one in known if people.key(one.name) == people.key(who)), None)
