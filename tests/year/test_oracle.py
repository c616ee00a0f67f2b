"""The oracle against dates computed by hand, and that it shares no code with the engine."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.installation import ROOT
from tests.year import oracle
from tests.year.oracle import Due, Reader, TeamYear, mails_of
from tests.year.world import WEEK_ENDS

LONG_AGO = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC))
MONROVIA = Reader("amara@example.org", "Africa/Monrovia")


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc]


def mail(reader: Reader, number: int, step: str, closed: oracle.Closed = LONG_AGO, **year) -> Due:
    team = TeamYear("Liberia", [reader], **year)
    return next(
        due for due in mails_of(team, WEEK_ENDS, closed) if (due.number, due.step) == (number, step)
    )


def reader(zone: str, **more: bool) -> Reader:
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
    ],
)
def test_the_oracle_agrees_with_dates_computed_by_hand(who, number, step, opens, expires):
    due = mail(who, number, step)
    assert (due.opens, due.expires, due.owed) == (opens, expires, True)


def test_coaches_get_the_word_to_the_coach_and_members_the_reminders():
    coach, lead = Reader("c@example.org", "UTC", coaches=True), Reader("l@x.org", "UTC", leads=True)
    dues = mails_of(TeamYear("Liberia", [MONROVIA, coach, lead]), WEEK_ENDS, LONG_AGO)
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
    friday = (utc(2027, 1, 22), utc(2027, 1, 23))
    answered = {1: utc(2027, 1, 25, 12)}
    # Monday is the day then, and on Monday the team answers.
    assert mail(MONROVIA, 1, "opens", friday).owed
    assert not mail(MONROVIA, 1, "opens", friday, answered=answered).owed
    # Until Tuesday: the nudge replaces it.
    assert not mail(MONROVIA, 1, "opens", (friday[0], utc(2027, 1, 26))).owed


def test_night_and_days_off_are_no_decent_hours():
    assert oracle.within_hours(utc(2027, 1, 22, 7), "Africa/Monrovia")
    assert not oracle.within_hours(utc(2027, 1, 22, 6, 59), "Africa/Monrovia")
    assert not oracle.within_hours(utc(2027, 1, 22, 20), "Africa/Monrovia")
    assert not oracle.within_hours(utc(2027, 1, 22, 12), "Africa/Cairo")
    assert oracle.within_hours(utc(2027, 1, 24, 12), "Africa/Cairo")


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
