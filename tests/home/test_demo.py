"""The demo program: what it shows, whatever the day on which it is loaded."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.models import F, Max
from django.test import Client

from accounts.models import User
from actionplans.models import Activity, Baseline, DailySheet, Edit, SheetRow
from cohorts.models import Cohort, Membership, Program, Team
from followups.models import Answer, CheckIn, SupportMove, SupportRequest
from home.dev_sign_in import path_for
from home.management.commands.demo_links import PEOPLE
from materials import uploads
from materials.models import Handing, Material, RoleCard
from outbox.models import Attempt, Message
from tests.access.test_access import fingerprint

pytestmark = pytest.mark.django_db(transaction=True)
# Each weekday, at every time of day, over the edges of year, leap day and daylight saving.
MOMENTS = [
    "2026-11-30 12:00+00:00",
    "2027-03-02 00:10+00:00",
    "2028-03-01 05:00+00:00",
    "2026-12-31 23:50+00:00",
    "2027-01-01 00:00+00:00",
    "2027-03-27 16:00+00:00",
    "2026-11-01 06:30+00:00",
]


@pytest.fixture(autouse=True)
def _own_machine(settings, tmp_path: Path) -> None:
    settings.ROOT_URLCONF = "tests.home.urls_with_dev"
    settings.MFA_REQUIRED = False
    settings.DOORBELL = False
    settings.MAIL_DIR = tmp_path
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path)},
        }
    }


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def browser_of(address: str) -> Client:
    client = Client()
    client.get(path_for(User.objects.get(email=address)))
    return client


def test_the_moments_are_all_weekdays() -> None:
    assert {datetime.fromisoformat(moment).weekday() for moment in MOMENTS} == set(range(7))


@pytest.mark.parametrize("moment", MOMENTS)
def test_whatever_the_day_the_demo_is_whole_and_no_date_in_it_absurd(moment: str) -> None:
    with time_machine.travel(moment, tick=False):
        now = datetime.fromisoformat(moment)
        load()
        finished, following, running = (
            Cohort.objects.get(state=state) for state in ("closed", "follow_up", "running")
        )
        assert now.astimezone(running.zone).date() == running.days[2]
        a_year_was_lived(finished)
        a_check_in_is_due(following, now.date())
        no_mail_waits_for_days(now)
        nothing_is_of_the_future(now)
        dates_follow_each_other()
        every_page_opens(finished, following, running)


def a_year_was_lived(cohort: Cohort) -> None:
    """Eight rounds, each answered or missed; activities are done; every request was resolved."""
    assert cohort.rounds.count() == 8
    check_ins = CheckIn.objects.filter(team__cohort=cohort)
    assert set(check_ins.values_list("state", flat=True)) == {"submitted", "missed"}
    assert check_ins.filter(state="submitted").count() > 0.7 * check_ins.count()
    late = check_ins.filter(submitted_at__date__gt=F("round__due_on"))
    assert late.exists()
    assert not SupportRequest.objects.filter(team__cohort=cohort, state="open").exists()
    done = Activity.objects.filter(milestone__plan__team__cohort=cohort, status="done")
    assert done.count() >= 3
    assert Baseline.objects.filter(plan__team__cohort=cohort).count() == cohort.teams.count()


def a_check_in_is_due(cohort: Cohort, today: date) -> None:
    due = CheckIn.objects.filter(team__cohort=cohort, state="open", round__due_on=today)
    assert [check_in.team.name for check_in in due] == ["Kenya"]
    answered = CheckIn.objects.filter(team__cohort=cohort, round__due_on=today, state="submitted")
    assert answered.count() == cohort.teams.count() - 1
    # Its mail has gone to each member who may answer.
    sent = Message.objects.filter(about=due[0].pk, kind="check-in opens", state="sent")
    assert sent.values("person").distinct().count() == due[0].team.memberships.count()


def no_mail_waits_for_days(now: datetime) -> None:
    waiting = Message.objects.filter(state="queued")
    assert not waiting.filter(not_before__lt=now - timedelta(days=5)).exists()


def nothing_is_of_the_future(now: datetime) -> None:
    for model, fields in {
        Edit: ["at"],
        Answer: ["at"],
        CheckIn: ["submitted_at"],
        DailySheet: ["handed_in_at"],
        Baseline: ["signed_at"],
        Membership: ["invited_at", "joined_at"],
        SupportRequest: ["raised_at"],
        SupportMove: ["at"],
        Message: ["created_at", "sent_at", "handed_over_at"],
        Attempt: ["started_at"],
        Material: ["made_at"],
        RoleCard: ["made_at"],
        Handing: ["opened_at"],
    }.items():
        for field in fields:
            last = model.objects.aggregate(last=Max(field))["last"]
            assert last is None or last <= now + timedelta(seconds=60), (model, field, last)


def dates_follow_each_other() -> None:
    assert not SheetRow.objects.filter(by_when__lt=F("sheet__day")).exists()
    assert not Activity.objects.filter(due_on__lt=F("starts_on")).exists()
    assert not Membership.objects.filter(joined_at__lt=F("invited_at")).exists()
    assert not Membership.objects.filter(joined_at__date__gt=F("team__cohort__starts_on")).exists()
    assert not CheckIn.objects.filter(submitted_at__date__lt=F("round__opens_on")).exists()
    assert not CheckIn.objects.filter(submitted_at__date__gt=F("round__closes_on")).exists()
    for team in Team.objects.select_related("cohort"):
        days = DailySheet.objects.filter(team=team).values_list("day", flat=True)
        assert set(days) <= set(team.cohort.days)
        activities = Activity.objects.filter(milestone__plan__team=team)
        assert not activities.filter(starts_on__lt=team.cohort.ends_on).exists()
        assert not activities.filter(due_on__gt=team.cohort.ends_on + timedelta(366)).exists()


def every_page_opens(*cohorts: Cohort) -> None:
    lead = browser_of("lead@demo.example")
    for cohort in cohorts:
        pages = [cohort.get_absolute_url()]
        pages += [f"/cohorts/{cohort.pk}/{page}/" for page in ("agenda", "board", "follow-up")]
        for team in cohort.teams.all():
            pages += [team.get_absolute_url(), f"/teams/{team.pk}/plan/"]
            pages += [f"/teams/{team.pk}/sheets/{day}/" for day in cohort.days]
        for page in pages:
            assert lead.get(page).status_code == 200, page
    for _role, address, _sees in PEOPLE:
        assert browser_of(address).get("/").status_code == 200


def test_loaded_twice_it_is_there_once() -> None:
    assert "is loaded" in load()
    before = fingerprint()
    assert "is there already" in load()
    assert fingerprint() == before


def test_the_demo_shows_the_three_challenges_of_the_program() -> None:
    load()
    challenges = dict(Team.objects.values_list("name", "challenge"))
    assert "electricity" in challenges["Kenya"]
    assert "informal settlements" in challenges["Kenya"]
    assert "water" in challenges["Vietnam"]
    assert "Civil servants are paid" in challenges["Liberia"]
    assert Program.objects.get().name == "Leading with Coalitions"


def test_sessions_of_the_running_week_have_materials_a_reading_and_role_cards() -> None:
    load()
    running = Cohort.objects.get(state="running")
    lead = browser_of("liberia.lead@demo.example")
    session = {one.title: one for one in running.sessions.all()}
    case = lead.get(session["Case: power for informal settlements"].get_absolute_url())
    assert "Read this before" in case.content.decode()
    sheet = Material.objects.get(file_name="worksheet-for-the-map.xlsx")
    file = lead.get(f"/cohorts/{running.pk}/materials/{sheet.pk}/file/")
    uploads.check(SimpleUploadedFile(sheet.file_name, file.content))
    opened = RoleCard.objects.get(title="The one who asks")
    assert (
        "Ask, and then be silent."
        in lead.get(f"/cohorts/{running.pk}/role-cards/{opened.pk}/").content.decode()
    )
    other = RoleCard.objects.get(title="The one who is asked")
    assert lead.get(f"/cohorts/{running.pk}/role-cards/{other.pk}/").status_code == 404


def test_the_year_shows_a_request_on_its_way_two_promises_and_a_call() -> None:
    load()
    wishes = SupportRequest.objects.filter(team__cohort__state="follow_up", state="open")
    assert {str(wish.holder) for wish in wishes} == {"Ingrid Solheim"}
    kenya = browser_of("kenya.lead@demo.example")
    team = Team.objects.get(name="Kenya")
    promises = kenya.get(f"/teams/{team.pk}/commitments/").content.decode()
    for words in ("Share the list of meters", "Tell the county", "kept"):
        assert words in promises
    calls = kenya.get(f"/teams/{team.pk}/calls/").content.decode()
    assert "They fear the dry season" in calls


def test_each_role_sees_what_its_line_says() -> None:
    load()
    pages = {address: browser_of(address).get("/").content.decode() for _role, address, _ in PEOPLE}
    assert "Leading with Coalitions" in pages["lead@demo.example"]
    assert "Washington" in pages["facilitator@demo.example"]
    assert "Liberia" in pages["coach@demo.example"]
    assert "Open today&#x27;s sheet" in pages["liberia.lead@demo.example"]
    assert "Open today&#x27;s sheet" in pages["liberia.member@demo.example"]
    assert "Answer the check-in" in pages["kenya.lead@demo.example"]


def test_its_mails_can_be_read_and_their_link_opens_the_check_in() -> None:
    load()
    listed = Client().get("/dev/mail/").content.decode()
    assert "kenya.lead@demo.example" in listed
    due = CheckIn.objects.get(state="open", team__name="Kenya")
    sent = Message.objects.filter(about=due.pk, address="kenya.lead@demo.example", state="sent")
    assert sent.exists()


def test_nobody_of_the_demo_gets_two_mails_on_one_day() -> None:
    load()
    seen = set()
    for person, at in Message.objects.filter(state="sent").values_list("person", "sent_at"):
        assert (person, at.date()) not in seen
        seen.add((person, at.date()))
