"""An invitation, from the mail to the team."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from coalitions import clock
from cohorts.models import Membership, Team
from outbox import delivery
from outbox.models import LinkToken, Message
from tests.cohorts.setting_up import (
    code_for,
    come_in,
    hidden_fields,
    invite,
    link_to,
    mails_to,
    membership,
    post_setup,
    words_of,
)
from tests.factories import NOON, make_cohort, make_team, make_user

pytestmark = pytest.mark.django_db
AMARA = "amara@example.org"


@pytest.fixture
def team(cohort) -> Team:
    return make_team(cohort, name="Liberia", challenge="Civil servants are paid on time.")


@pytest.fixture
def link(client, team) -> str:
    """The link in Amara's mail."""
    invite(client, team, f"Amara Kollie <{AMARA}>")
    return link_to(AMARA)


def closed(link: str, status: int) -> str:
    answer = Client().get(link)
    assert answer.status_code == status
    page = answer.content.decode()
    assert "This invitation does not open" in page
    assert f'href="{reverse("account_login")}"' in page
    return page


def test_the_mail_says_who_invites_whereto_and_when(client, team) -> None:
    invite(client, team, f"Amara Kollie <{AMARA}>")
    (mail,) = mails_to(AMARA)
    assert mail["To"] == AMARA
    assert mail["Subject"] == f"Liberia: your place in {team.cohort}"
    words = words_of(mail)
    assert "Invited by Catherine Dubois." in words
    assert "1 June – 5 June 2026" in words
    assert "http://testserver/i/" in words
    html = mail.get_body(preferencelist=("html",)).get_content()
    assert link_to(AMARA) in html
    assert 'lang="en" dir="ltr"' in " ".join(html.split())


@pytest.mark.parametrize(
    ("language", "day"), [("fr", "1 juin"), ("es", "1 de junio"), ("ar", "يونيو")]
)
def test_the_mail_is_in_the_teams_language(client, cohort, language, day) -> None:
    invite(client, make_team(cohort, language=language), AMARA)
    (mail,) = mails_to(AMARA)
    assert day in words_of(mail)
    assert User.objects.get(email=AMARA).language == language
    if language == "ar":
        html = mail.get_body(preferencelist=("html",)).get_content()
        assert 'dir="rtl"' in html


def test_a_person_we_know_reads_it_in_the_language_they_chose(client, cohort) -> None:
    make_user(email=AMARA, language="pt")
    invite(client, make_team(cohort, language="fr"), AMARA)
    assert Message.objects.get(address=AMARA).language == "pt"


def rows() -> tuple[list, list]:
    """What must not change by opening a link: all but that it was opened."""
    memberships = [row | {"opened_at": None} for row in Membership.objects.values()]
    return memberships, list(LinkToken.objects.values())


def test_opening_the_link_is_noted_once_changes_nothing_else_and_says_what_it_is_about(
    link, team
) -> None:
    before = rows()
    browser = Client()
    for _ in range(2):
        page = browser.get(link).content.decode()
        assert "Liberia" in page
        assert "Civil servants are paid on time." in page
        assert "Come in: send me a code" in page
        assert AMARA in page
        opened_at = membership(AMARA).opened_at
        assert opened_at
        with time_machine.travel(opened_at + timedelta(days=1), tick=False):
            browser.get(link)
        assert membership(AMARA).opened_at == opened_at
    assert rows() == before
    assert not Message.objects.filter(kind="account").exists()
    assert "_auth_user_id" not in browser.session
    assert browser.post(link).status_code == 405


def test_one_press_and_a_code_lead_into_the_team(link, team) -> None:
    browser = Client()
    answer = come_in(browser, link)
    assert answer.redirect_chain[-1][0] == team.get_absolute_url()
    assert "Liberia" in answer.content.decode()
    assert membership(AMARA).joined_at is not None


def test_the_facilitators_see_who_has_come(link, client, team) -> None:
    url = reverse("team_setup", args=[team.cohort_id, team.pk])
    assert ">waits to be sent" in client.get(url).content.decode()
    come_in(Client(), link)
    page = client.get(url).content.decode()
    assert ">waits to be sent" not in page
    assert ">joined" in page


def test_a_code_for_another_address_does_not_open_the_team(link) -> None:
    make_user(email="moses@example.org")
    answer = come_in(Client(), link, address="moses@example.org")
    assert answer.status_code == 404
    assert membership(AMARA).joined_at is None


def test_a_link_that_was_used_still_leads_to_the_team(link) -> None:
    browser = Client()
    come_in(browser, link)
    page = browser.get(link).content.decode()
    assert "Go to the team" in page
    assert "send me a code" not in page
    assert "Come in: send me a code" in Client().get(link).content.decode()


def test_a_link_that_was_altered_says_so(link) -> None:
    page = closed(link[:-3] + ("A" if link[-3] != "A" else "B") + link[-2:], 404)
    assert "a letter of it was changed" in page
    assert "a letter of it was changed" in closed("/i/x/", 404)
    assert AMARA not in page


def test_a_link_is_good_for_thirty_days(client, team) -> None:
    invite(client, team, AMARA)
    link = link_to(AMARA)
    sent = Message.objects.get(address=AMARA).created_at
    with time_machine.travel(sent + timedelta(days=30, seconds=-1), tick=False):
        assert Client().get(link).status_code == 200
    with time_machine.travel(sent + timedelta(days=30), tick=False):
        page = closed(link, 410)
    assert "It was valid for 30 days" in page
    assert "Your place is kept." in page


def test_who_was_invited_comes_in_without_the_link_too(link, team) -> None:
    browser = Client()
    browser.post(reverse("account_login"), {"login": AMARA})
    browser.post(reverse("account_confirm_login_code"), {"code": code_for(AMARA)})
    assert browser.get(team.get_absolute_url()).status_code == 200
    assert membership(AMARA).joined_at is not None


def test_a_link_of_someone_who_was_taken_out_is_taken_back(link, client, team) -> None:
    post_setup(client, team, "remove", membership=membership(AMARA).pk)
    assert "no longer in the team" in closed(link, 410)


def test_a_mail_to_someone_who_was_taken_out_does_not_leave(client, team) -> None:
    invite(client, team, AMARA)
    post_setup(client, team, "remove", membership=membership(AMARA).pk)
    mail = Message.objects.get(address=AMARA)
    assert (mail.state, mail.reason) == ("cancelled", "removed from the team")


def test_invited_again_one_gets_a_new_link_and_the_old_one_stays_closed(link, client, team) -> None:
    post_setup(client, team, "remove", membership=membership(AMARA).pk)
    invite(client, team, AMARA)
    again = Message.objects.filter(address=AMARA, state="queued").get()
    assert delivery.compose(again)
    assert LinkToken.objects.filter(purpose="invitation", revoked_at=None).count() == 1
    assert "no longer in the team" in closed(link, 410)


def test_signed_in_as_somebody_else_one_is_told_so_and_can_sign_out_and_go_on(
    link, sign_in
) -> None:
    browser = sign_in(make_user("Moses", email="moses@example.org"))
    page = browser.get(link).content.decode()
    assert f"This invitation is for <bdi>{AMARA}</bdi>" in page
    assert "<bdi>Moses</bdi>" in page
    logout = reverse("account_logout")
    answer = browser.post(logout, hidden_fields(page, logout))
    assert answer.url == link
    assert "Come in: send me a code" in browser.get(link).content.decode()


def test_sent_again_both_mails_lead_to_the_team(client, team) -> None:
    invite(client, team, AMARA)
    answer = post_setup(client, team, "resend", membership=membership(AMARA).pk)
    assert f"The invitation goes to {AMARA} again." in client.get(answer.url).content.decode()
    assert len(mails_to(AMARA)) == 2
    links = {link_to(AMARA, 0), link_to(AMARA, 1)}
    assert len(links) == 2
    assert all(Client().get(link).status_code == 200 for link in links)


def test_who_has_come_is_not_invited_again(link, client, team) -> None:
    come_in(Client(), link)
    post_setup(client, team, "resend", membership=membership(AMARA).pk)
    assert len(mails_to(AMARA)) == 1
    page = client.get(reverse("team_setup", args=[team.cohort_id, team.pk])).content.decode()
    assert "Send again" not in page


@pytest.mark.django_db(transaction=True)
def test_who_came_by_another_way_gets_no_invitation_any_more(
    client, team, settings, tmp_path
) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path)},
        }
    }
    invite(client, team, AMARA)
    browser = Client()
    browser.post(reverse("account_login"), {"login": AMARA})
    browser.post(reverse("account_confirm_login_code"), {"code": code_for(AMARA)})
    delivery.deliver(clock.now())
    mail = Message.objects.get(address=AMARA, kind="invitation")
    assert (mail.state, mail.reason) == ("cancelled", "no longer owed")


def test_a_person_in_two_teams_has_one_account_and_sees_both(client, cohort, team) -> None:
    later = make_team(
        make_cohort(
            cohort.program,
            starts_on=NOON.date() + timedelta(days=200),
            ends_on=NOON.date() + timedelta(days=204),
        ),
        name="Ghana",
    )
    invite(client, team, f"Amara Kollie <{AMARA}>")
    invite(client, later, "AMARA@Example.org")
    assert User.objects.filter(email__iexact=AMARA).count() == 1
    assert len(mails_to(AMARA)) == 2
    browser = Client()
    come_in(browser, link_to(AMARA, 0))
    home = browser.get(reverse("home")).content.decode()
    assert "Liberia" in home
    assert "Ghana" in home
    assert membership(AMARA, later).joined_at is not None
