"""What a program lead posts, and the mail that comes of it."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import time_machine
from django.test import Client
from django.urls import reverse

from cohorts.models import Cohort, Membership, Program, Team
from outbox import delivery
from outbox.models import Message
from tests.factories import NOON

CONFIRM = reverse("account_confirm_login_code")


def post_cohort(client: Client, program: Program, *, now: datetime = NOON, **typed: Any):
    """Fill in the form of a new cohort, at `now`: its week must not be over."""
    fields = {
        "form_id": str(uuid4()),
        "name": "Nairobi 2027",
        "starts_on": "2027-03-01",
        "venue": "Kenya School of Government",
        "time_zone": "Africa/Nairobi",
    }
    with time_machine.travel(now, tick=False):
        return client.post(reverse("cohort_new", args=[program.pk]), fields | typed)


def post_team(client: Client, cohort: Cohort, **typed: Any):
    fields = {
        "form_id": str(uuid4()),
        "name": "Liberia",
        "country": "Liberia",
        "challenge": "Civil servants are paid on time.",
        "sector": "Civil service",
        "language": "en",
        "time_zone": "Africa/Monrovia",
        "lead": "Comfort Toe <comfort@example.org>",
        "members": "Emmanuel Gbowee <emmanuel@example.org>\nfatu@example.org",
        "coach_email": "coach@example.org",
    }
    return client.post(reverse("team_new", args=[cohort.pk]), fields | typed)


def post_setup(client: Client, team: Team, do: str, **typed: Any):
    return client.post(reverse("team_setup", args=[team.cohort_id, team.pk]), {"do": do} | typed)


def invite(client: Client, team: Team, members: str):
    return post_setup(client, team, "invite", members=members)


def membership(address: str, team: Team | None = None) -> Membership:
    found = Membership.objects.select_related("user", "team").filter(user__email=address)
    return (found.filter(team=team) if team else found).get()


def mails_to(address: str) -> list[EmailMessage]:
    """The invitations that wait for someone, as they would be sent, oldest first."""
    return letters(address, "invitation")


def letters(address: str, *kinds: str) -> list[EmailMessage]:
    """The mails of these kinds that wait for someone, as they would be sent, oldest first."""
    waiting = Message.objects.filter(address=address, kind__in=kinds).order_by("pk")
    return [
        email.message_from_bytes(delivery.compose(message)[1], policy=email.policy.default)  # type: ignore[misc]
        for message in waiting
    ]


def words_of(mail: EmailMessage) -> str:
    part = mail.get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())


def link_to(address: str, which: int = -1) -> str:
    """The path of the link in an invitation: the latest, if not told otherwise."""
    found = re.search(r"/i/[\w-]+/", words_of(mails_to(address)[which]))
    assert found
    return found[0]


def code_for(address: str) -> str:
    mail = Message.objects.filter(address=address, kind="account").latest("pk")
    found = re.search(r"^\s*([A-Z0-9]{4}-?[A-Z0-9]{2,4})\s*$", mail.context["text"], re.M)
    assert found
    return found[1]


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """What a form of the page sends along without being asked."""
    form = page[page.index(f'action="{action}"') :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', form))


def come_in(client: Client, link: str, address: str = ""):
    """Open the link, press its button, type the code: where one lands. `address`: of someone else
    than the link's person, put into its form by hand."""
    login = reverse("account_login")
    fields = hidden_fields(client.get(link).content.decode(), login)
    fields["login"] = address or fields["login"]
    page = client.post(login, fields, follow=True).content.decode()
    code = {"code": code_for(fields["login"])}
    return client.post(CONFIRM, hidden_fields(page, CONFIRM) | code, follow=True)
