"""The operations page: do the mails go out, and what was a person sent?"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils.html import strip_tags

from coalitions import clock
from outbox import hold
from outbox.models import Attempt, Heartbeat, Message, Suppression
from outbox.queueing import queue
from tests.factories import make_cohort, make_member, make_program, make_team, make_user

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def easy(settings: Any) -> None:
    settings.MFA_REQUIRED = False
    settings.DOORBELL = False


@pytest.fixture
def lead() -> Any:
    return make_user("Grace Weah")


@pytest.fixture
def amara(lead) -> Any:
    return make_member(make_team(make_cohort(make_program(lead))), make_user("Amara Kollie"))


def put(person: Any, kind: str = "comments", *, state: str = "queued", key: str = "") -> Message:
    """A mail to the person that has been due for an hour."""
    now = clock.now() - HOUR
    key = key or f"{kind}/{person.pk}/{state}"
    told = {"person": person, "address": person.email, "language": "en"}
    queue(kind, key, now=now, expires_at=now + DAY, context={"text": "secret words"}, **told)
    Message.objects.filter(key=key).update(state=state)
    return Message.objects.get(key=key)


def page(client: Any, url: str = "/operations/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_the_page_says_what_waits_what_went_and_what_needs_a_hand(sign_in, lead, amara):
    put(amara)
    dead = put(amara, state="dead")
    for n, outcome in enumerate(["ok", "ok", "temporary"], start=1):
        told = {"claim": "0" * 32, "started_at": clock.now(), "finished_at": clock.now()}
        Attempt.objects.create(message=dead, n=n, outcome=outcome, **told)
    Suppression.objects.create(address=amara.email, reason="550 no such", since=clock.now())
    told = page(sign_in(lead))
    assert "The oldest due mail waits for 1" in told
    assert f"/operations/mails/{dead.pk}/" in told
    assert "550 no such" in told
    assert '<td role="cell" class="num" data-label="sent">2</td>' in told


def tile(told: str) -> str:
    label = r"address(?: does|es do) not take mail\s*</dt>(.*?)</dd>"
    return strip_tags(re.search(label, told, re.DOTALL)[1]).strip()  # type: ignore[index]


def test_the_tile_counts_the_addresses_of_the_list_each_with_where_it_is_corrected(
    sign_in, lead, amara
):
    stranger = make_member(make_team(make_cohort(make_program(make_user()))))
    team, theirs = amara.memberships.get().team, stranger.memberships.get().team
    make_member(theirs, amara)
    for address in (amara.email, stranger.email, "nobody@example.org"):
        told = {"reason": "550 no such", "since": clock.now() - 9 * DAY}
        Suppression.objects.create(address=address, **told)
    told = page(sign_in(lead))
    assert tile(told) == "1"
    assert f'href="/operations/people/{amara.pk}/"' in told
    assert f'href="/teams/{team.pk}/addresses/"' in told
    assert f'href="/teams/{theirs.pk}/addresses/"' not in told
    assert sign_in(lead).get(f"/teams/{team.pk}/addresses/").status_code == 200
    told = page(sign_in(make_user(is_admin=True)))
    assert tile(told) == "3"
    assert "nobody@example.org" in told
    assert f'href="/teams/{theirs.pk}/addresses/"' in told


def test_a_persons_page_says_that_their_address_takes_no_mail_and_why(sign_in, lead, amara):
    client, url = sign_in(lead), f"/operations/people/{amara.pk}/"
    assert "does not take mail" not in page(client, url)
    told = {"reason": "550 no such", "since": clock.now(), "why": "bounced"}
    Suppression.objects.create(address=amara.email, **told)
    said = page(client, url)
    assert "This address does not take mail" in said
    assert "mail to it came back" in said
    assert "550 no such" in said
    assert f'href="/teams/{amara.memberships.get().team_id}/addresses/"' in said


def test_a_person_is_found_by_a_part_of_name_or_address_and_their_mails_listed(
    sign_in, lead, amara
):
    put(amara, state="sent")
    client = sign_in(lead)
    assert f"/operations/people/{amara.pk}/" in page(client, "/operations/?person=kolli")
    assert "Nobody of that name" in page(client, "/operations/?person=nobody-here")
    told = page(client, f"/operations/people/{amara.pk}/")
    assert "comments" in told
    assert "secret words" not in told


def test_a_given_up_mail_is_tried_again_once_however_often_it_is_pressed(sign_in, lead, amara):
    dead = put(amara, state="dead")
    Suppression.objects.create(address=amara.email, reason="-", since=clock.now())
    client, url = sign_in(lead), f"/operations/mails/{dead.pk}/"
    assert "Try again" in page(client, url)
    first = client.post(url, {"do": "retry"}, follow=True).content.decode()
    assert "sent again at once" in first
    assert "moved on meanwhile" in client.post(url, {"do": "retry"}, follow=True).content.decode()
    dead.refresh_from_db()
    assert dead.state == "queued"
    assert not Suppression.objects.exists()


def test_a_waiting_mail_is_taken_back_and_says_by_whom(sign_in, lead, amara):
    waiting = put(amara)
    client, url = sign_in(lead), f"/operations/mails/{waiting.pk}/"
    client.post(url, {"do": "cancel"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("cancelled", "taken back by hand")
    assert (waiting.taken_back_by, waiting.context) == (lead, {})
    assert "taken back by hand, Grace Weah" in strip_tags(page(client, url))


def test_why_a_mail_ended_is_said_in_the_readers_language(sign_in, lead, amara):
    ended = put(amara, state="cancelled")
    Message.objects.update(reason="no longer owed")
    lead.language = "fr"
    lead.save(update_fields=["language"])
    assert "n’est plus à envoyer" in page(sign_in(lead), f"/operations/mails/{ended.pk}/")


def test_a_sent_mail_can_be_neither_tried_again_nor_taken_back(sign_in, lead, amara):
    sent = put(amara, state="sent")
    client, url = sign_in(lead), f"/operations/mails/{sent.pk}/"
    assert 'name="do"' not in page(client, url)
    for what in ("retry", "cancel", "nonsense"):
        client.post(url, {"do": what})
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_a_program_lead_sees_their_own_people_and_no_sign_in_mails(sign_in, lead, amara):
    stranger = make_member(make_team(make_cohort(make_program(make_user()))))
    theirs, code = put(stranger, state="dead"), put(amara, "account", state="dead")
    client = sign_in(lead)
    told = page(client)
    assert str(stranger.email) not in told
    assert f"/operations/mails/{code.pk}/" not in told
    for url in (
        f"/operations/people/{stranger.pk}/",
        f"/operations/mails/{theirs.pk}/",
        f"/operations/mails/{code.pk}/",
    ):
        assert client.get(url).status_code == 404
        assert client.post(url).status_code in {404, 405}
    admin = sign_in(make_user(is_admin=True))
    assert f"/operations/mails/{code.pk}/" in page(admin)
    assert f"/operations/mails/{theirs.pk}/" in page(admin)


def test_who_leads_nothing_finds_no_such_page(sign_in, amara):
    assert sign_in(amara).get("/operations/").status_code == 404


def test_program_leads_are_told_on_their_start_page_that_mails_do_not_go(sign_in, lead, amara):
    client = sign_in(lead)
    assert "no worker has looked" in page(client, "/")
    from outbox import ticking

    for name in ticking.parts():
        Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": clock.now()})
    assert "Mails " not in page(client, "/")
    hold.hold(words="a test", now=clock.now())
    assert "Mails are on hold" in page(client, "/")
    assert "Mails are on hold" not in page(sign_in(amara), "/")


def test_kinds_outcomes_and_languages_are_words_of_the_readers_language(sign_in, lead, amara):
    dead = put(amara, "check-in coach", state="dead")
    told = {"claim": "0" * 32, "started_at": clock.now(), "finished_at": clock.now()}
    Attempt.objects.create(message=dead, n=1, outcome="temporary", **told)
    Message.objects.update(language="fr")
    client, url = sign_in(lead), f"/operations/mails/{dead.pk}/"
    english = page(client, url)
    for words in ("A silent team, to its coach", "refused for now", "given up", "French"):
        assert words in english
    assert "check-in coach" not in english.replace(dead.key, "")
    type(lead).objects.filter(pk=lead.pk).update(language="es")
    assert "francés" in page(client, url).lower()


def test_every_kind_of_mail_has_a_name_for_people():
    from outbox import kinds

    assert len(kinds._kinds) > 20
    assert [kind.name for kind in kinds._kinds.values() if not kind.label] == []
