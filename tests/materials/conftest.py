"""A cohort in its week with a role-play, those who are concerned, and files people bring."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cohorts.models import Cohort, Session, Team
from materials.models import Material, RoleCard, private_files
from tests.factories import (
    make_cohort,
    make_member,
    make_program,
    make_session,
    make_team,
    make_user,
)

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 40
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 40
PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def office(ending: str, *more: str) -> bytes:
    """The smallest container of that kind."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as container:
        for name in ("[Content_Types].xml", PARTS[ending], *more):
            container.writestr(name, "<x/>")
    return content.getvalue()


def file(name: str = "slides.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@dataclass
class World:
    """A role-play from nine to ten in Washington on Monday 1 June 2026, and a browser for each."""

    cohort: Cohort
    session: Session
    team: Team
    facilitator: User
    program_lead: User
    coach: User
    amara: User
    boima: User
    sign_in: Callable[[User], Client]
    browsers: dict[User, Client] = field(default_factory=dict)

    def browser(self, who: User) -> Client:
        """Everybody has one browser, which remembers what it was told."""
        if who not in self.browsers:
            self.browsers[who] = self.sign_in(who)
        return self.browsers[who]

    @property
    def page(self) -> str:
        return reverse("materials", args=[self.cohort.pk, self.session.pk])

    @property
    def cards(self) -> str:
        return reverse("role_cards", args=[self.cohort.pk, self.session.pk])

    def add(self, who: User | None = None, where: str = "", **typed: Any):
        """Add a material as someone does without a script."""
        sent = {"form_id": str(uuid4()), "kind": "material"} | typed
        return self.browser(who or self.facilitator).post(where or self.page, sent)

    def material(self, **typed: Any) -> Material:
        answer = self.add(**typed)
        assert answer.status_code == 302, answer.content.decode()
        return Material.objects.latest("pk")

    def act(self, do: str, material: Material):
        sent = {"do": do, "material": material.pk}
        return self.browser(self.facilitator).post(self.page, sent)

    def write(self, **typed: Any):
        """Write a role card."""
        sent = {"form_id": str(uuid4()), "title": "The minister", "text": "Say no twice."} | typed
        return self.browser(self.facilitator).post(self.cards, sent)

    def card(self, **typed: Any) -> RoleCard:
        answer = self.write(**{"people": [self.amara.pk]} | typed)
        assert answer.status_code == 302, answer.content.decode()
        return RoleCard.objects.latest("pk")

    def mine(self, card: RoleCard) -> str:
        return reverse("my_role_card", args=[self.cohort.pk, card.pk])

    def reads(self, who: User, where: str = "") -> str:
        """The words of a page, the session's unless told, as someone sees it."""
        answer = self.browser(who).get(where or self.session.get_absolute_url())
        assert answer.status_code == 200, answer.status_code
        return " ".join(answer.content.decode().split())


@pytest.fixture(autouse=True)
def _own_machine(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MFA_REQUIRED = False
    settings.DOORBELL = False
    # A file's field keeps the storage it was made with.
    for name in ("base_location", "location"):
        monkeypatch.setitem(vars(private_files()), name, str(tmp_path / "materials"))


@pytest.fixture
def folder() -> Path:
    """Where files lie."""
    return Path(private_files().path(""))


@pytest.fixture
def world(db: None, sign_in: Callable[[User], Client]) -> World:
    program_lead = make_user("Grace Lead")
    cohort = make_cohort(make_program(program_lead))
    facilitator, coach = make_user("Femi Facilitator"), make_user("Carla Coach")
    cohort.facilitators.add(facilitator)
    session = make_session(cohort, title="The meeting", kind=Session.Kind.ROLE_PLAY)
    team = make_team(cohort, name="Liberia", coach=coach)
    amara = make_member(team, make_user("Amara Kollie"), role="lead")
    boima = make_member(team, make_user("Boima Tarr"))
    return World(cohort, session, team, facilitator, program_lead, coach, amara, boima, sign_in)
