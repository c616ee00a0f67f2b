"""A roster becomes teams, people and staff: first shown, then written, whole or not at all.

People are known by their e-mail address, teams by their name in the cohort. What is in the
database already is left alone, so bringing in the same roster twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts import countries, invitations, staff
from cohorts.fields import AddressField, apart
from cohorts.guests import LONGEST_NAME, Guest
from cohorts.models import Cohort, Membership, Person, Team
from cohorts.roster_columns import (
    CHALLENGE,
    COUNTRY,
    EMAIL,
    FIRST,
    LANGUAGE,
    LAST,
    NAME,
    ORGANISATION,
    RANK,
    ROLE,
    TEAM,
    language_of,
    role_of,
)
from cohorts.roster_table import Row

NEW, CHANGED, UNCHANGED, PROBLEM = "new", "changed", "unchanged", "problem"
STAFF_ROLES = {"coach", "facilitator"}
LONGEST = {TEAM: 300, COUNTRY: 100, ORGANISATION: 300, CHALLENGE: 2000}
CHUNK = 500


@dataclass
class Entry:
    """A row of the roster: who it is, what becomes of them, and why in sentences."""

    number: int
    email: str = ""
    name: str = ""
    role: str = "member"
    language: str = ""
    organisation: str = ""
    team: str = ""
    country: str = ""
    challenge: str = ""
    state: str = UNCHANGED
    told: list[str] = field(default_factory=list)

    @property
    def role_label(self) -> str:
        return {
            "lead": _("team lead"),
            "member": _("member"),
            "coach": _("coach"),
            "facilitator": _("facilitator"),
        }[self.role]

    @property
    def state_label(self) -> str:
        return {
            NEW: _("new"),
            CHANGED: _("changed"),
            UNCHANGED: _("unchanged"),
            PROBLEM: _("problem"),
        }[self.state]

    def refuse(self, sentence: str) -> None:
        self.state = PROBLEM
        self.told.append(sentence)


@dataclass(frozen=True)
class Preview:
    """What bringing the roster in would do."""

    entries: list[Entry]
    new_teams: list[str]

    @property
    def counts(self) -> Counter[str]:
        return Counter(entry.state for entry in self.entries)

    @property
    def to_write(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.state in {NEW, CHANGED}]

    @property
    def problems(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.state == PROBLEM]


class Known:
    """What the database holds about a cohort and the people of a roster, in six statements."""

    def __init__(self, cohort: Cohort, addresses: set[str]) -> None:
        self.teams = {team.name.casefold(): team for team in cohort.teams.select_related("coach")}
        memberships = Membership.objects.filter(team__cohort=cohort).select_related("user")
        self.memberships = {m.user.email: m for m in memberships}
        self.facilitators = set(cohort.facilitators.values_list("email", flat=True))
        people = Person.objects.filter(team__cohort=cohort, user__isnull=False)
        self.organisations = dict(people.values_list("user__email", "organisation"))
        self.users: dict[str, User] = {}
        wanted = sorted(addresses)
        for start in range(0, len(wanted), CHUNK):
            found = User.objects.filter(email__in=wanted[start : start + CHUNK])
            self.users |= {user.email: user for user in found}

    def team_of(self, entry: Entry) -> Team | None:
        return self.teams.get(entry.team.casefold())


def preview(
    cohort: Cohort, rows: list[Row], columns: dict[int, str], *, names_staff: bool
) -> Preview:
    """What each row would do; writes nothing. `names_staff`: may the importer name facilitators?"""
    entries = [_entry(row, columns) for row in rows]
    _refuse_repeats(entries)
    known = Known(cohort, {entry.email for entry in entries if entry.email})
    new_teams: dict[str, str] = {}
    for entry in entries:
        if entry.state != PROBLEM:
            _judge(entry, known, names_staff)
        if entry.state != PROBLEM and entry.team and not known.team_of(entry):
            new_teams.setdefault(entry.team.casefold(), entry.team)
    return Preview(entries, list(new_teams.values()))


def _entry(row: Row, columns: dict[int, str]) -> Entry:
    cells = {name: row.texts[i] for i, name in columns.items() if i < len(row.texts)}
    entry = Entry(row.number)
    named = cells.get(NAME) or f"{cells.get(FIRST, '')} {cells.get(LAST, '')}"
    entry.name = " ".join(f"{cells.get(RANK, '')} {named}".split())
    entry.organisation, entry.team = cells.get(ORGANISATION, ""), cells.get(TEAM, "")
    entry.country, entry.challenge = cells.get(COUNTRY, ""), cells.get(CHALLENGE, "")
    try:
        entry.email = AddressField(required=False).clean(cells.get(EMAIL, ""))
    except ValidationError:
        entry.refuse(_("“%(text)s” is no e-mail address.") % {"text": apart(cells[EMAIL][:60])})
        return entry
    if not entry.email:
        entry.refuse(_("There is no e-mail address."))
    role, language = role_of(cells.get(ROLE, "")), language_of(cells.get(LANGUAGE, ""))
    if role is None:
        entry.refuse(
            _("We do not know the role “%(text)s”: lead, member, coach or facilitator.")
            % {"text": apart(cells[ROLE][:60])}
        )
    if language is None:
        entry.refuse(
            _("We do not speak “%(text)s”: English, French, Spanish, Portuguese, Arabic.")
            % {"text": apart(cells[LANGUAGE][:60])}
        )
    entry.role, entry.language = role or "member", language or ""
    _refuse_long(entry)
    return entry


def _refuse_long(entry: Entry) -> None:
    if len(entry.name) > LONGEST_NAME:
        entry.refuse(_("The name is longer than %(most)d letters.") % {"most": LONGEST_NAME})
    for name, most in LONGEST.items():
        if len(getattr(entry, name)) > most:
            entry.refuse(
                _("“%(text)s…” is longer than %(most)d letters.")
                % {"text": apart(getattr(entry, name)[:40]), "most": most}
            )


def _refuse_repeats(entries: list[Entry]) -> None:
    first: dict[str, Entry] = {}
    for entry in entries:
        if not entry.email or entry.state == PROBLEM:
            continue
        before = first.setdefault(entry.email, entry)
        if before is not entry:
            entry.refuse(
                _("This address stands in row %(number)d already.") % {"number": before.number}
            )


def _judge(entry: Entry, known: Known, names_staff: bool) -> None:
    """Say what becomes of the row's person."""
    if entry.role == "facilitator":
        _judge_facilitator(entry, known, names_staff)
    elif not entry.team:
        entry.refuse(_("There is no team."))
    elif entry.role == "coach":
        _judge_coach(entry, known)
    else:
        _judge_member(entry, known)
    user = known.users.get(entry.email)
    if entry.state == NEW and user and user.name and user.name != entry.name:
        entry.told.append(_("Known here as %(name)s.") % {"name": apart(user.name)})


def _judge_facilitator(entry: Entry, known: Known, names_staff: bool) -> None:
    if entry.email in known.facilitators:
        entry.state = UNCHANGED
    elif not names_staff:
        entry.refuse(_("Only a program lead names facilitators."))
    else:
        entry.state = NEW


def _judge_coach(entry: Entry, known: Known) -> None:
    team = known.team_of(entry)
    coach = team.coach if team else None
    if coach is None:
        entry.state = NEW
    elif coach.email == entry.email:
        entry.state = UNCHANGED
    else:
        entry.refuse(
            _("%(team)s has a coach already, %(name)s. Change it on the team's page.")
            % {"team": apart(team), "name": apart(coach)}
        )


def _judge_member(entry: Entry, known: Known) -> None:
    membership = known.memberships.get(entry.email)
    if membership is None:
        entry.state = NEW
        return
    team = known.team_of(entry)
    if team is None or membership.team_id != team.pk:
        other = next(t for t in known.teams.values() if t.pk == membership.team_id)
        entry.refuse(
            _("In this cohort they are in %(team)s. Remove them there first.")
            % {"team": apart(other)}
        )
        return
    if membership.role != entry.role and entry.role == "lead":
        entry.state = CHANGED
        entry.told.append(_("Becomes team lead."))
    if entry.organisation and entry.organisation != known.organisations.get(entry.email, ""):
        entry.state = CHANGED
        entry.told.append(_("Organisation: %(text)s") % {"text": apart(entry.organisation)})


@transaction.atomic
def apply(
    cohort: Cohort,
    rows: list[Row],
    columns: dict[int, str],
    *,
    names_staff: bool,
    by: User,
    now: datetime,
    invite: bool = True,
) -> Preview:
    """Write what `preview` shows, except rows with a problem; what was written.

    Judged anew under a lock on the cohort, so two who import at once do not double anything.
    """
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    seen = preview(cohort, rows, columns, names_staff=names_staff)
    teams = {team.name.casefold(): team for team in cohort.teams.all()}
    first_of = {e.team.casefold(): e for e in reversed(seen.entries) if e.state != PROBLEM}
    for name in seen.new_teams:
        teams[name.casefold()] = _make_team(cohort, name, first_of[name.casefold()])
    for entry in seen.to_write:
        _write(cohort, teams.get(entry.team.casefold()), entry, by, now, invite)
    return seen


def _make_team(cohort: Cohort, name: str, entry: Entry) -> Team:
    country = entry.country or name[: LONGEST[COUNTRY]]
    fields: dict[str, Any] = {"language": entry.language} if entry.language else {}
    return Team.objects.create(
        cohort=cohort,
        name=name,
        country=country,
        challenge=entry.challenge,
        time_zone=countries.zone_of(country) or cohort.time_zone,
        **fields,
    )


def _write(
    cohort: Cohort, team: Team | None, entry: Entry, by: User, now: datetime, invite: bool
) -> None:
    if entry.role in STAFF_ROLES or team is None:
        user = User.objects.get_or_invite(
            entry.email, name=entry.name, language=entry.language or "en"
        )
        if entry.role == "facilitator" or team is None:
            staff.name_facilitator(cohort, user, by=by, now=now, mail=invite)
        else:
            staff.name_coach(team, user, by=by, now=now, mail=invite)
        return
    guest = Guest(entry.email, entry.name, entry.language)
    invitations.invite(team, guest, by=by, now=now, role=entry.role, mail=invite)
    if entry.organisation:
        people = Person.objects.filter(team=team, user__email=entry.email)
        people.update(organisation=entry.organisation)
