"""Two programs with one of everything, ids interleaved, every text naming whose it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.http import HttpResponse

from accounts.models import User
from actionplans.models import (
    ActionPlan,
    Activity,
    Baseline,
    DailySheet,
    Draft,
    Edit,
    Milestone,
    SheetRow,
)
from attendance.models import Attendance, Certificate
from coalitions import clock
from cohorts import beginnings
from cohorts.models import AgendaTemplate, Membership, RosterDraft
from conversations import announcements, comments, peers
from conversations.models import Comment
from documents.models import ImportDraft
from followups import commitments, mails
from followups.commitments import Words
from followups.models import Answer, Call, CheckIn, Round, ScheduleTemplate, SupportRequest
from materials.models import Handing, Material, RoleCard
from outbox import links
from outbox.models import Heartbeat
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

OWN, FOREIGN, SISTERS = "canaryown", "canaryforeign", "canarysister"


@dataclass
class World:
    """Users by role, and what a URL's parameters may be."""

    users: dict[str, User] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)
    absent: dict[str, Any] = field(default_factory=dict)

    def sees_foreign_words(self, role: str, answer: HttpResponse) -> bool:
        """Does the answer hold a word that only people of the other side may read?"""
        seen = answer.content + repr(dict(answer.headers)).encode()
        if role == "admin":
            return False
        if role.startswith("other ") or role == "former member":
            return OWN.encode() in seen
        return FOREIGN.encode() in seen or (
            role in {"team lead", "member"} and SISTERS.encode() in seen
        )


def make_world() -> World:
    """The own side with its sister team, the foreign side, and everybody on them."""
    world = World()
    leads = {OWN: make_user("Program lead"), FOREIGN: make_user("Other program lead")}
    program = {word: make_program(lead, name=f"Program {word}") for word, lead in leads.items()}
    teams = {}
    for word in (OWN, FOREIGN):
        cohort = make_cohort(
            program[word], name=f"Cohort {word}", venue=f"Venue {word}", state="follow_up"
        )
        make_session(cohort, title=f"Session {word}", presenter=f"Presenter {word}")
        teams[word] = make_team(cohort, **team_words(word), coach=make_user(f"Coach {word}"))
        cohort.facilitators.add(make_user(f"Facilitator {word}"))
    teams[SISTERS] = make_team(teams[OWN].cohort, **team_words(SISTERS))
    people = {word: fill(world, word, team) for word, team in teams.items()}
    own, foreign = teams[OWN], teams[FOREIGN]
    former = make_user("Former member")
    world.users = {
        "admin": make_user("Administrator", is_admin=True),
        "program lead": leads[OWN],
        "facilitator": own.cohort.facilitators.get(),
        "coach": own.coach,
        "team lead": people[OWN]["lead"],
        "member": people[OWN]["member"],
        "sister team's member": people[SISTERS]["member"],
        "other program lead": leads[FOREIGN],
        "other facilitator": foreign.cohort.facilitators.get(),
        "other coach": foreign.coach,
        "other team lead": people[FOREIGN]["lead"],
        "former member": former,
    }
    make_member(own, former)
    Membership.objects.get(team=own, user=former).delete()
    Heartbeat.objects.create(name="tick", beat_at=clock.now())
    world.absent = {key: absent(value) for key, value in world.own.items()}
    return world


def team_words(word: str) -> dict[str, str]:
    return {
        "name": f"Team {word}",
        "country": f"Country {word}",
        "challenge": f"Challenge {word}",
        "sector": f"Sector {word}",
    }


def absent(value: object) -> object:
    """Something of the same shape that does not exist."""
    match value:
        case int():
            return 999_999
        case date():
            return value
        case _:
            return "0" * len(str(value))


def fill(world: World, word: str, team: Any) -> dict[str, User]:
    """One of everything below the team, all its texts holding `word`; its lead and member."""
    lead = make_member(team, make_user(f"Lead {word}"), role="lead")
    member = make_member(team, make_user(f"Member {word}"))
    waiting = make_member(team, make_user(f"Waiting {word}"), joined_at=None)
    outsider = make_outsider(team, f"Outsider {word}", organisation=f"Ministry {word}")
    day = team.cohort.starts_on
    sheet = DailySheet.objects.create(
        team=team, day=day, takeaways=f"Takeaways {word}", action_items=f"Items {word}"
    )
    row = SheetRow.objects.create(
        sheet=sheet, milestone=f"Theme {word}", action=f"Action {word}", milestone_kind="challenge"
    )
    row.by_whom.add(outsider)
    plan = ActionPlan.objects.create(team=team)
    milestone = Milestone.objects.create(plan=plan, title=f"Milestone {word}")
    activity = Activity.objects.create(
        milestone=milestone,
        text=f"Activity {word}",
        comments=f"Comments {word}",
        timeframe_note=f"Note {word}",
        accountable=outsider,
        from_row=row,
    )
    Baseline.objects.create(
        plan=plan, signed_by=lead, signed_at=NOON, content={"milestones": [], "note": word}
    )
    conflict = Edit.objects.create(
        edit_id=uuid.uuid4(),
        team=team,
        table="sheetrow",
        row_id=row.pk,
        field="action",
        seen="",
        value=f"Conflict {word}",
        outcome="conflict",
        actor=member,
        at=NOON,
    )
    Draft.objects.create(
        person=member,
        team=team,
        table="sheetrow",
        row=str(row.pk),
        field="milestone",
        text=f"Draft {word}",
        at=NOON,
    )
    round_ = Round.objects.get_or_create(
        cohort=team.cohort,
        number=1,
        defaults={
            "opens_on": day + timedelta(days=18),
            "due_on": day + timedelta(days=27),
            "closes_on": day + timedelta(days=42),
        },
    )[0]
    check_in = CheckIn.objects.create(
        team=team, round=round_, state=CheckIn.State.OPEN, next_step="nudge", next_at=NOON
    )
    answer = Answer.objects.create(
        check_in=check_in,
        submission_id=uuid.uuid4(),
        person=member,
        by_link=True,
        at=NOON,
        did=f"Did {word}",
        learned=f"Learned {word}",
        struggling=f"Struggling {word}",
        next=f"Next {word}",
        activities={str(activity.pk): {"status": "on_track", "line": f"Line {word}"}},
    )
    support = SupportRequest.objects.create(
        team=team, answer=answer, text=f"Help {word}", from_whom=f"From {word}"
    )
    Call.objects.create(
        team=team,
        form_id=uuid.uuid4(),
        held_on=day,
        notes=f"Notes {word}",
        by=lead,
        at=NOON,
        shared_at=NOON,
    )
    promised = commitments.promise(
        team,
        Words(f"Who {word}", f"Promise {word}", day, f"Witness {word}", day, None),
        form_id=uuid.uuid4(),
        by=lead,
        now=NOON,
    )
    talk(word, team, lead, str(check_in.pk))
    if word in {OWN, FOREIGN}:
        side = world.own if word == OWN else world.foreign
        side |= {
            "program_id": team.cohort.program_id,
            "cohort_id": team.cohort_id,
            "team_id": team.pk,
            "row_id": row.pk,
            "table": "sheetrow",
            "of": row.pk,
            "milestone_id": milestone.pk,
            "activity_id": activity.pk,
            "outsider_id": outsider.pk,
            "check_in_id": check_in.pk,
            "request_id": support.pk,
            "commitment_id": promised.pk,
            "edit_id": conflict.edit_id,
            "draft_id": RosterDraft.objects.create(
                cohort=team.cohort,
                by=lead,
                rows=[[1, [f"{word}@example.org", f"Guest {word}", f"New team {word}"]]],
                columns={"headings": [], "by_index": {"0": "email", "1": "name", "2": "team"}},
                made_at=NOON,
            ).pk,
            "import_id": brought(word, team, lead).pk,
            "format": "csv",
            "session_id": team.cohort.sessions.get().pk,
            "membership_id": waiting.memberships.get().pk,
            "template_id": AgendaTemplate.objects.create(
                program=team.cohort.program,
                name=f"Template {word}",
                days=1,
                slots=beginnings.slots_of(team.cohort),
                made_at=NOON,
            ).pk,
            "schedule_id": ScheduleTemplate.objects.create(
                program=team.cohort.program, name=f"Schedule {word}", weeks=[4], made_at=NOON
            ).pk,
            "column": "action_kind",
            "code": "capacity",
            "user_id": member.pk,
            **taken_part(word, team, lead, member),
            **prepared(word, team, member),
            "day": day,
            "peer_id": reviewed_with(team, lead).pk,
            "page": Comment.Page.CHECK_IN.value,
            "which": str(check_in.pk),
            "token": links.issue(
                mails.PURPOSE,
                f"world/{word}",
                about=check_in.pk,
                person=member,
                expires_at=None,
                now=NOON,
            ),
        }
    return {"lead": lead, "member": member}


def brought(word: str, team: Any, lead: User) -> ImportDraft:
    """A file for the plan that nobody has written into it yet."""
    rows = [[1, ["Milestone", "Activities"]], [2, [f"Milestone {word}", f"Brought {word}"]]]
    columns = {"0": "milestone", "1": "text"}
    table = {"title": "Plan", "rows": rows, "uncounted": [], "start": 1, "mark": ""}
    return ImportDraft.objects.create(
        team=team, by=lead, tables=[table | {"columns": columns}], made_at=NOON
    )


def talk(word: str, team: Any, lead: User, check_in: str) -> None:
    """A comment on each page of the team's work, and something announced to it alone."""
    announcements.announce(
        team.cohort,
        f"News {word}",
        f"Announced {word}",
        by=lead,
        now=NOON,
        send_at=NOON,
        form_id=uuid.uuid4(),
        team=team,
    )
    day = team.cohort.starts_on.isoformat()
    for page, which in (("sheet", day), ("plan", "whole"), ("check-in", check_in)):
        comments.say(team, page, which, f"Said {word}", by=lead, now=NOON, form_id=uuid.uuid4())


def reviewed_with(team: Any, lead: User) -> Any:
    """A peer of the team in the open peer review, and an offer of help from it."""
    peer = make_team(team.cohort)
    peers.set_open(team.cohort, is_open=True, by=lead, now=NOON)
    for one in (team, peer):
        peers.join(one, by=lead, now=NOON)
    offer = {"help": "We know the bank"}
    peers.say(team, offer, of=peer, by=make_member(peer), now=NOON, form_id=uuid.uuid4())
    return peer


def prepared(word: str, team: Any, member: User) -> dict[str, Any]:
    """A session's material with a file, and a role card that the member holds and may open."""
    session = team.cohort.sessions.get()
    material = Material.objects.create(
        session=session,
        title=f"Material {word}",
        text=f"Reading {word}",
        link=f"https://example.org/{word}",
        stored=ContentFile(f"%PDF-{word}".encode(), "x"),
        file_name=f"{word}.pdf",
        size=9,
        made_at=NOON,
    )
    card = RoleCard.objects.create(
        session=session, title=f"Role {word}", text=f"Card {word}", made_at=NOON
    )
    Handing.objects.create(card=card, person=member, opened_at=NOON)
    return {"material_id": material.pk, "card_id": card.pk}


def taken_part(word: str, team: Any, lead: User, member: User) -> dict[str, Any]:
    """The lead and the member were there; the member has a certificate."""
    for person in (lead, member):
        Attendance.objects.create(
            cohort=team.cohort,
            person=person,
            day=team.cohort.starts_on,
            half="morning",
            is_present=True,
            by=lead,
            at=NOON,
        )
    paper = {"person": member, "issued_at": NOON}
    own = Certificate.objects.create(cohort=team.cohort, name=f"Member {word}", **paper)
    # What the page below `code` says is for everyone: nobody else's words are on this one.
    public = Certificate.objects.create(cohort=make_cohort(), name="Somebody", **paper)
    return {"certificate_id": own.pk, "certificate": public.token}
