"""A program's own words for the mails of its year, in each language."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from followups import texts
from followups.models import StepText
from tests.factories import make_user
from tests.followups.conftest import World, day
from tests.followups.pages import text_of

OWN = {"do": "keep", "subject": "%(team)s – round %(n)s", "body": "Dear %(person)s,\n\nby %(due)s."}


@pytest.fixture
def lead(year: World, sign_in) -> Client:
    year.cohort.program.leads.add(person := make_user("Lena"))
    return sign_in(person)


def address(world: World, step: str = "opens", language: str = "en") -> str:
    return reverse("step_text", args=[world.cohort.program_id, step, language])


def plain(world: World) -> str:
    return world.letters(world.amara)[-1].get_body(("plain",)).get_content()


def test_the_programs_words_go_in_the_mail_with_link_and_way_out(year, lead):
    assert lead.post(address(year), OWN).status_code == 302
    year.live_until(day(0))
    letter = year.letters(year.amara)[-1]
    assert letter["Subject"] == "Liberia – round 1"
    said = plain(year)
    assert "Dear Amara Kollie,\n\nby 28 June 2026." in said.replace("\r\n", "\n")
    assert year.link(year.amara).startswith("/c/")
    assert year.link(year.amara, path="u").startswith("/u/")
    assert "List-Unsubscribe" in letter


def test_words_of_one_language_are_not_those_of_another(year, lead):
    assert lead.post(address(year, language="fr"), OWN).status_code == 302
    year.live_until(day(0))
    assert "How does the plan of Liberia go?" in plain(year)
    page = text_of(lead.get(reverse("step_texts", args=[year.cohort.program_id])))
    assert page.count("your words") == 1


def test_it_is_seen_as_a_mail_before_it_is_kept(year, lead):
    page = lead.post(address(year), OWN | {"do": "show"})
    assert "Liberia – round 3" in text_of(page)
    assert "Dear Amara Kollie," in text_of(page)
    assert not StepText.objects.exists()
    assert "by %(due)s." in page.content.decode()


@pytest.mark.parametrize(
    "body",
    ["%(taem)s", "%(team)", "%(team)x", "{{ team }}", "{% load x %}", "%()s", "", "  "],
)
def test_a_place_that_no_mail_fills_is_refused_and_the_words_stay(year, lead, body):
    page = lead.post(address(year), OWN | {"body": body, "subject": "Kept %(n)s"})
    assert page.status_code == 422
    assert "Kept %(n)s" in page.content.decode()
    assert not StepText.objects.exists()


def test_words_cannot_bring_in_html_headers_or_places_of_their_own(year, lead):
    year.amara.name = "%(closes)s <b>"
    year.amara.save(update_fields=["name"])
    own = {
        "subject": "Hello\r\nBcc: everyone@example.org",
        "body": "<script>alert(1)</script> 100% %(person)s",
    }
    assert lead.post(address(year), OWN | own).status_code == 302
    year.live_until(day(0))
    letter = year.letters(year.amara)[-1]
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Hello Bcc: everyone@example.org"
    html = letter.get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "100% %(closes)s <b>" in plain(year)


def test_our_words_come_back_and_the_same_words_are_ours(year, lead):
    lead.post(address(year), OWN)
    lead.post(address(year), {"do": "reset"})
    assert not StepText.objects.exists()
    ours = texts.ours("opens")
    lead.post(address(year), {"do": "keep", "subject": ours.subject, "body": ours.body})
    assert not StepText.objects.exists()


@pytest.mark.parametrize("step", ["opens", "nudge", "due", "overdue", "coach", "lead", "closes"])
@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "ar"])
def test_our_own_words_have_only_places_that_are_filled(step, language):
    with translation.override(language):
        text = texts.ours(step)
    texts.check(text.subject)
    texts.check(text.body)


def test_a_facilitator_and_an_unknown_step_find_nothing(year, lead, sign_in):
    year.cohort.facilitators.add(facilitator := make_user())
    assert sign_in(facilitator).get(address(year)).status_code == 404
    assert lead.get(address(year, step="none")).status_code == 404
    assert lead.get(address(year, language="xx")).status_code == 404
