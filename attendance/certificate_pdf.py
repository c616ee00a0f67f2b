"""Certificates as PDF, a page each, in the language of the person.

WeasyPrint draws them. It wants Pango from the system and takes a second to load, so it is
imported when the first PDF is asked for; without it everything else works.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from attendance.models import Certificate
from coalitions import qr

SYSTEM_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core"
SHEET = Path(__file__).with_name("certificate.css")


class NoPdfError(Exception):
    """PDFs cannot be made on this machine; the message is a sentence for people."""


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


def write(certificates: Sequence[Certificate]) -> bytes:
    """One PDF with a page for each. They come with cohort, program and person.

    Raises NoPdfError where the system lacks what it takes.
    """
    weasyprint = _weasyprint()
    style = weasyprint.CSS(string=SHEET.read_text(encoding="utf-8"))
    pages = [_page(certificate) for certificate in certificates]
    context = {"pages": pages, "title": _("Certificate of participation")}
    html = render_to_string("attendance/certificate_document.html", context)
    # Whatever a name holds, the document reaches for nothing outside itself.
    document = weasyprint.HTML(string=html, url_fetcher=_fetch_nothing)
    written: bytes = document.write_pdf(stylesheets=[style])
    return written


def _page(certificate: Certificate) -> str:
    language = certificate.person.language
    with translation.override(language):
        context = {
            "certificate": certificate,
            "cohort": certificate.cohort,
            "language": language,
            "is_rtl": get_language_info(language)["bidi"],
            "qr": qr.svg(certificate.address),
        }
        return render_to_string("attendance/certificate_page.html", context)


def _fetch_nothing(url: str, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
    raise ValueError(url)
