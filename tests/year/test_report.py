"""The verdict on a year: each bad figure makes it fail, and so does a year that proves nothing."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.year.faults import KILLED
from tests.year.oracle import Due, Reader
from tests.year.report import (
    FAULTS,
    FAULTS_OF_SERVERS,
    MUST_BE_ZERO,
    Evidence,
    held,
    too_quiet,
    weigh,
)
from tests.year.sink import Accepted

WHICH = ("Liberia", 1, "opens", "amara@example.org")
# A Friday in Monrovia, whose clock is UTC's.
NINE = datetime(2027, 1, 22, 9, tzinfo=UTC)
EVENING, MONDAYS = NINE + timedelta(hours=11), NINE + timedelta(days=3, hours=11)
DUE = Due(*WHICH, "Africa/Monrovia", NINE, MONDAYS, owed=True, evenings=(EVENING, MONDAYS))
MAIL = Accepted(NINE + timedelta(minutes=20), 100.0, WHICH[3], "<1@example.org>", b"")
GOOD = {
    **dict.fromkeys(MUST_BE_ZERO, 0),
    "due": 100,
    "kills": 20,
    "killed": dict.fromkeys(KILLED, 4),
    "faults": dict.fromkeys([*FAULTS, *FAULTS_OF_SERVERS], 1),
}


def weighed(*mails: Accepted, due: Due = DUE, **evidence: Any) -> dict[str, Any]:
    readers = {WHICH[3]: Reader(WHICH[3], "Africa/Monrovia")}
    return weigh(Evidence([(WHICH, mail) for mail in mails], [due], readers=readers, **evidence))


def found(*mails: Accepted, **more: Any) -> dict[str, int]:
    """The figures that are not 0."""
    counts = weighed(*mails, **more)
    # Whatever is bad is also told.
    assert bool(counts.pop("met")) == any(counts[name] for name in MUST_BE_ZERO)
    return {name: n for name, n in counts.items() if n}


def test_a_year_in_which_all_went_well_and_much_went_wrong_has_held():
    assert held(GOOD)


@pytest.mark.parametrize("name", MUST_BE_ZERO)
def test_each_bad_figure_makes_the_year_fail(name):
    assert not held(GOOD | {name: 1})


@pytest.mark.parametrize(
    "quiet",
    [
        {"due": 0},
        {"kills": 19},
        *({"killed": GOOD["killed"] | {name: 0}} for name in KILLED),
        *({"faults": GOOD["faults"] | {name: 0}} for name in [*FAULTS, *FAULTS_OF_SERVERS]),
    ],
    ids=str,
)
def test_a_year_in_which_too_little_happened_proves_nothing(quiet):
    assert not held(GOOD | quiet)
    assert len(too_quiet(GOOD | quiet)) == 1


def test_what_only_servers_can_suffer_is_not_asked_of_the_embedded_default():
    faults = GOOD["faults"] | dict.fromkeys(FAULTS_OF_SERVERS, 0)
    assert held(GOOD | {"faults": faults}, database="sqlite")
    assert not held(GOOD | {"faults": faults}, database="postgresql")


def test_fewer_kills_than_wanted_are_too_few():
    assert held(GOOD | {"kills": 30}, kills=30)
    assert not held(GOOD | {"kills": 29}, kills=30)


def test_a_mail_in_time_is_due_and_sent():
    assert found(MAIL) == {"due": 1, "sent": 1}


def test_a_mail_that_was_owed_and_never_came_is_missing():
    assert found() == {"due": 1, "missing": 1}
    assert found(due=replace(DUE, owed=False)) == {}


def test_who_had_enough_mails_each_day_misses_none():
    others = [
        (f"coach digest/{n}", replace(MAIL, at=NINE - timedelta(days=n), message_id=f"<o{n}>"))
        for n in (1, 2)
    ]
    assert found(others=others)["had_enough"] == 1
    late = replace(DUE, evenings=(*DUE.evenings, MONDAYS + timedelta(days=4)))
    assert found(others=others, due=late)["missing"] == 1


def test_a_mail_that_nobody_planned_is_unwanted():
    assert weigh(Evidence([(WHICH, MAIL)], []))["unwanted"] == 1


def test_a_repeat_is_explained_by_a_doubt_about_the_same_message_and_by_nothing_else():
    doubt = Counter({"<1@example.org>": 1})
    assert found(MAIL, MAIL, unknown=doubt)["explained_repeats"] == 1
    assert "unexplained_repeats" not in found(MAIL, MAIL, unknown=doubt)
    assert found(MAIL, MAIL)["unexplained_repeats"] == 1
    other = Counter({"<2@example.org>": 1})
    assert found(MAIL, MAIL, unknown=other)["unexplained_repeats"] == 1
    # Two messages for one mail are a fault of the plan, whatever is in doubt.
    twin = replace(MAIL, message_id="<2@example.org>")
    assert found(MAIL, twin, unknown=doubt + other)["unexplained_repeats"] == 1


def test_what_one_mail_says_twice_is_a_repeat_that_nothing_explains():
    twice = {(MAIL.message_id, WHICH[:3])}
    said = {"due": 1, "sent": 1, "repeats": 1, "unexplained_repeats": 1}
    assert found(MAIL, twice=twice) == said
    assert found(replace(MAIL, message_id="<2@example.org>"), twice=twice) == {"due": 1, "sent": 1}


def test_a_third_copy_is_too_many_even_if_explained():
    doubts = Counter({"<1@example.org>": 2})
    assert found(MAIL, MAIL, MAIL, unknown=doubts)["over_two_copies"] == 1


@pytest.mark.parametrize(
    "at",
    [
        NINE - timedelta(minutes=1),
        NINE.replace(hour=20),
        NINE + timedelta(days=1),
        DUE.expires + timedelta(seconds=1),
    ],
)
def test_a_mail_before_nine_at_night_on_a_day_off_or_too_late_is_outside_hours(at):
    assert found(replace(MAIL, at=at))["outside_hours"]


@pytest.mark.parametrize(
    ("end", "figure"),
    [
        ({"answered": {("Liberia", 1): 99.9}}, "after_answer"),
        ({"opted_out": {"amara@example.org": 99.9}}, "after_opt_out"),
        ({"left": {"amara@example.org": 99.9}}, "unwanted"),
    ],
)
def test_a_mail_that_began_after_an_end_was_confirmed_is_counted(end, figure):
    assert found(MAIL, **end)[figure] == 1
    earlier = {name: dict.fromkeys(ends, 100.1) for name, ends in end.items()}
    assert figure not in found(MAIL, **earlier)


def test_a_mail_while_its_reader_put_mails_off_is_counted():
    assert found(MAIL, snoozed={WHICH[3]: (99.9, MAIL.at + timedelta(days=1))})["while_snoozed"]
    assert "while_snoozed" not in found(MAIL, snoozed={WHICH[3]: (99.9, MAIL.at)})
    assert "while_snoozed" not in found(
        MAIL, snoozed={WHICH[3]: (100.1, MAIL.at + timedelta(days=1))}
    )


def test_other_mails_are_held_to_the_same_rules():
    def weighed_other(*mails: Accepted, **more: Any) -> dict[str, int]:
        readers = {MAIL.to: Reader(MAIL.to, "Africa/Monrovia")}
        others = [("coach digest/1/2027-W03", mail) for mail in mails]
        counts = weigh(Evidence([], [], others=others, readers=readers, **more))
        return {name: n for name, n in counts.items() if n and name != "met"}

    assert weighed_other(MAIL) == {"others": 1}
    assert weighed_other(MAIL, MAIL)["unexplained_repeats"] == 1
    assert weighed_other(replace(MAIL, at=NINE.replace(hour=20)))["outside_hours"] == 1
    assert weighed_other(MAIL, opted_out={MAIL.to: 99.9})["after_opt_out"] == 1
