"""A case with its reading, slides, and a role card that opens at its time, on a phone."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.people import Office, Visitor
from tests.materials.conftest import PDF, PNG
from tests.materials.conftest import office as document

pytestmark = pytest.mark.browser

# Ten to three and a quarter past three in the afternoon of the second day in Nairobi.
BEFORE = datetime(2031, 1, 14, 11, 50, tzinfo=UTC)
DURING = datetime(2031, 1, 14, 12, 20, tzinfo=UTC)
# More than the buffers on the way to a reader hold.
SIZE = 12_000_000
ROSTER = "Team\tCountry\tE-mail\tName\tChallenge\nLiberia\tLiberia\tamara@example.org\tAmara\tPay."


def a_cohort(office: Office) -> Visitor:
    office.set_clock(BEFORE)
    office.installation.manage("make_program", "Leading", "--lead", "Grace <grace@example.org>")
    grace = office.visitor("grace@example.org")
    grace.sign_in()
    grace.follow("Leading", again=False)
    grace.follow("New cohort", again=False)
    grace.fill(name="January", starts_on="2031-01-13", venue="x", time_zone="Africa/Nairobi")
    grace.press("Make the cohort")
    grace.follow("Bring in a roster", again=False)
    grace.fill(pasted=ROSTER)
    grace.press("Look at it")
    grace.press("Bring in 1 person")
    grace.sees("1 person is brought in.")
    return grace


def bring(grace: Visitor, folder: Path) -> None:
    """Files, one of which is not what it says, and a reading, in their order."""
    grace.follow("Agenda", again=False)
    grace.follow("Case: power for informal settlements")
    grace.follow("Add and order materials")
    names = {
        "slides.pdf": PDF.ljust(SIZE),
        "fake.png": PDF,
        "handout.docx": document("docx"),
        "map.png": PNG,
    }
    for name, content in names.items():
        (folder / name).write_bytes(content)
    files = grace.page.get_by_label("Files")
    with grace.office.watch.expecting("status of 422"):
        files.set_input_files([folder / "slides.pdf", folder / "fake.png"])
        grace.press("Add")
        grace.sees("is not what its name says")
        grace.look()
    files.set_input_files([folder / name for name in ("slides.pdf", "handout.docx", "map.png")])
    grace.press("Add")
    grace.sees("3 things are added.")
    grace.page.get_by_label("to read before").check()
    grace.fill(title="Kibandani wants light", text="It has no meter.\n\nWho loses?")
    grace.press("Add")
    grace.sees("1 thing is added.")
    grace.press("Move “handout” up")
    grace.press("Take off “map”")
    grace.sees("For 30 days it can come back, below.")
    grace.press("Bring back “map”")
    grace.sees("is back.")
    grace.look()
    grace.follow("handout")
    grace.fill(title="Handout of the day")
    grace.press("Save")
    grace.sees("Handout of the day")


def agenda_of(grace: Visitor) -> str:
    return grace.page.url.partition("/agenda/")[0] + "/agenda/"


def hand_out(grace: Visitor) -> str:
    """A role card for Amara, in the role-play that begins at a quarter past three."""
    grace.open(agenda_of(grace))
    grace.follow("The listening interview")
    grace.follow("Role cards")
    grace.fill(title="The one who asks", text="Ask, and be silent.")
    grace.page.get_by_role("checkbox", name="Amara").check()
    grace.press("Write the card")
    grace.sees("opens on Tuesday 14 January, 15:15 at the venue")
    grace.sees("not opened")
    grace.look()
    return grace.page.url


def readers_on_slow_lines_keep_nobody_waiting(amara: Visitor) -> None:
    """Twice as many as the web server has threads ask for the slides and then read nothing."""
    path = amara.page.get_by_role("link", name="PDF").get_attribute("href")
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in amara.context.cookies())
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(8):
            reader = stack.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.settimeout(10)
            reader.connect(("127.0.0.1", amara.office.installation.port))
            reader.sendall(asked.encode())
            assert reader.recv(15) == b"HTTP/1.1 200 OK"
        amara.page.reload()
        amara.sees("Who loses?")


def test_a_session_has_what_it_needs_and_a_role_opens_at_its_time(
    found: Callable[..., Office], tmp_path: Path
) -> None:
    office = found()
    grace = a_cohort(office)
    bring(grace, tmp_path)
    cards = hand_out(grace)

    amara = office.visitor("amara@example.org", phone=True, zone="Africa/Nairobi")
    amara.come_in()
    amara.open(agenda_of(grace))
    amara.look()
    amara.follow("Case: power for informal settlements", again=False)
    amara.sees("Who loses?")
    amara.look()
    with amara.page.expect_download() as download:
        amara.page.get_by_role("link", name="DOCX").click()
    assert download.value.suggested_filename == "handout.docx"
    assert Path(download.value.path()).read_bytes() == (tmp_path / "handout.docx").read_bytes()
    readers_on_slow_lines_keep_nobody_waiting(amara)

    amara.follow("To the agenda", again=False)
    amara.follow("The listening interview", again=False)
    amara.sees("A role card waits for you")
    amara.look()
    amara.follow("A role card waits for you")
    amara.sees("This card opens on Tuesday 14 January, 15:15")
    office.set_clock(DURING)
    amara.page.reload()
    amara.sees("look round before you open it")
    amara.look()
    # By keyboard, as everything.
    amara.page.get_by_role("button", name="Open my card").press("Enter")
    amara.sees("Ask, and be silent.")
    amara.look()
    grace.open(cards)
    grace.sees("opened 14 Jan, 15:20")
    office.watch.verdict()
