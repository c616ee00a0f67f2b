"""A pasted list of people to invite, read line by line."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from cohorts.guests import MOST_AT_ONCE, Guest, read_guests

pytestmark = pytest.mark.once

AMARA = Guest("amara@example.org", "Amara Kollie")


@pytest.mark.parametrize(
    "line",
    [
        "Amara Kollie <amara@example.org>",
        '"Amara Kollie" <amara@example.org>',
        "Amara Kollie, amara@example.org",
        "Amara Kollie;amara@example.org;",
        "Amara Kollie\tamara@example.org",
        "amara@example.org Amara Kollie",
        "Amara Kollie (amara@example.org)",
        "  Amara   Kollie\u00a0<AMARA@Example.ORG>  ",
        "\u202aAmara Kollie\u202c <\u200eamara@example.org\u200f>",
        "Amara Kollie <mailto:amara@example.org>",
        "Amara Kollie <amara@example.org> <amara@example.org>",
    ],
)
def test_a_person_is_read_however_the_line_was_copied(line) -> None:
    assert read_guests(line) == [AMARA]


def test_an_address_alone_is_enough() -> None:
    assert read_guests("amara@example.org") == [Guest("amara@example.org")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n \u200f\n"])
def test_each_line_is_one_person_in_the_order_of_the_list(end) -> None:
    found = read_guests(f"b@example.org{end}a@example.org{end}")
    assert [guest.email for guest in found] == ["b@example.org", "a@example.org"]


def test_names_of_every_kind_are_kept() -> None:
    names = ["سعاد الفاسي", "Nguyễn Thị Lan Anh", "Hon. Comfort Sirleaf-Toe 🌍", "O'Brien"]
    lines = "\n".join(f"{name} <p{n}@example.org>" for n, name in enumerate(names))
    assert [guest.name for guest in read_guests(lines)] == names


def test_an_address_that_stands_twice_is_one_person_with_the_name_that_was_told() -> None:
    assert read_guests("AMARA@example.org\nAmara Kollie <amara@example.org>") == [AMARA]


def test_one_address_with_two_names_is_asked_about() -> None:
    with pytest.raises(ValidationError) as caught:
        read_guests("Amara Kollie <a@example.org>\nMoses Kollie <a@example.org>")
    assert caught.value.messages[0].startswith("Line 2,")
    assert "Amara Kollie" in caught.value.messages[0]


def test_every_line_that_cannot_be_read_is_named_by_its_number() -> None:
    with pytest.raises(ValidationError) as caught:
        read_guests("fine@example.org\nAmara Kollie\n\na@b@c\na@example.org b@example.org")
    starts = [message.split(":")[0][:7] for message in caught.value.messages]
    assert starts == ["Line 2,", "Line 4,", "Line 5,"]


@pytest.mark.parametrize(
    "line",
    [
        "x" * 300 + "@example.org",
        "a@" + "x" * 300 + ".org",
        "🌍@example.org",
        "a@example",
        "@",
        "a@",
        "@example.org",
        "a@exa mple.org",
        "x" * 301 + " <a@example.org>",
        "a" * 100_000,
    ],
)
def test_what_no_mail_could_reach_is_told_with_the_beginning_of_the_line(line) -> None:
    with pytest.raises(ValidationError) as caught:
        read_guests(line)
    (message,) = caught.value.messages
    assert message.startswith("Line 1, “")
    assert len(message) < 200


def test_a_hundred_at_once_and_not_one_more() -> None:
    lines = [f"p{n}@example.org" for n in range(MOST_AT_ONCE + 1)]
    assert len(read_guests("\n".join(lines[:-1]))) == MOST_AT_ONCE
    with pytest.raises(ValidationError, match="101 people"):
        read_guests("\n".join(lines))


PIECES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "a@example.org",
            "<b@example.org>",
            "Ada",
            "\u202e",
            "\u200f",
            '"',
            ",",
            ";",
            "\n",
            "\r",
            "\t",
            "\0",
            "@",
            "mailto:",
            "\u2028",
            "\x85",
            "xn--",
            "例え.jp",
        ]
    ),
    st.emails(),
)


@given(st.lists(PIECES, max_size=20).map(" ".join))
def test_whatever_is_pasted_is_read_or_refused_in_words_and_reading_what_was_read_is_the_same(
    text,
) -> None:
    try:
        guests = read_guests(text)
    except ValidationError as error:
        told = error.messages
        assert told
        assert all(told)
        return
    again = "\n".join(f"{guest.name} <{guest.email}>" for guest in guests)
    assert read_guests(again) == guests
    assert len({guest.email for guest in guests}) == len(guests)
    assert all(guest.email == guest.email.lower().strip() for guest in guests)
