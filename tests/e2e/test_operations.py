"""The program lead looks whether the mails go out, and mends one that did not."""

from __future__ import annotations

import pytest

from tests.e2e.people import Office

pytestmark = pytest.mark.browser

# Two mails to Kenya's lead: one was given up, one waits for its hour.
STUCK = """
from datetime import timedelta
from coalitions import clock
from accounts.models import User
from outbox.models import Attempt, Message
from outbox.queueing import queue
person, now = User.objects.get(email="kenya.lead@demo.example"), clock.now()
told = dict(person=person, address=person.email, language="fr", expires_at=now + timedelta(days=3))
for key, kind in (("x/1", "comments"), ("x/2", "announcement")):
    queue(kind, key, now=now, not_before=now + timedelta(hours=6), **told)
dead = Message.objects.filter(key="x/1")
dead.update(state="dead", error="452 4.2.2 The mailbox is full, and so is the one beside it")
for n, outcome in enumerate(("temporary", "ok", "unknown"), start=1):
    Attempt.objects.create(message=dead.get(), n=n, claim="0" * 32, started_at=now, finished_at=now,
                           handed_over_at=now, outcome=outcome, smtp_code=452, error="4.2.2 full")
print(dead.get().pk, Message.objects.get(key="x/2").pk)
"""


def test_a_program_lead_tries_one_mail_again_and_takes_another_back(office: Office) -> None:
    manage = office.installation.manage
    manage("load_demo")
    given_up, waits = manage("shell", "-v", "0", "-c", STUCK).split()[-2:]
    lead = office.visitor("lead@demo.example")
    lead.sign_in()
    lead.follow("Do the mails go out?")
    lead.sees("Did not go, and still may")
    lead.look()
    lead.follow("New comments")
    lead.sees("refused for now")
    lead.look()
    lead.press("Try again")
    lead.sees("It is sent again at once.")
    lead.open(f"/operations/mails/{waits}/")
    lead.sees("Announcement")
    lead.press("Take back")
    lead.sees("It is taken back and does not go out.")
    lead.look()
    lead.open("/operations/?person=kenya.lead")
    lead.look()
    lead.open(f"/operations/mails/{given_up}/")
    lead.page.get_by_role("main").get_by_role("link", name="Eng. Peter").click()
    lead.sees("Mails, the latest first")
    lead.look()
    office.watch.verdict()
