"""A link in a mail opens one thing, for one person, until it is over."""

import hashlib

import pytest

from outbox import links
from outbox.links import Trouble
from outbox.models import LinkToken
from tests.factories import make_user
from tests.outbox.conftest import DAY, NOW

pytestmark = pytest.mark.django_db


def issue(**fields) -> str:
    fields = {"purpose": "check-in", "key": "checkin/1/2/opens", "about": 1} | fields
    fields = {"now": NOW, "expires_at": NOW + DAY} | fields
    return links.issue(fields.pop("purpose"), fields.pop("key"), **fields)


def test_a_link_opens_what_it_was_made_for():
    person = make_user()
    token = issue(person=person)
    link = links.find("check-in", token, NOW)
    assert isinstance(link, LinkToken)
    assert (link.about, link.person) == (1, person)
    assert len(token) == links.LENGTH == 22


def test_a_mail_composed_again_holds_the_same_link():
    assert issue() == issue()
    assert LinkToken.objects.count() == 1
    assert len({issue(), issue(key="checkin/1/3/opens"), issue(purpose="opt-out")}) == 3


def test_whoever_reads_the_database_cannot_use_a_link():
    token = issue()
    stored = LinkToken.objects.values().get()
    assert token not in str(stored)
    assert stored["sha256"] == hashlib.sha256(token.encode()).hexdigest()


def test_links_of_another_installation_are_other_links(settings):
    first = issue()
    settings.SECRET_KEY = "another-secret-that-is-long-enough-for-a-test-0123456789"
    assert issue() != first
    assert isinstance(links.find("check-in", first, NOW), LinkToken)


@pytest.mark.parametrize("altered", ["", "x", "é", "\x00", "a" * 5000, "A" * 22])
def test_an_altered_link_opens_nothing(altered):
    token = issue()
    assert links.find("check-in", altered, NOW) == Trouble.UNKNOWN
    assert links.find("check-in", token[:-1] + altered, NOW) == Trouble.UNKNOWN
    assert links.find("check-in", token.swapcase(), NOW) == Trouble.UNKNOWN


def test_a_link_does_not_open_another_door():
    assert links.find("opt-out", issue(), NOW) == Trouble.UNKNOWN


def test_an_expired_link_says_so():
    token = issue()
    assert isinstance(links.find("check-in", token, NOW + DAY * 0.99), LinkToken)
    assert links.find("check-in", token, NOW + DAY) == Trouble.EXPIRED


def test_a_link_without_an_end_stays_open():
    token = issue(expires_at=None)
    assert isinstance(links.find("check-in", token, NOW + 4000 * DAY), LinkToken)


def test_a_revoked_link_says_so_and_composing_its_mail_again_does_not_open_it():
    person = make_user()
    token, other = issue(person=person), issue(key="checkin/2/2/opens", about=2, person=person)
    assert links.revoke("check-in", about=1, now=NOW) == 1
    issue(person=person)
    assert links.find("check-in", token, NOW) == Trouble.REVOKED
    assert isinstance(links.find("check-in", other, NOW), LinkToken)
    assert links.revoke("check-in", person=person, now=NOW) == 1
    assert links.find("check-in", other, NOW) == Trouble.REVOKED
