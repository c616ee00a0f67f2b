"""A program's own words for the mails of its year, in each language."""

from __future__ import annotations

import re

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


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_it_is_seen_with_the_words_that_every_mail_of_the_step_has(year, lead):
    year.live_until(day(0))
    asked = squeezed(plain(year))
    shown = squeezed(text_of(lead.get(address(year))))
    for words in ("Answer now:", "You need not sign in.", "someone will see it."):
        assert words in asked
        assert words in shown
    year.live_until(day(22))
    coach = squeezed(year.letters(year.coach)[-1].get_body(("plain",)).get_content())
    shown = squeezed(text_of(lead.get(address(year, "coach"))))
    assert "Open the team's page: http" in coach
    assert "Open the team's page: http" in shown
    assert "Answer now" not in shown
    assert "You need not sign in" not in shown
    shown = squeezed(text_of(lead.get(address(year, "lead"))))
    assert "See where each reform stands: http" in shown
    assert "Answer now" not in shown


def test_places_and_the_subject_are_not_torn_in_a_page_from_right_to_left(year, lead):
    page = lead.get(address(year)).content.decode()
    assert '<code dir="ltr">%(team)s</code>' in page
    subject = re.search(r"<input[^>]*name=\"subject\"[^>]*>", page)
    assert 'dir="auto"' in subject[0]


def test_places_in_arabic_words_are_shown_untorn_and_kept_without_marks(year, lead):
    form = lead.get(address(year, "coach", "ar")).context["form"]
    assert "\u2066%(team)s\u2069" in form["subject"].value()
    assert "\u2066%(due)s\u2069" in form["body"].value()
    typed = {"subject": form["subject"].value() + " *", "body": form["body"].value()}
    assert lead.post(address(year, "coach", "ar"), {"do": "keep"} | typed).status_code == 302
    kept = StepText.objects.get()
    with translation.override("ar"):
        ours = texts.ours("coach")
    assert (kept.subject, kept.body) == (ours.subject + " *", ours.body)
    unchanged = {"subject": typed["subject"].removesuffix(" *"), "body": typed["body"]}
    lead.post(address(year, "coach", "ar"), {"do": "keep"} | unchanged)
    assert not StepText.objects.exists()


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
