"""A whole installation, its mail and a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.mailbox import Mailbox
from tests.e2e.people import CHROMIUM, Office
from tests.e2e.watch import Watch
from tests.installation import Installation
from tests.outbox.sink import Sink
from tests.servers import own_servers
from tests.tables import make_tables


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each module in one process: its tests share an installation and what happened in it."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the report of a failed test say what everybody saw last."""
    report = yield
    if report.failed and item.get_closest_marker("browser"):
        for office in Office.open:
            report.sections += [("A screen", visitor.tells()) for visitor in office.visitors]
    return report


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium. Ends with its module: its event loop would be in Django's way."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def found(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Office]]:
    """`found(**env)` starts an installation with an empty database: web, worker, beat."""
    with ExitStack() as stack:

        def start(**env: str) -> Office:
            sink = Sink()
            stack.callback(sink.close)
            env |= stack.enter_context(own_servers())
            env |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(sink.port), "SMTP_TLS": "none"}
            env["STATIC_ROOT"] = str(Path(settings.STATIC_ROOT))
            installation = Installation(tmp_path_factory.mktemp("installation"), **env)
            stack.callback(installation.stop)
            make_tables(installation)
            for part in ("web", "worker", "beat"):
                installation.start(part, part)
            installation.wait_for_web()
            office = Office(chromium, installation, Mailbox(sink), Watch())
            stack.callback(office.close)
            return office

        yield start


@pytest.fixture(scope="module")
def office(found: Callable[..., Office]) -> Office:
    """An installation that the tests of a module share."""
    return found()
