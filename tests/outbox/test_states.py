"""Between the states of a mail there are only the moves of the protocol."""

from itertools import product
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from outbox.models import Message
from outbox.states import IllegalMoveError, State, transition
from tests.outbox.conftest import put

pytestmark = pytest.mark.django_db

ALLOWED = {
    ("queued", "claimed"),
    ("queued", "cancelled"),
    ("queued", "expired"),
    ("queued", "suppressed"),
    ("claimed", "sent"),
    ("claimed", "queued"),
    ("claimed", "failed"),
    ("claimed", "unknown"),
    ("claimed", "dead"),
    ("claimed", "cancelled"),
    ("claimed", "expired"),
    ("claimed", "suppressed"),
    ("unknown", "queued"),
    ("unknown", "dead"),
    ("dead", "queued"),
    ("failed", "queued"),
}
CLAIM = uuid4()


def in_state(state: str) -> Message:
    message = put(context={"code": "493 211"})
    claim = CLAIM if state == "claimed" else None
    Message.objects.filter(pk=message.pk).update(state=state, claim=claim)
    message.refresh_from_db()
    return message


@pytest.mark.parametrize(("before", "after"), list(product(State.values, State.values)))
def test_only_the_moves_of_the_protocol_are_possible(before, after):
    message = in_state(before)
    changes = {"claim": CLAIM} if after == "claimed" else {}
    if (before, after) in ALLOWED:
        assert transition(message, after, **changes)
        assert Message.objects.get(pk=message.pk).state == after
        # The row has moved on: the same move again finds nothing.
        assert not transition(message, after, **changes)
    else:
        with pytest.raises(IllegalMoveError):
            transition(message, after)
        message.refresh_from_db()
        assert message.state == before


def test_another_workers_claim_is_not_ours():
    message = in_state("claimed")
    Message.objects.filter(pk=message.pk).update(claim=uuid4())
    assert not transition(message, State.SENT)


@pytest.mark.parametrize("state", ["sent", "cancelled", "expired", "suppressed"])
def test_where_no_way_leads_back_the_context_is_forgotten(state):
    message = in_state("claimed")
    assert transition(message, state)
    message.refresh_from_db()
    assert message.context == {}


@pytest.mark.parametrize(
    "wrong", [{"state": "claimed"}, {"claim": uuid4()}, {"state": "on its way"}]
)
def test_the_database_refuses_what_the_protocol_does_not_know(wrong):
    message = in_state("queued")
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**wrong)
