"""A restored backup and a clock that jumped stop the engine, until a person or a tick agrees."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from coalitions import clock
from outbox import hold, ticking
from outbox.models import Engine, Heartbeat, Message
from tests.factories import make_program, make_user
from tests.outbox import restoring
from tests.outbox.conftest import DAY, HOUR, MINUTE, NOW, put


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """No planners, and a folder for the moments of these tests alone."""
    monkeypatch.setattr(ticking, "_planners", [])
    settings.SEEN_DIR = tmp_path / "seen"


@pytest.fixture
def backups(transactional_db) -> Iterator[Any]:
    yield restoring
    restoring.forget()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("followups", *arguments, stdout=out)
    return out.getvalue()


def sent_yesterday(backups: Any) -> None:
    """A mail that went after the backup that was then put back."""
    now = clock.now()
    ticking.tick(now - DAY)
    put(now=now - DAY + HOUR)
    backups.back_up()
    ticking.tick(now - HOUR)
    assert Message.objects.get().state == "sent"
    backups.restore()
    assert Message.objects.get().state == "queued"


def test_a_restored_backup_sends_nothing_again_until_a_person_agrees(sink, reminder, backups):
    sent_yesterday(backups)
    ticking.tick(clock.now())
    ticking.tick(clock.now())
    assert len(sink.taken) == 1
    engine = Engine.objects.get()
    assert engine.held_because == "restored"
    assert "a backup was restored" in engine.held_words
    with pytest.raises(CommandError, match=r"say --as-sent .* or --send"):
        run("resume")
    assert "1 mails that were due by" in run("resume", "--as-sent")
    put(now=clock.now())
    ticking.tick(clock.now())
    states = list(Message.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["cancelled", "sent"]
    assert len(sink.taken) == 2


def test_a_person_may_let_it_all_go_again_after_a_restore(sink, reminder, backups):
    sent_yesterday(backups)
    ticking.tick(clock.now())
    run("resume", "--send")
    ticking.tick(clock.now())
    assert len(sink.taken) == 2
    assert not hold.is_held()


@pytest.mark.django_db
def test_a_copy_on_another_machine_sends_nothing(sink, reminder, settings):
    ticking.tick(NOW)
    put()
    shutil.rmtree(settings.SEEN_DIR)
    ticking.tick(NOW + 3 * HOUR)
    assert sink.taken == []
    assert "never seen this database" in Engine.objects.get().held_words


@pytest.mark.django_db
def test_another_machine_that_joins_a_running_engine_is_welcome(sink, reminder, settings):
    ticking.tick(NOW)
    put()
    shutil.rmtree(settings.SEEN_DIR)
    ticking.tick(NOW + HOUR)
    assert len(sink.taken) == 1


@pytest.mark.django_db
def test_an_outage_of_days_is_no_reason_to_stop(sink, reminder):
    ticking.tick(NOW)
    put()
    ticking.tick(NOW + 2 * DAY)
    assert len(sink.taken) == 1


@pytest.mark.django_db
def test_two_ticks_at_once_after_an_outage_are_no_reason_to_stop(sink, reminder, monkeypatch):
    ticking.tick(NOW)
    noted, after = hold._noted, NOW + 6 * HOUR

    def while_the_other_ticks(engine: Engine) -> datetime | None:
        monkeypatch.setattr(hold, "_noted", noted)
        ticking.tick(after)
        return noted(engine)

    monkeypatch.setattr(hold, "_noted", while_the_other_ticks)
    ticking.tick(after)
    assert not hold.is_held()


@pytest.mark.django_db
def test_the_last_moments_that_a_power_cut_took_are_no_reason_to_stop(sink, reminder):
    ticking.tick(NOW)
    put()
    Engine.objects.update(seen_at=NOW - 4 * MINUTE)
    ticking.tick(NOW + MINUTE)
    assert len(sink.taken) == 1


@pytest.mark.django_db
def test_a_machine_whose_clock_left_the_databases_stops_until_they_agree(sink, reminder, settings):
    settings.CLOCK_TOLERANCE_HOURS = 2
    now = clock.now()
    ticking.tick(now)
    put(now=now)
    with time_machine.travel(now + 40 * DAY):
        ticking.tick(clock.now())
        assert sink.taken == []
        assert Engine.objects.get().held_because == "clock"
    ticking.tick(clock.now())
    assert len(sink.taken) == 1
    assert not hold.is_held()


@pytest.mark.django_db
def test_a_tick_with_a_wrong_clock_touches_no_mail_though_another_goes_on_meanwhile(
    sink, reminder, settings, monkeypatch
):
    settings.CLOCK_TOLERANCE_HOURS = 2
    now = clock.now()
    ticking.tick(now)
    put(now=now)
    look = hold.look

    def look_and_be_overruled(moment: datetime) -> Engine:
        engine = look(moment)
        hold.resume(now=now)
        return engine

    monkeypatch.setattr(hold, "look", look_and_be_overruled)
    with time_machine.travel(now + 40 * DAY):
        ticking.tick(clock.now())
    assert sink.taken == []
    assert Message.objects.get().state == "queued"


@pytest.mark.django_db
def test_a_clock_that_went_back_stops_the_engine_until_it_has_caught_up(sink, reminder, settings):
    settings.CLOCK_TOLERANCE_HOURS = 2
    now = clock.now()
    ticking.tick(now)
    put(now=now - 3 * HOUR)
    ticking.tick(now - 3 * HOUR)
    assert sink.taken == []
    ticking.tick(now - HOUR)
    assert len(sink.taken) == 1


@pytest.mark.django_db
def test_on_hold_nothing_is_planned_and_only_what_was_asked_for_goes(sink, reminder, make_kind):
    make_kind("code", asked_for=True)
    planned: list[Any] = []
    ticking.plans(lambda now: planned.append(now) or 0)
    assert hold.hold(words="the ministry asked us to wait", now=NOW)
    assert not hold.hold(words="again", now=NOW)
    put()
    code = put(kind="code")
    ticking.tick(NOW)
    assert planned == []
    assert [taken.to for taken in sink.taken] == [code.address]


@pytest.mark.django_db
def test_a_hold_is_told_where_people_look(client, sink, reminder):
    ticking.tick(clock.now())
    assert client.get("/readyz").json() == {"ready": True, "migrations_missing": 0}
    assert "On hold" in run("hold", "moving house")
    with pytest.raises(CommandError, match="on hold already"):
        run("hold")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["on_hold"] == "person"
    assert client.get("/healthz").json()["on_hold"] == "person"
    with pytest.raises(CommandError, match="on hold: moving house"):
        run("tick")
    assert "moving house" in run("due")
    run("resume")
    assert client.get("/readyz").status_code == 200
    with pytest.raises(CommandError, match="not on hold"):
        run("resume")


@pytest.mark.django_db
def test_the_words_of_who_stopped_it_are_for_those_who_lead_and_not_for_strangers(
    client, sign_in, settings
):
    settings.MFA_REQUIRED = False
    ticking.tick(clock.now())
    run("hold", "<b>the ministry</b> asks")
    assert "ministry" not in client.get("/readyz").content.decode()
    assert "ministry" not in client.get("/healthz").content.decode()
    lead = make_user("Grace Weah")
    make_program(lead)
    page = sign_in(lead).get("/operations/").content.decode()
    assert "<bdi>&lt;b&gt;the ministry&lt;/b&gt; asks</bdi>" in page
    run("resume")
    run("hold")
    page = sign_in(lead).get("/operations/").content.decode()
    assert "someone stopped it." in page
    with pytest.raises(CommandError, match="on hold: someone stopped it"):
        run("tick")


@pytest.mark.django_db
def test_what_did_not_go_yet_is_never_taken_as_sent(sink, reminder):
    now = clock.now()
    hold.hold(words="", now=now)
    mail = put(now=now)
    with pytest.raises(CommandError, match=r"still to come.* Say until when"):
        run("resume", "--as-sent", (now + 365 * DAY).isoformat())
    mail.refresh_from_db()
    assert (hold.is_held(), mail.state) == (True, "queued")
    assert "1 mails that were due by" in run("resume", "--as-sent", clock.now().isoformat())


@pytest.mark.django_db
def test_after_a_restore_nothing_is_said_of_what_the_database_knows_itself(sink, reminder):
    now = clock.now()
    ticking.tick(now - 3 * DAY)
    Engine.objects.update(
        held_since=now, held_because="restored", held_words="restored", sent_until=now
    )
    with pytest.raises(CommandError, match=r"own last tick was at .* Say a later moment"):
        run("resume", "--as-sent", (now - 4 * DAY).isoformat())
    assert hold.is_held()
    run("resume", "--as-sent", f"{now - 3 * DAY:%Y-%m-%dT%H:%M}")
    assert not hold.is_held()


@pytest.mark.django_db
def test_of_a_hold_by_hand_any_moment_before_now_may_be_said(sink, reminder):
    now = clock.now()
    ticking.tick(now)
    hold.hold(words="", now=now)
    run("resume", "--as-sent", (now - 4 * DAY).isoformat())
    assert not hold.is_held()


@pytest.mark.django_db
def test_what_hinders_is_asked_of_today_and_told_to_programs_too(sink, reminder):
    ticking.tick(clock.now())
    later = (clock.now() + 30 * DAY).isoformat()
    assert "no tick" not in run("due", "--now", later)
    assert json.loads(run("due", "--now", later, "--json")) == []
    run("hold", "moving house")
    put()
    obstacle, mail = json.loads(run("due", "--json"))
    assert list(obstacle) == list(mail)
    assert obstacle["what"] == "obstacle"
    assert obstacle["why"].endswith(": moving house")
    assert obstacle["since"].endswith("Z")
    Heartbeat.objects.all().delete()
    told = run("due", "--now", later)
    assert "! no tick: tick is silent" in told
    assert "! on hold since" in told


@pytest.mark.django_db
def test_what_is_due_is_listed_with_its_reason_and_left_alone(sink, reminder):
    put(key="checkin/7/3/nudge")
    late = put(key="tried")
    Message.objects.filter(pk=late.pk).update(attempts=1, error="451 later, please")
    told = run("due", "--now", "2026-06-01T12:00")
    assert "checkin/7/3/nudge, not yet tried" in told
    assert "try 2: 451 later, please" in told
    assert "2 due at 2026-06-01 12:00Z." in told
    assert "0 due at 2026-05-31 12:00Z." in run("due", "--now", "2026-05-31T12:00+00:00")
    assert set(Message.objects.values_list("state", flat=True)) == {"queued"}
