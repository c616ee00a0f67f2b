"""Who is in a team: inviting more, making a lead, taking someone out; and who facilitates."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import User
from actionplans.models import DailySheet, Edit, SheetRow
from actionplans.rows import create_row
from cohorts.models import Membership, Person, Team
from outbox.models import Message
from tests.cohorts.setting_up import invite, membership, post_setup
from tests.factories import NOON, make_cohort, make_member, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(cohort) -> Team:
    return make_team(cohort, name="Liberia")


def test_the_same_address_twice_in_one_paste_is_one_person_and_one_mail(client, team) -> None:
    invite(client, team, "amara@example.org\nAmara Kollie <AMARA@example.org>")
    assert membership("amara@example.org").user.name == "Amara Kollie"
    assert Message.objects.filter(kind="invitation").count() == 1


def test_who_is_in_the_team_already_is_said_to_be_and_gets_no_mail(client, team) -> None:
    make_member(team, make_user("Amara", email="amara@example.org"))
    answer = invite(client, team, "amara@example.org\nmoses@example.org")
    page = client.get(answer.url).content.decode()
    assert "amara@example.org is in the team already." in page
    assert "moses@example.org is invited." in page
    assert list(Message.objects.values_list("address", flat=True)) == ["moses@example.org"]


def test_posted_twice_the_invitation_goes_once(client, team) -> None:
    for _ in range(2):
        invite(client, team, "amara@example.org")
    assert Message.objects.count() == 1


def test_a_list_with_one_bad_line_invites_nobody_and_keeps_the_list(client, team) -> None:
    typed = "amara@example.org\nMoses of nowhere\n\u202eسعاد 🌍 <souad@example.org>"
    answer = invite(client, team, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 2, “\u2068Moses of nowhere\u2069”: there is no e-mail address." in page
    assert all(line in page for line in ("amara@example.org", "سعاد 🌍 &lt;souad@example.org&gt;"))
    assert not Membership.objects.exists()
    assert not Message.objects.exists()


def test_an_empty_list_is_asked_for(client, team) -> None:
    answer = invite(client, team, " \n \u200f")
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()


def test_capitals_marks_and_a_name_with_an_emoji(client, team) -> None:
    invite(client, team, "\u202aHon. Amara 🌍\u202c <\u200eAMARA@EXAMPLE.ORG\u200f>")
    user = User.objects.get(email="amara@example.org")
    assert user.name == "Hon. Amara 🌍"
    assert Person.objects.get(team=team, user=user).name == "Hon. Amara 🌍"


def test_two_people_of_one_name_are_told_apart(client, team) -> None:
    invite(client, team, "Amara Kollie <a@example.org>\nAmara Kollie <b@example.org>")
    names = Person.objects.filter(team=team).order_by("pk").values_list("name", flat=True)
    assert list(names) == ["Amara Kollie", "Amara Kollie (b@example.org)"]


@pytest.mark.parametrize(("before", "after"), [("member", "lead"), ("lead", "member")])
def test_a_role_changes_with_a_press(client, team, before, after) -> None:
    amara = make_member(team, role=before)
    post_setup(client, team, after, membership=membership(amara.email).pk)
    assert membership(amara.email).role == after


def test_someone_taken_out_leaves_what_they_wrote_and_their_name(client, team, sign_in) -> None:
    hawa = make_member(team, make_user("Hawa Dolo"))
    make_member(team, role="lead")
    sheet = DailySheet.objects.create(team=team, day=team.cohort.starts_on)
    row = create_row(
        sheet,
        table="sheetrow",
        edit_id=uuid4(),
        initial={"action": "Count them", "by_whom": "Hawa Dolo"},
        by=hawa,
        now=NOON,
    )
    answer = post_setup(client, team, "remove", membership=membership(hawa.email).pk)
    page = client.get(answer.url).content.decode()
    assert "Hawa Dolo is no longer in the team." in page
    assert page.count("Hawa Dolo") == 1
    assert SheetRow.objects.get(pk=row.pk).action == "Count them"
    assert [p.name for p in row.by_whom.all()] == ["Hawa Dolo"]
    assert Edit.objects.filter(actor=hawa).exists()
    assert User.objects.filter(pk=hawa.pk).exists()
    assert sign_in(hawa).get(team.get_absolute_url()).status_code == 404


def test_the_last_lead_can_be_taken_out_and_the_gap_is_named(client, team) -> None:
    lead = make_member(team, role="lead")
    make_member(team)
    post_setup(client, team, "remove", membership=membership(lead.email).pk)
    page = client.get(team.cohort.get_absolute_url()).content.decode()
    assert "Liberia has no lead, so nobody can sign off." in page


@pytest.mark.parametrize("do", ["resend", "lead", "remove", "", "nonsense"])
@pytest.mark.parametrize("chosen", ["", "x", "-1", "9" * 30, "٣", "999999"])
def test_a_person_who_is_not_there_cannot_be_changed(client, team, do, chosen) -> None:
    assert post_setup(client, team, do, membership=chosen).status_code == 404


def test_a_person_of_another_team_cannot_be_changed_from_here(client, team) -> None:
    other = make_member(make_team(team.cohort))
    chosen = membership(other.email).pk
    assert post_setup(client, team, "remove", membership=chosen).status_code == 404
    assert membership(other.email)


def test_a_team_of_another_cohort_is_not_found_under_this_one(client, team) -> None:
    other = make_team(make_cohort(team.cohort.program))
    assert client.get(f"/cohorts/{team.cohort_id}/teams/{other.pk}/").status_code == 404


def test_a_facilitator_is_named_seen_and_taken_out(client, cohort, sign_in) -> None:
    url = reverse("cohort_staff", args=[cohort.pk])
    assert "Nobody is named yet." in client.get(url).content.decode()
    for _ in range(2):
        client.post(url, {"email": "Tomas@Example.org", "name": "Tomás Rivera"})
    tomas = User.objects.get(email="tomas@example.org")
    page = client.get(url).content.decode()
    assert page.count("Tomás Rivera") == 1
    assert "Facilitators:" in client.get(cohort.get_absolute_url()).content.decode()
    assert sign_in(tomas).get(cohort.get_absolute_url()).status_code == 200
    client.post(url, {"remove": "tomas@example.org"})
    assert "Nobody is named yet." in client.get(url).content.decode()
    assert sign_in(tomas).get(cohort.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("typed", ["", "tomas", "x" * 300 + "@example.org", "🌍@example.org"])
def test_an_address_that_is_none_is_refused_and_kept(client, cohort, typed) -> None:
    url = reverse("cohort_staff", args=[cohort.pk])
    answer = client.post(url, {"email": typed, "name": "Tomás Rivera"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Tomás Rivera"' in page
    assert not typed or f'value="{typed}"' in page
    assert not cohort.facilitators.exists()


def test_a_facilitator_may_set_up_teams_but_not_name_others(cohort, team, sign_in) -> None:
    tomas = make_user()
    cohort.facilitators.add(tomas)
    browser = sign_in(tomas)
    assert invite(browser, team, "amara@example.org").status_code == 302
    assert browser.get(reverse("cohort_staff", args=[cohort.pk])).status_code == 404
