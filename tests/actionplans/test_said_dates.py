"""Dates are read as people say them, in five languages."""

import contextlib
from datetime import date, timedelta

import pytest
from django.utils.formats import date_format
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from actionplans.invalid import Invalid
from actionplans.said_dates import DAYS, full, months, read, shown, weekdays
from actionplans.sheet_kinds import LANGUAGES
from coalitions.words import plain

pytestmark = pytest.mark.once

# A Wednesday.
TODAY = date(2027, 3, 10)
INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("Friday", "2027-03-12"),
        ("wednesday", "2027-03-17"),
        ("next Friday", "2027-03-19"),
        ("this friday", "2027-03-12"),
        ("tomorrow", "2027-03-11"),
        ("in 2 weeks", "2027-03-24"),
        ("in two weeks", "2027-03-24"),
        ("10 days", "2027-03-20"),
        ("in a month", "2027-04-10"),
        ("next week", "2027-03-17"),
        ("15/03", "2027-03-15"),
        ("09.03.", "2028-03-09"),
        ("15/3/27", "2027-03-15"),
        ("15 March", "2027-03-15"),
        ("March 15th, 2027", "2027-03-15"),
        ("Mon 15 Mar", "2027-03-15"),
        ("2027-03-15", "2027-03-15"),
        ("end of April", "2027-04-30"),
        ("end of February", "2028-02-29"),
        ("the end of the month", "2027-03-31"),
        ("vendredi prochain", "2027-03-19"),
        ("dans 2 semaines", "2027-03-24"),
        ("après-demain", "2027-03-12"),
        ("le 1er avril", "2027-04-01"),
        ("fin avril", "2027-04-30"),
        ("el viernes que viene", "2027-03-19"),
        ("en dos semanas", "2027-03-24"),
        ("15 de marzo de 2027", "2027-03-15"),
        ("finales de abril", "2027-04-30"),
        ("sexta-feira", "2027-03-12"),
        ("próxima sexta", "2027-03-19"),
        ("daqui a 2 semanas", "2027-03-24"),
        ("segunda-feira, 15 de março", "2027-03-15"),
        ("amanhã", "2027-03-11"),
        ("fim de abril", "2027-04-30"),
        ("الجمعة", "2027-03-12"),
        ("يوم الجمعة القادم", "2027-03-19"),
        ("غدًا", "2027-03-11"),
        ("بعد أسبوعين", "2027-03-24"),
        ("بعد ٣ أيام", "2027-03-13"),
        ("١٥/٣", "2027-03-15"),
        ("15 آذار 2027", "2027-03-15"),
        ("١ كانون الثاني", "2028-01-01"),
        ("نهاية أبريل", "2027-04-30"),
    ],
)
def test_a_day_is_read_as_it_is_said(said: str, day: str) -> None:
    assert read(said, TODAY).isoformat() == day


@pytest.mark.parametrize(
    "said",
    [
        "",
        "soon",
        "15",
        "March",
        "March 2027",
        "03/15",
        "31 April",
        "2 weeks ago",
        "Friday 15 March 2027",
        "15/03/2027 and 16/03/2027",
        "2027-13-01",
        "0/0",
        "1/2/3/4",
        "9" * 5000,
        "+2/3",
        "end",
        "in 1000000 days",
    ],
)
def test_what_is_no_day_is_refused_with_a_sentence(said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(said, TODAY)
    assert refused.value.sentence


FORMS = ("j F Y", "j M Y", "l j F Y", "D j M Y", "j/n/Y", "d.m.Y", "Y-m-d", "F j, Y", "j F y")


@settings(max_examples=30, deadline=None)
@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_form_of_every_date_in_each_language_comes_back(day: date) -> None:
    for language in LANGUAGES:
        with override(language):
            for form in FORMS:
                said = date_format(day, form)
                assert full(said) == read(said, TODAY) == day, said
                assert read(said.translate(INDIC), TODAY) == day, said
            for form in ("j F", "j M", "j/n"):
                near = TODAY + (day - date(2000, 1, 1)) % timedelta(days=366)
                assert read(date_format(near, form), TODAY) == near
            text = shown(day)
        assert full(text) == day


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80))
def test_no_text_does_harm(said: str) -> None:
    with contextlib.suppress(Invalid):
        assert isinstance(read(said, TODAY), date)


def test_no_name_means_two_things() -> None:
    for words in (months(), weekdays()):
        assert all(name == plain(name).replace(" ", "_") for name in words)
    for language in LANGUAGES:
        with override(language):
            for n in range(12):
                day = date(2027, n + 1, 9)
                names = {plain(date_format(day, form)) for form in "FMbE"}
                assert {months()[name] for name in names} == {n + 1}
            for n in range(7):
                day = date(2027, 3, 8 + n)
                names = {plain(date_format(day, form)).replace(" ", "_") for form in "lD"}
                assert {weekdays()[name] for name in names} == {n}
    said = [word for words in DAYS.values() for word in words]
    assert len(said) == len(set(said))
