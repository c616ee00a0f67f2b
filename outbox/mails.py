"""From a kind's templates to a mail: plain text first, and simple HTML beside it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi

from outbox.kinds import Content


def compose(subject: str, template: str, context: dict[str, Any], **headers: str) -> Content:
    """Render `<template>.txt` and `<template>.html` in the active language.

    Header names are given with underscores (`List_Unsubscribe="<…>"`).
    """
    whole = context | {
        "base_url": settings.BASE_URL,
        "language": get_language(),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "subject": subject,
    }
    return Content(
        subject=" ".join(subject.split()),
        text=render_to_string(f"{template}.txt", whole).strip() + "\n",
        html=render_to_string(f"{template}.html", whole),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
