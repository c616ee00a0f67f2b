"""What an operator mistypes is said in a sentence, and changes nothing."""

from __future__ import annotations

import json
import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from followups import due as due_rows
from followups import planner, schedule
from followups.models import CheckIn
from tests.access.nasty import DIGITS, POWER
from tests.followups.conftest import World, day
from tests.outbox.conftest import put


@pytest.mark.parametrize(
    "arguments",
    [
        ["followups", "preview", "--cohort", "999"],
        ["followups", "preview", "--cohort", "9" * 20],
        ["followups", "preview", "--cohort", "nonsense"],
        *(
            ["followups", *command, moment]
            for command in (["due", "--now"], ["resume", "--as-sent"])
            for moment in ("nonsense", "restored", "", "0001-01-01", "9999-12-31T23:59", DIGITS)
        ),
        ["followups", "resume"],
        *(["outbox", "retry", name] for name in ("99", POWER, "9" * 20, DIGITS, "-- ")),
        *(
            ["outbox", "bounces", "--mailbox", address]
            for address in (
                "nonsense",
                "maildir:///nowhere",
                "imap://[x",
                "imap://a:secret@127.0.0.1:99999/",
                "imap://a:secret@127.0.0.1:x/",
            )
        ),
    ],
    ids=lambda arguments: " ".join(arguments)[:60],
)
def test_a_slip_of_the_operator_is_told_in_a_sentence(db, sink, arguments):
    waiting = put()
    with pytest.raises(CommandError) as refused:
        call_command(*arguments)
    said = str(refused.value)
    assert said
    assert "_moment" not in said
    assert "secret" not in said
    waiting.refresh_from_db()
    assert waiting.state == "queued"


def test_a_listing_ends_quietly_when_its_reader_has_enough(year: World):
    put()
    lists = (
        ["outbox"],
        ["outbox", "list"],
        ["followups", "due"],
        ["followups", "due", "--json"],
        ["followups", "preview", "--cohort", str(year.cohort.pk)],
    )
    for arguments in lists:
        end, pipe = os.pipe()
        os.close(end)
        with os.fdopen(pipe, "w") as out:
            call_command(*arguments, stdout=out)


def due(*arguments: str) -> list[dict[str, str]]:
    out = StringIO()
    call_command("followups", "due", "--json", *arguments, stdout=out)
    return [row for row in json.loads(out.getvalue()) if row["what"] != due_rows.OBSTACLE]


@pytest.mark.parametrize("number", [0, 4, 6, 10, 12, 16, 19, 25])
def test_the_steps_that_are_listed_as_due_are_those_that_a_tick_takes(year: World, number):
    listed = due("--now", day(number).isoformat())
    before = year.check_in()
    planner.take_step(before, day(number))
    after = year.check_in()
    skipped = {one["step"] for one in after.skipped_steps}
    begun = schedule.begun(before.round, before.next_step, day(number))
    taken = [f"check-in 1: {CheckIn.Step(step).label}" for step in begun if step not in skipped]
    assert [row["what"] for row in listed] == taken
    for step in skipped:
        assert str(CheckIn.Step(step).label) in listed[0]["why"].split("too late for: ")[1]
