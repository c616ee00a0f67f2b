"""Writing a check-in together: a field is written only where it still says what one saw.

Compare docs/decisions/0003: whoever comes second is shown both texts, and every text that anyone
sent stands in `DraftEdit`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from followups.answering import QUESTIONS, Said
from followups.draft_models import DraftEdit, DraftField
from followups.models import CheckIn

type Draft = dict[str, DraftField]

ON = "yes"


def tidy(text: str) -> str:
    """The text as it is kept: line breaks of one kind, no blanks around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def of(check_in: CheckIn) -> Draft:
    """What is written so far, by the fields' names."""
    return {field.name: field for field in check_in.draft_fields.select_related("by")}


@transaction.atomic
def write(
    check_in: CheckIn, name: str, text: str, *, seen: str, by: User, now: datetime
) -> DraftField | None:
    """Write `text` where `by` saw `seen`; otherwise the field as someone else left it.

    Sending the same twice is once.
    """
    text, seen = tidy(text), tidy(seen)
    if text == seen:
        return None
    field = _row(check_in, name, now)
    fresh = {"text": text, "by": by, "by_mail": False, "at": now}
    kept = DraftField.objects.filter(pk=field.pk, text=seen).update(**fresh)
    if not kept:
        field = DraftField.objects.select_related("by").get(pk=field.pk)
        if field.text == text:
            return None
    DraftEdit.objects.create(
        check_in=check_in, name=name, seen=seen, text=text, kept=bool(kept), by=by, at=now
    )
    return None if kept else field


def leave(check_in: CheckIn, names: Iterable[str], now: datetime) -> None:
    """Note fields that were left empty: what the team said last time is not offered for them again.

    A field that someone wrote into meanwhile stays as it is.
    """
    DraftField.objects.bulk_create(
        [DraftField(check_in=check_in, name=name, at=now) for name in names],
        update_conflicts=True,
        unique_fields=["check_in", "name"],
        update_fields=["name"],
    )


@transaction.atomic
def add(check_in: CheckIn, name: str, text: str, *, by: User, now: datetime, most: int) -> bool:
    """Add a mailed text below what the field says; False when it would be longer than `most`."""
    field = DraftField.objects.select_for_update().get(pk=_row(check_in, name, now).pk)
    whole = tidy(f"{field.text}\n\n{tidy(text)}")
    if len(whole) > most:
        return False
    DraftEdit.objects.create(
        check_in=check_in,
        name=name,
        seen=field.text,
        text=whole,
        kept=True,
        by=by,
        by_mail=True,
        at=now,
    )
    field.text, field.by, field.by_mail, field.at = whole, by, True, now
    field.save(update_fields=["text", "by", "by_mail", "at"])
    return True


def _row(check_in: CheckIn, name: str, now: datetime) -> DraftField:
    return DraftField.objects.get_or_create(check_in=check_in, name=name, defaults={"at": now})[0]


def mark_of(draft: Mapping[str, DraftField]) -> str:
    """What a draft says, as a short mark: another one once anybody has changed a word."""
    words = repr(sorted((name, field.text) for name, field in draft.items() if field.text))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def said(draft: Mapping[str, DraftField]) -> Said:
    """What a draft holds, for `answering.submit`."""
    texts = {name: field.text for name, field in draft.items() if field.text}
    told: dict[int, dict[str, str]] = {}
    for part in ("status", "line"):
        for pk, text in _numbered(part, texts):
            told.setdefault(pk, {"status": "", "line": ""})[part] = text
    return Said(
        texts={name: texts.get(name, "") for name in QUESTIONS},
        activities=told,
        help=texts.get("help", ""),
        help_from=texts.get("help_from", ""),
        help_by=date.fromisoformat(texts["help_by"]) if "help_by" in texts else None,
        likely=dict(_numbered("likely", texts)),
        met=tuple(pk for pk, _on in _numbered("met", texts)),
        met_others=names_in(texts.get("met_others", "")),
    )


def names_in(text: str) -> tuple[str, ...]:
    """The names someone typed, one a line or parted by commas or semicolons, each once."""
    parted = text.replace("\n", ",").replace(";", ",").replace("،", ",").split(",")
    return tuple(dict.fromkeys(name.strip()[:300] for name in parted if name.strip()))


def _numbered(part: str, texts: Mapping[str, str]) -> Iterable[tuple[int, str]]:
    """The fields of rows, such as `line-12`, by the rows' ids."""
    for name, text in texts.items():
        first, _dash, number = name.partition("-")
        if first == part and number.isdecimal():
            yield int(number), text
