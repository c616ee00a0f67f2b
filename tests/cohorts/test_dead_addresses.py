"""An address that takes no mail is shown to who can correct it, and is corrected safely."""

from __future__ import annotations

from typing import Any

import pytest

from cohorts.models import Membership
from outbox.models import Message, Suppression
from outbox.verdicts import suppressed_among
from tests.factories import NOON, make_cohort, make_member, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def easy(settings: Any) -> None:
    settings.MFA_REQUIRED = False
    settings.DOORBELL = False


@pytest.fixture
def team() -> Any:
    cohort = make_cohort(state="follow_up")
    cohort.facilitators.add(make_user("Nia"))
    return make_team(cohort)


@pytest.fixture
def amara(team) -> Any:
    """A member who has joined, and whose mailbox is gone."""
    user = make_member(team, make_user("Amara Kollie"))
    Suppression.objects.create(address=user.email, why="bounced", reason="5.1.1", since=NOON)
    return user


def url(team: Any) -> str:
    return f"/teams/{team.pk}/addresses/"


def test_lead_and_facilitator_see_on_the_teams_page_whom_mail_does_not_reach(sign_in, team, amara):
    lead = make_member(team, role="lead")
    for reader in (lead, team.cohort.facilitators.get()):
        client = sign_in(reader)
        assert url(team) in client.get(f"/teams/{team.pk}/").content.decode()
        told = client.get(url(team)).content.decode()
        assert amara.email in told
        assert "mail to it came back" in told
    assert url(team) in client.get(f"/cohorts/{team.cohort_id}/follow-up/").content.decode()
    other = sign_in(make_member(team))
    assert url(team) not in other.get(f"/teams/{team.pk}/").content.decode()
    assert other.get(url(team)).status_code == 404


def test_a_corrected_address_is_invited_and_opens_no_old_account(sign_in, team, amara):
    membership = Membership.objects.get(user=amara)
    told = {"membership": membership.pk, "email": "amara@right.example", "do": "correct"}
    answer = sign_in(make_member(team, role="lead")).post(url(team), told, follow=True)
    assert "An invitation goes to" in answer.content.decode()
    membership.refresh_from_db()
    assert membership.user != amara
    assert membership.user.email == "amara@right.example"
    assert membership.joined_at is None
    assert Message.objects.get().address == "amara@right.example"
    amara.refresh_from_db()
    assert amara.email != "amara@right.example"


def test_the_address_of_someone_whom_mail_reaches_is_theirs_alone(sign_in, team, amara):
    well = Membership.objects.get(user=make_member(team))
    told = {"membership": well.pk, "email": "thief@example.org", "do": "correct"}
    assert sign_in(make_member(team, role="lead")).post(url(team), told).status_code == 404
    assert not Message.objects.exists()


def test_a_wrong_correction_keeps_what_was_typed_and_says_why(sign_in, team, amara):
    lead = make_member(team, role="lead")
    membership = Membership.objects.get(user=amara)
    for typed, why in (("no address", "e-mail"), (lead.email, "in the team already")):
        told = {"membership": membership.pk, "email": typed, "do": "correct"}
        answer = sign_in(lead).post(url(team), told)
        assert answer.status_code == 422
        assert typed in answer.content.decode()
        assert why in answer.content.decode()
    membership.refresh_from_db()
    assert membership.user == amara


def test_an_address_that_is_right_can_be_tried_again(sign_in, team, amara):
    membership = Membership.objects.get(user=amara)
    client = sign_in(make_member(team, role="lead"))
    client.post(url(team), {"membership": membership.pk, "do": "try"})
    assert not suppressed_among([amara.email])
    assert "reaches everyone" in client.get(url(team)).content.decode()
