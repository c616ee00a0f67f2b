"""Making the demo program through the same verbs that people's clicks use.

Dates are relative to the day it is loaded: one cohort with its year behind it, one in follow-up
with a check-in due today, one in the third day of its week.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4, uuid5
from zoneinfo import ZoneInfo

from django.db.models import F

from accounts.models import User
from actionplans import baseline, changes, plans
from actionplans.cells import save_cell
from actionplans.models import Activity, DailySheet, Milestone, SheetRow
from actionplans.rows import create_row
from cohorts import weeks
from cohorts.models import Cohort, Membership, Person, Program, Session, Team
from followups import answering, drafts, planner, schedule
from followups.models import CheckIn, Outlook
from home.demo import helping, pausing, preparation
from home.demo.africa import KENYA, LIBERIA, MAROC
from home.demo.elsewhere import GHANA, JORDAN, NEPAL, PERU, VIETNAM
from home.demo.shapes import DemoTeam
from outbox import delivery
from outbox.models import Message

PROGRAM = "Leading with Coalitions"
DOMAIN = "demo.example"
Status = Activity.Status


def is_loaded() -> bool:
    return Program.objects.filter(name=PROGRAM).exists()


def load(now: datetime) -> None:
    """Load the whole demo; `now` (UTC) decides its dates.

    Mails go out meanwhile, so it cannot be one transaction: the program gets its name last, and
    a load that was cut off is begun anew with an empty database (`make demo-reset`).
    """
    staff = {
        "admin": _user("admin", "Adaeze Nwosu", "Africa/Lagos", is_admin=True),
        "lead": _user("lead", "Catherine Dubois", "America/New_York"),
        "facilitator": _user("facilitator", "Tomás Rivera", "America/New_York"),
        "coach": _user("coach", "Ingrid Solheim", "Europe/Oslo"),
    }
    program = Program.objects.create(name=f"{PROGRAM} …")
    program.leads.add(staff["lead"])
    _finished(program, staff, now)
    _following(program, staff, now)
    _in_its_week(program, staff, now)
    Program.objects.filter(pk=program.pk).update(name=PROGRAM)


def _user(local: str, name: str, zone: str, **fields: object) -> User:
    return User.objects.create_user(f"{local}@{DOMAIN}", name=name, time_zone=zone, **fields)


def _at(day: date, hour: int = 15) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def _today(zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


# Cohorts -----------------------------------------------------------------------------------------


def _cohort(
    program: Program, staff: dict[str, User], name: str, venue: str, zone: str, starts_on: date
) -> Cohort:
    cohort = weeks.make_cohort(
        program,
        name=name,
        venue=venue,
        time_zone=zone,
        starts_on=starts_on,
        form_id=uuid4(),
        by=staff["lead"],
        now=_at(starts_on),
    )
    weeks.start_week(cohort)
    cohort.facilitators.add(staff["facilitator"])
    return cohort


def _finished(program: Program, staff: dict[str, User], now: datetime) -> None:
    starts_on = now.date() - timedelta(weeks=54)
    cohort = _cohort(
        program, staff, f"Lima {starts_on.year}", "Lima, Peru", "America/Lima", starts_on
    )
    for demo in (PERU, NEPAL):
        _team(cohort, demo, staff["coach"], now, days=5, signed=True)
    _live_through(cohort, now, late={("Perú", 3)}, missed={("Perú", 6), ("Nepal", 7)})
    Cohort.objects.filter(pk=cohort.pk).update(state=Cohort.State.CLOSED)


def _following(program: Program, staff: dict[str, User], now: datetime) -> None:
    # The second round is due today.
    ended = now.date() - timedelta(weeks=schedule.ROUND_WEEKS[1], days=schedule.DUE_DAY)
    cohort = _cohort(
        program,
        staff,
        f"Nairobi {ended.year}",
        "Nairobi, Kenya",
        "Africa/Nairobi",
        ended - timedelta(days=4),
    )
    for demo in (KENYA, GHANA, JORDAN):
        _team(cohort, demo, staff["coach"], now, days=5, signed=True)
    _live_through(cohort, now, missed={("Kenya", 2)})
    helping.follow(cohort, coach=staff["coach"], now=now)
    pausing.pause(cohort, by=staff["lead"], now=now)


def _in_its_week(program: Program, staff: dict[str, User], now: datetime) -> None:
    today = _today("America/New_York", now)
    cohort = _cohort(
        program,
        staff,
        f"Washington {today.year}",
        "Georgetown, Washington",
        "America/New_York",
        today - timedelta(days=2),
    )
    for demo in (LIBERIA, VIETNAM, MAROC):
        coach = staff["coach"] if demo is LIBERIA else None
        _team(cohort, demo, coach, now, days=3, signed=False)
    preparation.prepare(cohort, by=staff["facilitator"], now=_at(cohort.starts_on - timedelta(7)))


# Teams and their week ----------------------------------------------------------------------------


def _team(
    cohort: Cohort, demo: DemoTeam, coach: User | None, now: datetime, *, days: int, signed: bool
) -> None:
    team = Team.objects.create(
        cohort=cohort,
        name=demo.name,
        country=demo.country,
        challenge=demo.challenge,
        sector=demo.sector,
        language=demo.language,
        time_zone=demo.time_zone,
        coach=coach,
    )
    members = [_member(team, demo, n) for n in range(len(demo.people))]
    for name, organisation in demo.outsiders:
        Person.objects.create(team=team, name=name, organisation=organisation)
    for n in range(min(days, len(demo.rows))):
        _sheet(team, demo, n, members, now, handed_in=signed or n < days - 1)
    if signed:
        _plan(team, demo, members[0], now, signed=True)
    else:
        _plan(team, demo, members[-1], now, signed=False)


def _member(team: Team, demo: DemoTeam, n: int) -> User:
    name, organisation, local = demo.people[n]
    # Somebody may come back with a later cohort: one person, one account.
    user = User.objects.filter(email=f"{local}@{DOMAIN}").first() or _user(
        local, name, demo.time_zone, language=demo.language
    )
    Membership.objects.create(
        team=team,
        user=user,
        role=Membership.Role.MEMBER if n else Membership.Role.LEAD,
        invited_at=_at(team.cohort.starts_on - timedelta(days=20)),
        joined_at=_at(team.cohort.starts_on - timedelta(days=12 - n)),
    )
    Person.objects.create(team=team, user=user, name=name, organisation=organisation)
    return user


def _sheet(
    team: Team, demo: DemoTeam, n: int, members: list[User], now: datetime, *, handed_in: bool
) -> None:
    if not demo.rows[n] and not demo.takeaways[n]:
        return
    day = team.cohort.days[n]
    sessions = list(team.cohort.sessions.filter(day=day).exclude(kind=Session.Kind.BREAK))
    sheet = DailySheet.objects.create(team=team, day=day)
    for k, row in enumerate(demo.rows[n]):
        create_row(
            sheet,
            table="sheetrow",
            edit_id=uuid4(),
            by=members[k % len(members)],
            now=min(now, _at(day, 16 + k % 4)),
            initial={
                "session": str(sessions[min(row.session, len(sessions)) - 1].pk),
                "milestone_kind": row.milestone_kind,
                "milestone": row.milestone,
                "action_kind": row.action_kind,
                "action": row.action,
                "by_whom": row.by_whom,
                "by_when": (day + timedelta(days=row.due_day)).isoformat(),
            },
        )
    _discuss(sheet, demo, n, members[0], now)
    if handed_in:
        DailySheet.objects.filter(pk=sheet.pk).update(
            handed_in_at=min(now, _at(day, 21)), handed_in_by=members[0]
        )


def _discuss(sheet: DailySheet, demo: DemoTeam, n: int, by: User, now: datetime) -> None:
    for field, text in (("takeaways", demo.takeaways[n]), ("action_items", demo.action_items[n])):
        if text:
            save_cell(
                sheet.team,
                table="sheet",
                row_id=sheet.pk,
                field=field,
                value=text,
                seen="",
                edit_id=uuid4(),
                by=by,
                now=min(now, _at(sheet.day, 20)),
            )


def _plan(team: Team, demo: DemoTeam, by: User, now: datetime, *, signed: bool) -> None:
    plan, ended = plans.plan_of(team), team.cohort.ends_on
    rows = {row.action: row for row in SheetRow.objects.filter(sheet__team=team)}
    for title, works in demo.plan.items():
        milestone = create_row(
            plan,
            table="milestone",
            edit_id=uuid4(),
            initial={"title": title},
            by=by,
            now=min(now, _at(ended, 13)),
        )
        for work in works:
            create_row(
                milestone,
                table="activity",
                edit_id=uuid4(),
                by=by,
                now=min(now, _at(ended, 14)),
                from_row=rows.get(work.text),
                initial={
                    "text": work.text,
                    "responsible": work.responsible,
                    "accountable": work.accountable,
                    "starts_on": (ended + timedelta(days=work.from_day)).isoformat(),
                    "due_on": (ended + timedelta(days=work.due_day)).isoformat(),
                    "comments": work.comments,
                },
            )
    if signed:
        lead = team.memberships.get(role=Membership.Role.LEAD).user
        baseline.sign_off(team, by=lead, now=_at(ended, 20), mail=False)
        _slip(team, lead, _at(ended + timedelta(days=16), 9), now)


def _slip(team: Team, by: User, moment: datetime, now: datetime) -> None:
    """What was due first slips after the signature, and the team says why."""
    if moment > now or team.language != "en":
        return
    activity = Activity.objects.filter(milestone__plan__team=team).order_by("due_on", "pk")[0]
    due = activity.due_on or team.cohort.ends_on
    save_cell(
        team,
        table="activity",
        row_id=activity.pk,
        field="due_on",
        value=(due + timedelta(days=12)).isoformat(),
        seen=due.isoformat(),
        edit_id=uuid4(),
        by=by,
        now=moment,
    )
    activity.refresh_from_db()
    text = "The rains came early: half of the people could not be reached."
    changes.give_reason(team, activity, text, form_id=uuid4(), by=by, now=moment)


# The year ----------------------------------------------------------------------------------------


def _live_through(
    cohort: Cohort,
    now: datetime,
    *,
    late: Iterable[tuple[str, int]] = (),
    missed: Iterable[tuple[str, int]] = (),
) -> None:
    """Close the week and live through its rounds until `now`: (team, round) `late` or `missed`."""
    planner.close_week(cohort, by=None, now=_at(cohort.ends_on, 22))
    teams = {demo.name: demo for demo in (KENYA, GHANA, JORDAN, PERU, NEPAL)}
    check_ins = CheckIn.objects.filter(team__cohort=cohort).select_related("team", "round")
    for check_in in check_ins.order_by("round__number", "team__name"):
        which = (check_in.team.name, check_in.round.number)
        if check_in.round.opens_on >= now.date():
            continue
        _take_step(check_in, _at(check_in.round.opens_on), now)
        wait = 13 if which in late else 2 + check_in.team.pk % 5
        if which in missed:
            for days in schedule.STEP_DAYS.values():
                moment = _at(check_in.round.opens_on + timedelta(days=days))
                if moment <= now:
                    _take_step(check_in, moment, now)
            continue
        _answer(check_in, teams[check_in.team.name], _at(check_in.round.opens_on, 18), wait)


def _take_step(check_in: CheckIn, moment: datetime, now: datetime) -> None:
    check_in.refresh_from_db()
    if check_in.next_at and check_in.next_at <= moment:
        planner.take_step(check_in, moment)
        _send(check_in, moment, now)


def _answer(check_in: CheckIn, demo: DemoTeam, opened: datetime, wait: int) -> None:
    check_in.refresh_from_db()
    number, team = check_in.round.number, check_in.team
    moment = opened + timedelta(days=wait)
    member = team.memberships.order_by("pk")[number % len(demo.people)].user

    def words(texts: list[str]) -> str:
        return texts[(number - 1) % len(texts)] if texts and number <= 2 * len(texts) else ""

    fields = {
        "did": words(demo.did),
        "learned": words(demo.learned),
        "struggling": words(demo.struggling),
        "next": words(demo.next),
        "help": words(demo.help) if number == 1 else "",
        "help_from": "World Bank" if demo.help and number == 1 else "",
    }
    for pk, told in _statuses(team, moment.date(), number).items():
        fields |= {f"{part}-{pk}": text for part, text in told.items()}
    fields |= {f"likely-{pk}": likely for pk, likely in _outlooks(team, number).items()}
    for name, text in fields.items():
        drafts.write(check_in, name, text, seen="", by=member, now=moment)
    answering.submit(
        check_in,
        drafts.said(drafts.of(check_in)),
        by=member,
        submission_id=uuid5(uuid4(), team.name),
        by_link=bool(number % 2),
        now=moment,
    )
    if number > 2:
        helping.settle(team, by=member, now=moment)


def _outlooks(team: Team, number: int) -> dict[int, str]:
    """How likely each milestone is: not all is well everywhere, and it changes."""
    words = [Outlook.Likely.LIKELY, Outlook.Likely.HIGHLY, Outlook.Likely.DOUBTFUL]
    milestones = Milestone.objects.live().filter(plan__team=team).values_list("pk", flat=True)
    return {pk: words[(n + number + team.pk) % 3] for n, pk in enumerate(milestones)}


def _statuses(team: Team, day: date, number: int) -> dict[int, dict[str, str]]:
    """What is overdue is done, or stuck for a while; what has begun is on track."""
    told = {}
    for n, activity in enumerate(answering.open_activities(team)):
        if activity.due_on and activity.due_on <= day:
            status = Status.STUCK if (n + number) % 3 == 0 else Status.DONE
        elif activity.starts_on and activity.starts_on <= day:
            status = Status.ON_TRACK
        else:
            continue
        told[activity.pk] = {"status": status, "line": ""}
    return told


def _send(check_in: CheckIn, moment: datetime, now: datetime) -> None:
    """Let the present round's mails go for real; those of older rounds count as sent."""
    if check_in.round.closes_on >= now.date():
        # As many days as a weekend and a holiday may keep a mail waiting. Ten in UTC is a decent
        # hour in all these teams' zones.
        for days in range(5):
            delivery.deliver(min(now, _at(moment.date() + timedelta(days=days), 10)))
    else:
        Message.objects.filter(about=check_in.pk, state="queued").update(
            state="sent", sent_at=F("not_before"), context={}
        )
