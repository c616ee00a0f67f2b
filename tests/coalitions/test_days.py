"""Days and lists in the words and the order of each language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from coalitions.days import in_words

pytestmark = pytest.mark.once

DAY = date(2026, 11, 25)
SHAPES = {
    "day": ("j F", "25 November"),
    "date": ("j F Y", "25 November 2026"),
    "weekday": ("l j F", "Wednesday 25 November"),
    "weekday date": ("l j F Y", "Wednesday 25 November 2026"),
    "short day": ("j M", "25 Nov"),
    "short date": ("j M Y", "25 Nov 2026"),
    "column": ("D j", "Wed 25"),
    "column month": ("D j F", "Wed 25 November"),
    "column day": ("D j M", "Wed 25 Nov"),
    "weekday name": ("l", "Wednesday"),
}


def show(text: str, language: str = "en", **names: object) -> str:
    with translation.override(language):
        return Template(text).render(Context(names))


@pytest.mark.parametrize("shape", SHAPES)
def test_english_reads_as_it_always_did(shape) -> None:
    by_letter, words = SHAPES[shape]
    assert show("{{ day|in_words:shape }}", day=DAY, shape=shape) == words
    for month in range(1, 13):
        day = date(2026, month, 1)
        other = show("{{ day|date:letters }}", day=day, letters=by_letter)
        assert show("{{ day|in_words:shape }}", day=day, shape=shape) == other


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("pt", "quarta-feira, 25 de novembro de 2026"),
        ("es", "miércoles, 25 de noviembre de 2026"),
        ("fr", "mercredi 25 novembre 2026"),
        ("ar", "الأربعاء، 25 نوفمبر 2026"),
    ],
)
def test_each_language_has_its_own_order(language, words) -> None:
    assert show('{{ day|in_words:"weekday date" }}', language, day=DAY) == words


def test_a_moment_is_that_of_the_present_zone() -> None:
    moment = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Asia/Ho_Chi_Minh")):
        words = show('{{ at|in_words:"weekday date time" }}', at=moment)
        assert words == "Thursday 26 November 2026, 06:30"
        assert in_words(moment, "when") == "Thursday 06:30"


def test_no_day_is_no_words() -> None:
    assert show("{{ day|in_words }}", day=None) == ""


def test_lists_have_the_comma_of_the_language() -> None:
    template = "{{ names|listed }} {% for n in names %}{{ n }}{% comma %}{% endfor %}"
    assert show(template, names=["A", "B"]) == "A, B A, B, "
    assert show(template, "ar", names=["A", "B"]) == "A، B A، B، "
