"""Certificates as PDF, a page each, in the language of the person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from attendance.models import Certificate
from coalitions import pdf, qr

SHEET = Path(__file__).with_name("certificate.css")


def write(certificates: Sequence[Certificate]) -> bytes:
    """One PDF with a page for each. They come with cohort, program and person.

    Raises NoPdfError where the system lacks what it takes.
    """
    pages = [_page(certificate) for certificate in certificates]
    context = {"pages": pages, "title": _("Certificate of participation")}
    return pdf.write(render_to_string("attendance/certificate_document.html", context), SHEET)


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
