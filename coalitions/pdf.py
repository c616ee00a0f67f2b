"""PDFs from HTML and CSS, drawn by WeasyPrint.

It wants Pango from the system and takes a second to load, so it is imported when the first PDF is
asked for; without it everything else works.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

SYSTEM_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core"


class NoPdfError(Exception):
    """PDFs cannot be made on this machine; the message is a sentence for people."""


def write(html: str, style: Path) -> bytes:
    """The document `html` as PDF in the `style` of a CSS file.

    Raises NoPdfError where the system lacks what it takes.
    """
    weasyprint = _weasyprint()
    sheet = weasyprint.CSS(string=style.read_text(encoding="utf-8"))
    # Whatever people typed, the document reaches for nothing outside itself.
    document = weasyprint.HTML(string=html, url_fetcher=_fetch_nothing)
    written: bytes = document.write_pdf(stylesheets=[sheet])
    return written


def _weasyprint() -> Any:
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        sentence = _(
            "PDFs cannot be made on this machine yet: a part of the system is missing. "
            "Its operator installs it, as root: %(command)s"
        )
        raise NoPdfError(sentence % {"command": f"apt-get install {SYSTEM_PACKAGES}"}) from error
    return weasyprint


def _fetch_nothing(url: str, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
    raise ValueError(url)
