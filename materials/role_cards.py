"""Role cards: written by staff, handed to people, opened by them alone from a set time on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts.fields import apart
from cohorts.models import Cohort, Membership, Session
from materials.models import Handing, RoleCard
from materials.shelf import ChangedMeanwhileError


@dataclass(frozen=True)
class Card:
    """What a card is to be; `reveal_at` is in UTC, None for the session's beginning."""

    title: str
    text: str
    reveal_at: datetime | None
    people: frozenset[int]


@transaction.atomic
def write(session: Session, card: Card, *, by: User, now: datetime, form_id: UUID) -> RoleCard:
    """A new card, handed to `card.people` (ids of users). The same `form_id` again is the same."""
    made, is_new = RoleCard.objects.get_or_create(
        form_id=form_id,
        defaults={
            "session": session,
            "title": card.title,
            "text": card.text,
            "reveal_at": card.reveal_at,
            "by": by,
            "made_at": now,
        },
    )
    if is_new:
        _hand(made, card.people)
    return made


@transaction.atomic
def change(role_card: RoleCard, card: Card, *, seen: int) -> None:
    """Make the card another, if it still is the version that was `seen`.

    Whoever has it keeps when they opened it. Raises ChangedMeanwhileError.
    """
    values = {"title": card.title, "text": card.text, "reveal_at": card.reveal_at}
    same = RoleCard.objects.filter(pk=role_card.pk, version=seen)
    if same.update(**values, version=seen + 1):
        _hand(role_card, card.people)
        return
    held = frozenset(role_card.handings.values_list("person", flat=True))
    as_wished = RoleCard.objects.filter(pk=role_card.pk, **values).exists()
    if not as_wished or held != card.people:
        raise ChangedMeanwhileError(
            _(
                "Someone else changed this card meanwhile. What you typed is still here: open the "
                "page anew beside it, compare, then save again."
            )
        )


def _hand(role_card: RoleCard, people: Iterable[int]) -> None:
    role_card.handings.exclude(person__in=people).delete()
    Handing.objects.bulk_create(
        [Handing(card=role_card, person_id=person) for person in sorted(people)],
        # Not ignore_conflicts: SQLite would then swallow every other mistake in the row, too.
        update_conflicts=True,
        unique_fields=["card", "person"],
        update_fields=["person"],
    )


def open_card(role_card: RoleCard, cohort: Cohort, *, by: User, now: datetime) -> bool:
    """Note that someone opened their card; False before its time, or when it was open."""
    if now < role_card.opens_at(cohort):
        return False
    unopened = Handing.objects.filter(card=role_card, person=by, opened_at__isnull=True)
    return bool(unopened.update(opened_at=now))


def take_off(role_card: RoleCard, *, now: datetime) -> bool:
    """Nobody can open it any more, and it can come back. False when it was off."""
    there = RoleCard.objects.filter(pk=role_card.pk, removed_at__isnull=True)
    return bool(there.update(removed_at=now))


def bring_back(role_card: RoleCard) -> bool:
    """Give back what was taken off, with those who held it; False when it is there."""
    off = RoleCard.objects.filter(pk=role_card.pk, removed_at__isnull=False)
    return bool(off.update(removed_at=None))


def participants(cohort: Cohort) -> dict[int, str]:
    """The people of the cohort's teams by id, each as `name · team`, teams in order."""
    places = Membership.objects.filter(team__cohort=cohort).select_related("user", "team")
    found: dict[int, str] = {}
    for place in places.order_by("team__name", "team", "user__name", "user__email"):
        found.setdefault(place.user_id, f"{apart(place.user)} · {apart(place.team)}")
    return found


def carry_along(earlier: Cohort, cohort: Cohort, sessions: dict[int, Session]) -> None:
    """Give the next offering's `sessions` the same cards, held by nobody yet.

    A card opens on the same day of the week-long course, at the same time of the venue's clock.
    """
    there = RoleCard.objects.live().filter(session__cohort=earlier, session__in=sessions)
    RoleCard.objects.bulk_create(
        RoleCard(
            session=sessions[card.session_id],
            title=card.title,
            text=card.text,
            reveal_at=_moved(card.reveal_at, earlier, cohort) if card.reveal_at else None,
            form_id=uuid4(),
            by_id=card.by_id,
            made_at=card.made_at,
        )
        for card in there
    )


def _moved(at: datetime, earlier: Cohort, cohort: Cohort) -> datetime:
    there = at.astimezone(earlier.zone)
    day = cohort.starts_on + timedelta(days=(there.date() - earlier.starts_on).days)
    return datetime.combine(day, there.time(), tzinfo=cohort.zone)
