"""What the demo's teams asked for, promised and were told by phone, after their week."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from accounts.models import User
from cohorts.models import Cohort, Membership, Team
from followups import calls, commitments, support
from followups.commitments import Words
from followups.models import SupportMove, SupportRequest

Kind = SupportMove.Kind


def settle(team: Team, *, by: User, now: datetime) -> None:
    """Whatever the team waits for was brought by its coach, and it says so."""
    for wish in SupportRequest.objects.open().filter(team=team):
        done = support.Move(Kind.HELPED, "A colleague came for two days.", uuid4())
        support.move(wish, done, by=team.coach or by, now=now)
        confirmed = support.Move(Kind.CONFIRMED, "The numbers are right now.", uuid4())
        support.move(wish, confirmed, by=by, now=now)


def follow(cohort: Cohort, *, coach: User, now: datetime) -> None:
    """A coach took requests on; the first team promised two things, of which one was kept."""
    for wish in SupportRequest.objects.open().filter(team__cohort=cohort):
        due, note = now.date() + timedelta(days=5), "I know someone at the bank."
        taken = support.Move(Kind.ROUTED, note, uuid4(), coach, due)
        support.move(wish, taken, by=coach, now=now - timedelta(days=1))
    for team in cohort.teams.order_by("pk")[:1]:
        _promise(team, now)
        _call(team, coach, now)


def _promise(team: Team, now: datetime) -> None:
    lead, member = (
        membership.user
        for membership in Membership.objects.filter(team=team)
        .select_related("user")
        .order_by("pk")[:2]
    )
    made_on, session = team.cohort.ends_on, team.cohort.sessions.order_by("-day", "-starts_at")[0]
    for who, what, days, witness in (
        (member, "Share the list of meters with the residents' committee", 20, lead),
        (lead, "Tell the county before the press hears of it", 55, member),
    ):
        due = made_on + timedelta(days=days)
        words = Words(str(who), what, due, str(witness), made_on, session)
        commitments.promise(team, words, form_id=uuid4(), by=lead, now=now - timedelta(days=40))
    kept = commitments.of_team(team)[0]
    why = "Handed over at their meeting; two of them found their own meter on it."
    once = {"seen": 1, "form_id": uuid4(), "by": lead, "now": now - timedelta(days=33)}
    commitments.settle(kept, "kept", why, **once)  # type: ignore[arg-type]


def _call(team: Team, coach: User, now: datetime) -> None:
    notes = (
        "The committee comes to meetings again since it has the list. They fear the dry season, "
        "and ask what to say when the lights go out before the first meter turns."
    )
    held_on = (now - timedelta(days=8)).date()
    once = {"form_id": uuid4(), "by": coach, "now": now - timedelta(days=8)}
    calls.note(team, held_on=held_on, notes=notes, shared=True, **once)  # type: ignore[arg-type]
