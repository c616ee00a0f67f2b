"""After yesterday's backup came back: nothing goes twice, and the links that went still open."""

import time_machine
from django.core.management import call_command

from outbox import ticking
from outbox.models import Engine, Message
from tests.followups.conftest import World, day
from tests.outbox import restoring


def test_what_went_after_the_backup_goes_no_more_and_its_links_still_open(
    transactional_db, year: World, client
):
    ticking.tick(year.clock)
    restoring.back_up()
    try:
        year.live_until(day(0))
        restoring.restore()
    finally:
        restoring.forget()
    link, taken = year.link(), len(year.sink.taken)
    with time_machine.travel(day(0), tick=False):
        ticking.tick(day(0))
        assert Engine.objects.get().held_because == Engine.Why.RESTORED
        assert client.get(link).status_code == 404
        call_command("followups", "resume", "--as-sent", verbosity=0)
        ticking.tick(day(0))
        assert len(year.sink.taken) == taken
        assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}
        assert client.get(link).status_code == 303
