"""Signing a plan off mails it to the team, as PDF."""

from __future__ import annotations

import email
import io
import sys
from email.message import EmailMessage
from email.policy import default

import pytest
from django.utils import translation
from pypdf import PdfReader

from accounts.models import User
from actionplans import baseline
from cohorts.models import Membership, Team
from outbox import delivery, letter
from outbox.kinds import kind_of
from outbox.models import Message
from tests.actionplans.planning import make_activity, make_milestone, url
from tests.factories import NOON, make_member, make_user


@pytest.fixture
def team(team: Team, amara: User) -> Team:
    make_member(team, make_user("Aïcha", language="fr"), role=Membership.Role.LEAD)
    make_activity(make_milestone(team), accountable="Mama Njeri")
    return team


def signed(team: Team) -> list[Message]:
    lead = User.objects.get(memberships__team=team, memberships__role=Membership.Role.LEAD)
    baseline.sign_off(team, by=lead, now=NOON)
    return list(Message.objects.order_by("language"))


def sent(message: Message) -> EmailMessage:
    """The mail as it would be handed over."""
    return email.message_from_bytes(delivery.compose(message)[1], policy=default)


def pdf_of(mail: EmailMessage) -> str:
    attached = next(mail.iter_attachments())
    pages = PdfReader(io.BytesIO(attached.get_content())).pages
    return "\n".join(page.extract_text() for page in pages)


def test_each_member_gets_the_plan_once_and_in_their_own_language(team) -> None:
    english, french = signed(team)
    assert (english.language, french.language) == ("en", "fr")
    mail = sent(english)
    assert mail["Subject"] == f"{team.name}: the action plan is signed off"
    assert "Aïcha has signed off the action plan" in mail.get_body(("plain",)).get_content()
    attached = next(mail.iter_attachments())
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_filename().startswith("action-plan-team-")
    assert "Count every civil servant" in pdf_of(mail)
    assert "Jalon" in pdf_of(sent(french))
    signed(team)
    assert Message.objects.count() == 2


def test_the_row_holds_no_word_of_the_plan(team) -> None:
    for message in signed(team):
        assert message.context == {}
        assert "Count" not in repr(message.__dict__)


def test_every_copy_has_the_same_bytes(team) -> None:
    message = signed(team)[0]
    assert delivery.compose(message)[1] == delivery.compose(message)[1]


def test_who_has_left_the_team_gets_none(team, amara) -> None:
    message = next(m for m in signed(team) if m.person == amara)
    Membership.objects.filter(user=amara).delete()
    assert not Message.objects.filter(kind_of(message).owed(NOON), pk=message.pk).exists()


def test_a_plan_that_was_signed_long_ago_is_mailed_to_nobody(team, amara) -> None:
    baseline.sign_off(team, by=amara, now=NOON, mail=False)
    assert not Message.objects.exists()


def test_the_page_that_signs_queues_the_mails(team, sign_in) -> None:
    lead = User.objects.get(name="Aïcha")
    sign_in(lead).post(url(team, "sign-off/"))
    assert Message.objects.count() == 2


def test_where_no_pdf_can_be_drawn_the_mail_leads_to_the_page(team, monkeypatch) -> None:
    message = signed(team)[0]
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    mail = sent(message)
    assert not list(mail.iter_attachments())
    text = mail.get_body(("plain",)).get_content()
    assert "attached" not in text
    assert f"/teams/{team.pk}/plan/baseline/" in text


def test_a_letter_without_attachments_is_what_it_was(team) -> None:
    message = signed(team)[0]
    with translation.override("en"):
        content = kind_of(message).compose(message)
    bare = letter.write(message, content.__class__(content.subject, content.text, content.html))
    assert email.message_from_bytes(bare, policy=default).get_content_type() == (
        "multipart/alternative"
    )
