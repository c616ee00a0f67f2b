"""The oracle against dates computed by hand, and that it shares no code with the engine."""

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.installation import ROOT
from tests.year import oracle
from tests.year.oracle import QUIET, Due, Fate, Reader, TeamYear, mails_of
from tests.year.world import COHORTS

MONROVIA = Reader("amara@example.org", "Africa/Monrovia")


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc]


def mail(reader: Reader, number: int, step: str, fate: Fate = QUIET, **year) -> Due:
    team = TeamYear("Liberia", [reader], opens=COHORTS[0].opens(), **year)
    return next(due for due in mails_of(team, fate) if (due.number, due.step) == (number, step))


def away(since: datetime, until: datetime) -> Fate:
    return Fate(closed=((since, until),))


def reader(zone: str, **more: Any) -> Reader:
    return Reader("someone@example.org", zone, **more)


# The week ends on Friday 8 January 2027. Round 3 opens on 19 March, round 4 on 30 April, round 7
# on 1 October.
@pytest.mark.parametrize(
    ("who", "number", "step", "opens", "expires"),
    [
        # A Friday; the nudge comes on Tuesday the 26th.
        (MONROVIA, 1, "opens", utc(2027, 1, 22, 9), utc(2027, 1, 25, 20)),
        (MONROVIA, 1, "nudge", utc(2027, 1, 26, 9), utc(2027, 1, 29, 20)),
        # The ninth day is a Sunday.
        (MONROVIA, 1, "due", utc(2027, 2, 1, 9), utc(2027, 2, 2, 20)),
        (MONROVIA, 1, "overdue", utc(2027, 2, 3, 9), utc(2027, 2, 12, 20)),
        # The fifteenth day is a Saturday.
        (
            reader("Europe/Berlin", coaches=True),
            1,
            "coach",
            utc(2027, 2, 8, 8),
            utc(2027, 2, 12, 19),
        ),
        (
            reader("Africa/Monrovia", leads=True),
            1,
            "lead",
            utc(2027, 2, 9, 9),
            utc(2027, 2, 12, 20),
        ),
        (MONROVIA, 1, "closes", utc(2027, 2, 15, 9), utc(2027, 2, 18, 20)),
        # Friday and Saturday are the weekend: Sunday in winter time (UTC+2) …
        (reader("Africa/Cairo"), 1, "opens", utc(2027, 1, 24, 7), utc(2027, 1, 25, 18)),
        # … and on 30 April at midnight the clock leaves out an hour (UTC+3 from then on).
        (reader("Africa/Cairo"), 4, "opens", utc(2027, 5, 2, 6), utc(2027, 5, 3, 17)),
        # New York went to summer time on 14 March (UTC-4).
        (reader("America/New_York"), 3, "opens", utc(2027, 3, 19, 13), utc(2027, 3, 23, 0)),
        (reader("America/New_York"), 2, "opens", utc(2027, 2, 19, 14), utc(2027, 2, 23, 1)),
        # Berlin does on 28 March: the last reminder of round 3, on the 31st, is an hour earlier.
        (reader("Europe/Berlin"), 3, "nudge", utc(2027, 3, 23, 8), utc(2027, 3, 26, 19)),
        (reader("Europe/Berlin"), 3, "overdue", utc(2027, 3, 31, 7), utc(2027, 4, 9, 18)),
        # A quarter of an hour beside everyone (UTC+5:45), and a day ahead of everyone (UTC+13).
        (reader("Asia/Kathmandu"), 7, "opens", utc(2027, 10, 1, 3, 15), utc(2027, 10, 4, 14, 15)),
        (reader("Pacific/Apia"), 7, "opens", utc(2027, 9, 30, 20), utc(2027, 10, 4, 7)),
        # Half an hour of summer (UTC+11), until 4 April; then UTC+10:30.
        (reader("Australia/Lord_Howe"), 3, "opens", utc(2027, 3, 18, 22), utc(2027, 3, 22, 9)),
        (
            reader("Australia/Lord_Howe"),
            3,
            "closes",
            utc(2027, 4, 11, 22, 30),
            utc(2027, 4, 15, 9, 30),
        ),
        # By their wish in the afternoon; or on Wednesdays, which the nudge of round 1 meets on the
        # 27th, and its opening not before it is no longer true.
        (
            reader("Africa/Monrovia", hour=17),
            1,
            "nudge",
            utc(2027, 1, 26, 17),
            utc(2027, 1, 29, 20),
        ),
        (
            reader("Africa/Monrovia", weekly=2),
            1,
            "nudge",
            utc(2027, 1, 27, 9),
            utc(2027, 1, 29, 20),
        ),
        # On that Wednesday nobody works: the day after.
        (
            reader("Africa/Monrovia", weekly=2, holidays=frozenset({date(2027, 1, 27)})),
            1,
            "nudge",
            utc(2027, 1, 28, 9),
            utc(2027, 1, 29, 20),
        ),
        # Nobody works on the Monday on which the opening would still be true.
        (
            reader("Africa/Monrovia", holidays=frozenset({date(2027, 1, 25)})),
            1,
            "opens",
            utc(2027, 1, 22, 9),
            utc(2027, 1, 22, 20),
        ),
    ],
)
def test_the_oracle_agrees_with_dates_computed_by_hand(who, number, step, opens, expires):
    due = mail(who, number, step)
    assert (due.opens, due.expires, due.owed) == (opens, expires, True)


def test_coaches_get_the_word_to_the_coach_and_members_the_reminders():
    coach, lead = Reader("c@example.org", "UTC", coaches=True), Reader("l@x.org", "UTC", leads=True)
    dues = mails_of(TeamYear("Liberia", [MONROVIA, coach, lead], opens=COHORTS[0].opens()))
    assert len(dues) == 8 * 7
    assert {due.step for due in dues if due.address == lead.address} == {"lead"}
    assert {due.step for due in dues if due.address == MONROVIA.address} == {
        "opens",
        "nudge",
        "due",
        "overdue",
        "closes",
    }


@pytest.mark.parametrize(
    "end",
    [
        {"answered": {1: utc(2027, 1, 22, 19, 59)}},
        {"opted_out": {MONROVIA.address: utc(2027, 1, 22, 19, 59)}},
        {"left": {MONROVIA.address: utc(2027, 1, 1)}},
        {"unreachable": {MONROVIA.address}},
    ],
    ids=str,
)
def test_nothing_is_owed_to_someone_who_owes_nothing_before_the_day_is_over(end):
    assert not mail(MONROVIA, 1, "opens", **end).owed


def test_an_answer_ends_its_own_round_and_from_then_on():
    late = {1: utc(2027, 1, 22, 20, 1)}
    assert mail(MONROVIA, 1, "opens", answered=late).owed
    assert not mail(MONROVIA, 1, "nudge", answered=late).owed
    assert mail(MONROVIA, 2, "opens", answered=late).owed


def test_while_the_server_is_away_a_mail_is_owed_on_the_next_working_day():
    friday = away(utc(2027, 1, 22), utc(2027, 1, 23))
    answered = {1: utc(2027, 1, 25, 12)}
    # Monday is the day then, and on Monday the team answers.
    assert mail(MONROVIA, 1, "opens", friday).owed
    assert not mail(MONROVIA, 1, "opens", friday, answered=answered).owed
    # Until Tuesday: the nudge replaces it.
    assert not mail(MONROVIA, 1, "opens", away(utc(2027, 1, 22), utc(2027, 1, 26))).owed


def test_of_a_round_that_nobody_was_asked_in_only_its_members_are_owed_word():
    coach, lead = reader("UTC", coaches=True), reader("UTC", leads=True)
    # The coach's turn begins, first on Earth, at ten (UTC) on the eve of 6 February.
    begins = utc(2027, 2, 5, 10)
    for until, owed in ((begins, False), (begins - timedelta(minutes=1), True)):
        fate = away(utc(2027, 1, 20), until)
        assert mail(coach, 1, "coach", fate).owed == owed
        assert mail(lead, 1, "lead", fate).owed == owed
        assert mail(MONROVIA, 1, "overdue", fate).owed
    # It had opened before.
    assert mail(coach, 1, "coach", away(utc(2027, 1, 22), begins)).owed


def test_who_put_mails_off_is_owed_what_is_still_true_a_week_later():
    asleep = {MONROVIA.address: utc(2027, 1, 26, 8)}
    # The nudge is no longer true on Tuesday 2 February, at eight; the last reminder comes on.
    assert not mail(MONROVIA, 1, "nudge", snoozed=asleep).owed
    assert mail(MONROVIA, 1, "overdue", snoozed=asleep).owed
    assert mail(MONROVIA, 1, "opens", snoozed=asleep).owed


def test_what_was_under_way_when_a_backup_came_back_is_owed_by_nobody():
    at_noon = Fate(restored=utc(2027, 1, 22, 12))
    assert not mail(MONROVIA, 1, "opens", at_noon).owed
    assert mail(MONROVIA, 1, "nudge", at_noon).owed
    assert mail(MONROVIA, 1, "opens", Fate(restored=utc(2027, 1, 22, 20))).owed


def test_someone_who_reads_once_a_week_is_never_owed_what_is_untrue_by_then():
    assert not mail(reader("Africa/Monrovia", weekly=2), 1, "opens").owed


def test_night_and_days_off_are_no_decent_hours():
    holiday = reader("Africa/Monrovia", holidays=frozenset({date(2027, 1, 22)}))
    assert oracle.within_hours(utc(2027, 1, 22, 7), MONROVIA)
    assert not oracle.within_hours(utc(2027, 1, 22, 7), holiday)
    assert not oracle.within_hours(utc(2027, 1, 22, 6, 59), MONROVIA)
    assert not oracle.within_hours(utc(2027, 1, 22, 20), MONROVIA)
    assert not oracle.within_hours(utc(2027, 1, 22, 12), reader("Africa/Cairo"))
    assert oracle.within_hours(utc(2027, 1, 24, 12), reader("Africa/Cairo"))


@pytest.mark.parametrize("name", ["oracle", "report", "sink"])
def test_whoever_judges_the_engine_shares_no_code_with_it(name):
    apps = {path.parent.name for path in ROOT.glob("*/models.py")}
    assert {"followups", "outbox"} <= apps
    tree = ast.parse((Path(oracle.__file__).parent / f"{name}.py").read_text())
    imported = {
        module.split(".")[0]
        for node in ast.walk(tree)
        for module in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not imported & (apps | {"django"})
