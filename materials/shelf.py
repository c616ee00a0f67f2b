"""The materials of a session: adding, changing, ordering, taking off, bringing back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts.models import Cohort, Session
from materials import uploads
from materials.models import LONGEST_TITLE, Material


class ChangedMeanwhileError(Exception):
    """Someone else changed it; the message is a sentence for the person."""


@dataclass(frozen=True)
class Words:
    """What is said of a material; `link` begins with http:// or https://."""

    kind: str
    title: str
    text: str
    link: str


def add(
    session: Session,
    words: Words,
    files: Sequence[UploadedFile],
    *,
    by: User,
    now: datetime,
    form_id: UUID,
) -> list[Material]:
    """A material for each of the files, which must be checked; one without a file for none.

    Of several files each is called by its own name. The same `form_id` again adds nothing.
    """
    last = session.materials.aggregate(last=Max("position"))["last"] or 0
    alone = len(files) < 2
    brought: list[UploadedFile | None] = list(files) or [None]
    things = [
        Material(
            session=session,
            kind=words.kind,
            title=(words.title if alone else "") or _title(words, file),
            text=words.text,
            link=words.link,
            position=last + 1 + part,
            form_id=form_id,
            part=part,
            by=by,
            made_at=now,
            **_stored(file),
        )
        for part, file in enumerate(brought)
    ]
    try:
        with transaction.atomic():
            return Material.objects.bulk_create(things)
    except IntegrityError:
        if Material.objects.filter(form_id=form_id).exists():
            return []
        raise


def _title(words: Words, file: UploadedFile | None) -> str:
    return uploads.title_of(file) if file else words.link[:LONGEST_TITLE]


def _stored(file: UploadedFile | None) -> dict[str, Any]:
    if file is None:
        return {}
    return {"stored": file, "file_name": uploads.name_of(file), "size": file.size}


@transaction.atomic
def change(
    material: Material,
    words: Words,
    file: UploadedFile | None,
    *,
    by: User,
    now: datetime,
    seen: int,
) -> Material:
    """Give it other words, if it still is the version that was `seen`.

    A new `file` makes a new material in its place; the earlier one is taken off and can come
    back. Raises ChangedMeanwhileError.
    """
    values = {"kind": words.kind, "title": words.title, "text": words.text, "link": words.link}
    now_or_before = Material.objects.filter(pk=material.pk, version=seen, removed_at__isnull=True)
    if file is None:
        if not now_or_before.update(**values, version=seen + 1):
            _check_sent_before(material, values)
        return material
    if not now_or_before.update(removed_at=now):
        raise ChangedMeanwhileError(_meanwhile())
    return Material.objects.create(
        session_id=material.session_id,
        position=material.position,
        by=by,
        made_at=now,
        **values,
        **_stored(file),
    )


def _check_sent_before(material: Material, values: dict[str, Any]) -> None:
    """Nothing is wrong when it already is what was wished, as after a second press."""
    if not Material.objects.filter(pk=material.pk, removed_at__isnull=True, **values).exists():
        raise ChangedMeanwhileError(_meanwhile())


def _meanwhile() -> str:
    return _(
        "Someone else changed this meanwhile. What you typed is still here: open the page anew "
        "beside it, compare, then save again."
    )


@transaction.atomic
def move(material: Material, step: int) -> None:
    """Move it by `step` places (-1 or 1) among those of its kind; at the ends it stays."""
    # Two who order at once do it one after the other.
    Session.objects.select_for_update().get(pk=material.session_id)
    alike = list(material.session.materials.filter(kind=material.kind, removed_at__isnull=True))
    place = alike.index(material)
    other = place + step
    if 0 <= other < len(alike):
        alike[place], alike[other] = alike[other], alike[place]
    for position, one in enumerate(alike):
        one.position = position
    Material.objects.bulk_update(alike, ["position"])


def take_off(material: Material, *, now: datetime) -> bool:
    """Show it no more; it can come back for a while (`upkeep.py`). False when it was off."""
    there = Material.objects.filter(pk=material.pk, removed_at__isnull=True)
    return bool(there.update(removed_at=now))


def bring_back(material: Material) -> bool:
    """Show again what was taken off; False when it is there."""
    off = Material.objects.filter(pk=material.pk, removed_at__isnull=False)
    return bool(off.update(removed_at=None))


def carry_along(earlier: Cohort, cohort: Cohort, sessions: dict[int, Session]) -> None:
    """Give the next offering's `sessions` the same materials; files are shared, not copied."""
    there = Material.objects.live().filter(session__cohort=earlier, session__in=sessions)
    Material.objects.bulk_create(
        Material(
            session=sessions[material.session_id],
            form_id=uuid4(),
            **{
                name: getattr(material, name)
                for name in (
                    *("kind", "title", "text", "link", "stored", "file_name", "size"),
                    *("position", "by_id", "made_at"),
                )
            },
        )
        for material in there
    )
