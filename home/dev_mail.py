"""Reading on one's own machine what would have gone out by e-mail. DEBUG only."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cohorts.access import open_to_all

SHOWN = 200


@dataclass(frozen=True)
class Mail:
    """A file of the mail folder, and the message in it."""

    name: str
    letter: EmailMessage

    @property
    def sender(self) -> str:
        return str(self.letter["From"] or "")

    @property
    def to(self) -> str:
        return str(self.letter["To"] or "")

    @property
    def subject(self) -> str:
        return str(self.letter["Subject"] or "")

    @property
    def date(self) -> str:
        return str(self.letter["Date"] or "")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """All headers; asked of the letter itself, a template would look for one named "items"."""
        return [(name, str(value)) for name, value in self.letter.items()]

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.letter.get_body(preferencelist=(kind,))
        return part.get_content() if part else ""


def files() -> list[Path]:
    """The folder's mails, newest first: their names begin with the time."""
    folder = Path(settings.MAIL_DIR)
    return sorted(folder.glob("[!.]*"), reverse=True) if folder.is_dir() else []


def read(path: Path) -> Mail:
    """The mail in a file."""
    letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return Mail(path.name, letter)


@require_safe
@open_to_all("DEBUG only")
def mails(request: HttpRequest) -> HttpResponse:
    """The mails of the folder, newest first."""
    found = [read(path) for path in files()[:SHOWN]]
    return render(request, "home/dev_mails.html", {"mails": found, "shown": SHOWN})


@require_safe
@open_to_all("DEBUG only")
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail. `name` is compared with the folder's own names, never made into a path."""
    path = next((path for path in files() if path.name == name), None)
    if path is None:
        raise Http404
    return render(request, "home/dev_mail.html", {"mail": read(path)})
