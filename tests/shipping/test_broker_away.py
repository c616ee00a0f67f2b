"""Redis goes away, or stays silent: pages do not wait for it, and the next tick sends."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain

import pytest
from django.conf import settings

from tests.installation import Installation, wait_until
from tests.outbox.sink import Sink
from tests.servers import Server, own_servers, redis
from tests.shipping.raw import ask
from tests.tables import make_tables

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
# Who asks for a code, by test: a code may be asked for only so often.
PEOPLE = {
    test: [f"{test}-{n}@example.org" for n in range(6)] for test in ("refused", "silent", "workers")
}
MAKE_PEOPLE = (
    "from accounts.models import User\n"
    f"for email in {list(chain(*PEOPLE.values()))}: User.objects.create_user(email)"
)
# Seconds within which a page answers whatever the broker does.
QUICKLY = 1.0
# What beat writes when it ticks, and when it gives up a tick after some ten seconds.
TICKED = "Sending due task"
MISSED = "Couldn't apply scheduled task"


@dataclass
class House:
    """An installation with a Redis of its own that can be hurt, and its mail."""

    installation: Installation
    broker: Server
    sink: Sink

    def ask_for_a_code(self, email: str) -> float:
        """Sign in as far as the code, which rings the bell; the seconds the answer took."""
        port = self.installation.port
        form = ask(port, "/accounts/login/")
        token = TOKEN.search(form.text)
        assert token
        fields = {"csrfmiddlewaretoken": token[1], "login": email}
        began = time.monotonic()
        answer = ask(port, "/accounts/login/", fields, Cookie=form.cookies[0].split(";")[0])
        assert answer.status == 302
        return time.monotonic() - began

    def has_mail(self, email: str) -> bool:
        return email in [taken.to for taken in self.sink.taken]

    def stop(self) -> None:
        """Connections to Redis are refused."""
        self.broker.stop()

    def start(self) -> None:
        self.broker.start()

    def signal_broker(self, number: signal.Signals) -> None:
        assert self.broker.process
        self.broker.process.send_signal(number)

    def silence(self) -> None:
        """Redis accepts connections and never answers."""
        self.signal_broker(signal.SIGSTOP)

    def wake(self) -> None:
        self.signal_broker(signal.SIGCONT)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with ExitStack() as stack:
        broker = stack.enter_context(redis())
        sink = Sink()
        stack.callback(sink.close)
        env = stack.enter_context(own_servers())
        env |= {"REDIS_URL": broker.url, "STATIC_ROOT": str(settings.STATIC_ROOT)}
        env |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(sink.port), "SMTP_TLS": "none"}
        own = Installation(tmp_path_factory.mktemp("broker-away"), **env)
        stack.callback(own.stop)
        make_tables(own)
        own.manage("shell", "--no-imports", "--command", MAKE_PEOPLE)
        yield House(own, broker, sink)


@pytest.fixture
def house(installed: House) -> Iterator[House]:
    """Everything is well, and nobody has been mailed; the web server has heard of no trouble."""
    installed.sink.taken.clear()
    installed.installation.start("web", "web")
    installed.installation.wait_for_web()
    yield installed
    installed.installation.stop()


FAULTS: dict[str, tuple[Callable[[House], None], Callable[[House], None]]] = {
    "refused": (House.stop, House.start),
    "silent": (House.silence, House.wake),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_pages_do_not_wait_and_the_next_tick_sends(house: House, fault: str) -> None:
    hurt, mend = FAULTS[fault]
    hurt(house)
    try:
        waits = [house.ask_for_a_code(email) for email in PEOPLE[fault][:4]]
        assert max(waits) < QUICKLY, waits
        assert house.sink.taken == []
        house.installation.manage("tick")
        assert all(house.has_mail(email) for email in PEOPLE[fault][:4])
    finally:
        mend(house)


@pytest.mark.parametrize("fault", FAULTS)
def test_workers_and_beat_come_back_by_themselves(house: House, fault: str) -> None:
    hurt, mend = FAULTS[fault]
    people = PEOPLE["workers"]
    before, during, after = people[:3] if fault == "refused" else people[3:]
    house.installation.start("worker", "worker")
    house.installation.start(f"beat-{fault}", "beat")
    log = house.installation.log / f"beat-{fault}.log"
    house.ask_for_a_code(before)
    wait_until(lambda: house.has_mail(before), "the first mail")
    wait_until(lambda: TICKED in log.read_text(), f"beat to tick (see {log})")
    hurt(house)
    try:
        assert house.ask_for_a_code(during) < QUICKLY
        wait_until(lambda: MISSED in log.read_text(), f"beat to miss its broker (see {log})")
    finally:
        mend(house)
    # A worker that held a tick in its hand when the broker fell may have sent this one already;
    # the next one only workers that came back can send.
    wait_until(lambda: house.has_mail(during), "the mail that waited")
    house.ask_for_a_code(after)
    wait_until(lambda: house.has_mail(after), "the mail after the fault")
