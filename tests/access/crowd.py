"""The access tests' world, with as many rows as one likes of everything that a page lists."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser

from accounts.models import User
from actionplans import baseline
from actionplans.models import (
    Acceptance,
    ActionPlan,
    Activity,
    Baseline,
    DailySheet,
    Draft,
    Edit,
    Milestone,
    ProgressLink,
    SheetRow,
    SlipReason,
)
from actionplans.plans import groups
from attendance.models import Attendance, Certificate
from cohorts.models import AgendaTemplate, Cohort, Person, Team
from conversations import comments, peers
from conversations.models import Announcement
from followups import commitments
from followups.commitments import Words
from followups.models import (
    Answer,
    Call,
    CheckIn,
    Round,
    ScheduleTemplate,
    SupportMove,
    SupportRequest,
)
from materials.models import Handing, Material, RoleCard
from outbox.models import Message
from tests.access.world import World
from tests.factories import (
    NOON,
    make_cohort,
    make_member,
    make_outsider,
    make_program,
    make_session,
    make_team,
    make_user,
)

# What the start page shows is no older than two weeks.
IN_THE_YEAR = NOON.replace(month=9)
STATES = ["running", "follow_up", "closed", "draft"]


def grow(world: World, until: int) -> None:
    """Add to everything that lists show, until there are `until` of each beside the first ones."""
    team = Team.objects.get(pk=world.own["team_id"])
    there = team.cohort.teams.count() - 3
    for n in range(there, until):
        _looked_after(world, team, n)
        _sister(world, team, n)
        _work(team, world.users["member"], world.users["team lead"], n)
        _round(team.cohort, n)
        _mail(world.users["member"], team, n)
        _promises(team, world.users["member"])
        _talk(world, team)
        _prepared(world, team, n)
    Baseline.objects.filter(plan__team=team).update(content=baseline.frozen(groups(team)))


def _looked_after(world: World, team: Team, n: int) -> None:
    """Other programs, cohorts and teams of the same people."""
    lead, facilitator = world.users["program lead"], world.users["facilitator"]
    cohort = make_cohort(make_program(lead), state=STATES[n % 4])
    cohort.facilitators.add(facilitator)
    make_cohort(team.cohort.program, state=STATES[n % 4])
    other = make_team(cohort, coach=world.users["coach"])
    for who in ("team lead", "member"):
        make_member(other, world.users[who])
    _round(cohort, 0)
    team.cohort.facilitators.add(make_user())
    make_session(team.cohort)
    draft = team.cohort.roster_drafts.get()
    draft.rows.append([n + 2, [f"crowd{n}@example.org", f"Guest {n}", f"New team {n}"]])
    draft.save(update_fields=["rows"])
    brought = team.import_drafts.get()
    brought.tables[0]["rows"].append([n + 3, ["New milestone", f"Brought {n}"]])
    brought.save(update_fields=["tables"])
    AgendaTemplate.objects.create(
        program=team.cohort.program, name=f"Template {n}", days=5, slots=[], made_at=NOON
    )
    ScheduleTemplate.objects.create(
        program=team.cohort.program, name=f"Schedule {n}", weeks=[4], made_at=NOON
    )


def _sister(world: World, team: Team, n: int) -> None:
    """Another team of the cohort, with all that the pages of staff count."""
    sister = make_team(team.cohort, coach=team.coach if n % 2 else make_user())
    lead = make_member(sister, role="lead")
    make_member(sister, joined_at=None)
    peers.join(sister, by=lead, now=NOON)
    said = {"like": "Dates", "help": "Money"}
    peers.say(team, said, of=sister, by=lead, now=NOON, form_id=uuid.uuid4())
    peers.say(sister, said, of=team, by=lead, now=NOON, form_id=uuid.uuid4())
    _work(sister, lead, lead, n)
    _took_part(team, world.users["facilitator"], lead, n)
    _check_ins([(sister, round_, lead) for round_ in team.cohort.rounds.all()])


def _took_part(team: Team, facilitator: User, person: User, n: int) -> None:
    """Someone was there on some half-days, noted by others, and has a certificate."""
    for half in ("morning", "afternoon"):
        Attendance.objects.create(
            cohort=team.cohort,
            person=person,
            day=team.cohort.starts_on + timedelta(days=n % 5),
            half=half,
            is_present=n % 3 > 0,
            by=person if n % 2 else facilitator,
            at=NOON,
        )
    Certificate.objects.create(
        cohort=team.cohort, person=person, name=f"Person {n}", issued_at=NOON
    )


def _work(team: Team, member: User, lead: User, n: int) -> None:
    """A row of the sheet, a milestone with activities, a conflict, people."""
    make_member(team)
    people = [make_outsider(team), *Person.objects.filter(team=team).order_by("-pk")[:2]]
    lasts = {"made_at": NOON, "expires_at": NOON + timedelta(days=30)}
    ProgressLink.objects.create(team=team, made_by=lead, **lasts)
    sheet = DailySheet.objects.get_or_create(team=team, day=team.cohort.starts_on)[0]
    row = SheetRow.objects.create(
        sheet=sheet, milestone="Theme", action="Act", session=team.cohort.sessions.first()
    )
    row.by_whom.set(people)
    DailySheet.objects.get_or_create(
        team=team, day=team.cohort.starts_on + timedelta(days=n % 5), defaults={"takeaways": "T"}
    )
    plan = ActionPlan.objects.get_or_create(team=team)[0]
    Baseline.objects.get_or_create(
        plan=plan, defaults={"signed_by": lead, "signed_at": NOON, "content": {"milestones": []}}
    )
    milestone = Milestone.objects.create(plan=plan, title=f"Milestone {n}", position=n)
    for table, where in ((SheetRow, {"sheet": sheet}), (Milestone, {"plan": plan})):
        table.objects.create(removed_at=NOON, **where)
    for status in Activity.Status.values:
        activity = Activity.objects.create(
            milestone=milestone,
            text=f"Activity {n} {status}",
            accountable=people[-1] if n % 2 else None,
            due_on=NOON.date() + timedelta(days=n),
            status=status,
            from_row=row if status == "done" else None,
        )
        activity.responsible.set(people)
        activity.consulted.set(people)
        activity.informed.set(people)
        due = activity.due_on
        for person in set(people):
            Acceptance.objects.create(activity=activity, person=person, said_by=lead, said_at=NOON)
        SlipReason.objects.create(
            form_id=uuid.uuid4(),
            activity=activity,
            was_due_on=due - timedelta(days=1),
            due_on=due,
            text="Late",
            by=lead,
            at=NOON,
        )
        _edit(team, "activity", activity.pk, "text", member, outcome="applied", version=1)
    _edit(team, "sheetrow", row.pk, "action", member, outcome="conflict")
    Draft.objects.create(
        person=member, team=team, table="sheetrow", row=row.pk, field="action", text="D", at=NOON
    )


def _promises(team: Team, member: User) -> None:
    """Promises, one of which was kept, and a call."""
    told = {"held_on": NOON.date(), "notes": "We spoke", "by": member, "at": NOON}
    Call.objects.create(team=team, form_id=uuid.uuid4(), shared_at=NOON, **told)
    for n in (1, 2):
        commitments.promise(
            team,
            Words("Who", f"Promise {n}", NOON.date(), "", NOON.date(), None),
            form_id=uuid.uuid4(),
            by=member,
            now=NOON,
        )
    record = commitments.of_team(team)[0]
    once = {"seen": record.now.n, "form_id": uuid.uuid4(), "by": member, "now": NOON}
    commitments.settle(record, "kept", "Why", **once)


def _edit(team: Team, table: str, pk: int, field: str, actor: AbstractBaseUser, **fields) -> None:
    Edit.objects.create(
        edit_id=uuid.uuid4(),
        team=team,
        table=table,
        row_id=pk,
        field=field,
        value="Mine",
        actor=actor,
        at=NOON,
        **fields,
    )


def _round(cohort: Cohort, n: int) -> None:
    opens = cohort.ends_on + timedelta(weeks=n + 20)
    round_ = Round.objects.create(
        cohort=cohort,
        number=n + 2,
        opens_on=opens,
        due_on=opens + timedelta(days=9),
        closes_on=opens + timedelta(days=24),
    )
    teams = cohort.teams.prefetch_related("memberships__user")
    _check_ins([(team, round_, team.memberships.all()[0].user) for team in teams])


def _check_ins(asked: list[tuple[Team, Round, User]]) -> None:
    """Check-ins in every state, each with an answer and two requests for support."""
    states = {0: "submitted", 1: "open", 2: "scheduled"}
    check_ins = CheckIn.objects.bulk_create(
        CheckIn(
            team=team,
            round=round_,
            state=states[round_.number % 3],
            submitted_at=None if round_.number % 3 else NOON,
            submitted_by=None if round_.number % 3 else person,
            next_at=NOON if round_.number % 3 else None,
        )
        for team, round_, person in asked
    )
    answers = Answer.objects.bulk_create(
        Answer(
            check_in=check_in,
            submission_id=uuid.uuid4(),
            person=person,
            by_link=False,
            at=NOON,
            did="Met them",
            activities={"1": {"status": "done", "line": "Line"}},
        )
        for check_in, (_team, _round, person) in zip(check_ins, asked, strict=True)
    )
    told = {"raised_at": NOON, "due_on": NOON.date()}
    wishes = SupportRequest.objects.bulk_create(
        SupportRequest(team=team, answer=answer, text="Help", state=state, holder=person, **told)
        for answer, (team, _round, person) in zip(answers, asked, strict=True)
        for state in SupportRequest.State.values
    )
    SupportMove.objects.bulk_create(
        SupportMove(
            request=wish, form_id=uuid.uuid4(), kind="helped", note="Done", by=wish.holder, at=NOON
        )
        for wish in wishes
    )


def _mail(person: User, team: Team, n: int) -> None:
    for state in ("sent", "failed", "dead", "queued"):
        Message.objects.create(
            key=f"crowd/{state}/{n}",
            kind="invitation",
            person=person,
            address=person.email,
            language="en",
            about=team.memberships.order_by("-pk").values_list("pk", flat=True)[0],
            message_id=f"<crowd-{state}-{n}@example.org>",
            dated_at=NOON,
            created_at=NOON,
            not_before=NOON,
            next_attempt_at=NOON,
            expires_at=NOON + timedelta(days=1),
            state=state,
        )


def _talk(world: World, team: Team) -> None:
    """Threads on every page, each with an answer; announcements, sent and waiting."""
    lead, coach = world.users["team lead"], world.users["coach"]
    for only, when in ((team, NOON), (None, NOON), (None, NOON.replace(year=2027))):
        Announcement.objects.create(
            cohort=team.cohort,
            team=only,
            title="News",
            text="News",
            author=lead,
            form_id=uuid.uuid4(),
            made_at=NOON,
            send_at=when,
            sent_at=IN_THE_YEAR if when == NOON else None,
        )
    for page, which in (
        ("sheet", team.cohort.starts_on.isoformat()),
        ("plan", "whole"),
        ("check-in", world.own["which"]),
    ):
        where = (team, page, which)
        first = comments.say(*where, "Said", by=coach, now=NOON, form_id=uuid.uuid4())
        comments.say(
            *where,
            "Answered",
            by=lead,
            now=NOON,
            form_id=uuid.uuid4(),
            parent=first,
            mentioned=coach,
        )


def _prepared(world: World, team: Team, n: int) -> None:
    """Materials, readings and role cards of the session, some taken off, held by several."""
    session = team.cohort.sessions.get(pk=world.own["session_id"])
    for kind in Material.Kind.values:
        for removed_at in (None, NOON):
            Material.objects.create(
                session=session,
                kind=kind,
                title=f"{kind} {n}",
                link="https://example.org/",
                position=n,
                made_at=NOON,
                removed_at=removed_at,
            )
    for removed_at in (None, NOON):
        card = RoleCard.objects.create(
            session=session, title=f"Role {n}", text="Say no", made_at=NOON, removed_at=removed_at
        )
        for who in ("member", "team lead"):
            Handing.objects.create(card=card, person=world.users[who], opened_at=NOON)
