"""Making the simulated year's world in the database of an installation."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from tests.year import world
from tests.year.oracle import Reader, TeamYear


def populate(teams: list[TeamYear], now: datetime) -> None:
    """Make the cohorts with their teams, people and wishes, and close their weeks at `now`."""
    from followups.planner import close_week
    from tests.factories import make_program

    people = _make_people(teams, now)
    leads = [person for reader, person in people.items() if reader.leads]
    program = make_program(*{lead.pk: lead for lead in leads}.values())
    cohorts = {cohort: _make_cohort(program, cohort) for cohort in world.COHORTS}
    for n, team_year in enumerate(teams):
        _make_team(cohorts[world.cohort_of(n, len(teams))], n, team_year, people, now)
    for cohort in cohorts.values():
        close_week(cohort, by=leads[0], now=now)


def _make_people(teams: list[TeamYear], now: datetime) -> dict[Reader, object]:
    from followups.models import Preference
    from tests.factories import make_user

    users: dict[str, object] = {}
    found = {}
    for reader in (reader for team in teams for reader in team.readers):
        if reader.address not in users:
            name = reader.address.partition("@")[0]
            users[reader.address] = user = make_user(
                name, email=reader.address, time_zone=reader.zone
            )
            if reader.hour != 9 or reader.weekly is not None:
                Preference.objects.create(
                    person=user, hour=reader.hour, weekly_on=reader.weekly, changed_at=now
                )
        found[reader] = users[reader.address]
    return found


def _make_cohort(program: object, planned: world.Cohort) -> object:
    from cohorts.models import Cohort
    from followups.models import Holiday, Schedule
    from tests.factories import make_cohort

    cohort = make_cohort(
        program,
        name=planned.name,
        starts_on=world.WEEK_ENDS - timedelta(days=4),
        ends_on=world.WEEK_ENDS,
        state=Cohort.State.RUNNING,
    )
    Schedule.objects.update_or_create(cohort=cohort, defaults={"weeks": list(planned.schedule)})
    Holiday.objects.create(cohort=cohort, day=planned.holiday, name="The day of the country")
    return cohort


def _make_team(
    cohort: object, n: int, team_year: TeamYear, people: dict[Reader, object], now: datetime
) -> None:
    from followups.models import Pause
    from tests.factories import make_member, make_team

    readers = team_year.readers
    coach = next(people[reader] for reader in readers if reader.coaches)
    team = make_team(cohort, name=team_year.name, time_zone=readers[0].zone, coach=coach)
    members = [people[reader] for reader in readers if reader.hears_of("opens")]
    for m, user in enumerate(members):
        make_member(team, user, role="member" if m else "lead")
    if n in world.PAUSES:
        pause, _number, _opens = world.PAUSES[n]
        Pause.objects.create(
            team=team,
            first_day=pause.first,
            last_day=pause.last,
            moves=pause.moves,
            reason="Elections" if not pause.moves else "Leave",
            form_id=uuid4(),
            made_at=now,
        )
