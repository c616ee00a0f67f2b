"""What a session needs: materials, what is read before it, and role cards."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cohorts.models import Cohort, Membership, Session

LONGEST_TITLE = 300
LONGEST_TEXT = 20_000
LONGEST_LINK = 2000
# What the column of a file's name holds.
LONGEST_NAME = 255


def private_files() -> Storage:
    """Where uploaded files lie: below no address, served by `material_pages.py` alone."""
    return storages["materials"]


def name_on_disk(material: Any, name: str) -> str:
    """A name that tells nothing and that nobody chose."""
    return uuid4().hex


class MaterialQuerySet(models.QuerySet["Material"]):
    def live(self) -> MaterialQuerySet:
        """What was not taken off, of sessions that are on the agenda."""
        return self.filter(removed_at__isnull=True, session__removed_at__isnull=True)


class Material(models.Model):
    """Something of a session: a file, a link, or words to read; a file never changes.

    Written by `shelf.py` alone. Copies of a later cohort point at the same stored file.
    """

    class Kind(models.TextChoices):
        MATERIAL = "material", _("for the session")
        READING = "reading", _("to read before")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="materials")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.MATERIAL)
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    text = models.TextField(max_length=LONGEST_TEXT, blank=True)
    link = models.CharField(max_length=LONGEST_LINK, blank=True)
    stored = models.FileField(
        storage=private_files, upload_to=name_on_disk, max_length=100, blank=True
    )
    file_name = models.CharField(
        max_length=LONGEST_NAME, blank=True, help_text="What the file is called for people."
    )
    size = models.PositiveIntegerField(default=0, help_text="Of the file, in bytes.")
    position = models.PositiveIntegerField(default=0)
    form_id = models.UUIDField(default=uuid4, editable=False)
    part = models.PositiveSmallIntegerField(
        default=0, help_text="Which file of its form; posting a form twice is once."
    )
    version = models.PositiveIntegerField(default=0, help_text="Counts the changes of its words.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form_id", "part"], name="material_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["material", "reading"]), name="material_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(stored="") | ~Q(link="") | (Q(kind="reading") & ~Q(text="")),
                name="material_holds_something",
            ),
            models.CheckConstraint(
                condition=Q(stored="", file_name="", size=0) | ~Q(file_name="") & Q(size__gt=0),
                name="material_file_has_name",
            ),
        ]
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def ending(self) -> str:
        """The kind of file, as people call it, such as PDF; empty without one."""
        return self.file_name.rpartition(".")[2].upper()

    @property
    def host(self) -> str:
        """Where the link leads."""
        return urlsplit(self.link).hostname or ""


class RoleCardQuerySet(models.QuerySet["RoleCard"]):
    def live(self) -> RoleCardQuerySet:
        """What was not taken off, of sessions that are on the agenda."""
        return self.filter(removed_at__isnull=True, session__removed_at__isnull=True)

    def of(self, person: User) -> RoleCardQuerySet:
        """The cards handed to someone who still is on a team of the cohort."""
        places = Membership.objects.filter(user=person, team__cohort=OuterRef("session__cohort"))
        return self.live().filter(Exists(places), handings__person=person)


class RoleCard(models.Model):
    """A part in a role-play or simulation, for those alone to whom it is handed.

    `reveal_at` (UTC) is when they may open it; without it, when the session begins.
    Written by `role_cards.py` alone.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="role_cards")
    title = models.CharField(_("role"), max_length=LONGEST_TITLE)
    text = models.TextField(max_length=LONGEST_TEXT)
    reveal_at = models.DateTimeField(null=True)
    form_id = models.UUIDField(
        unique=True, default=uuid4, editable=False, help_text="Posting its form twice is once."
    )
    version = models.PositiveIntegerField(default=0, help_text="Counts its changes.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = RoleCardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="role_card_says_something")
        ]
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def opens_at(self, cohort: Cohort) -> datetime:
        """From when on it may be opened; of its session's `cohort`, whose clock decides."""
        begins = datetime.combine(self.session.day, self.session.starts_at, tzinfo=cohort.zone)
        return self.reveal_at or begins


class Handing(models.Model):
    """That a role card was handed to someone, and when they opened it first."""

    card = models.ForeignKey(RoleCard, on_delete=models.CASCADE, related_name="handings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "person"], name="card_handed_once")]

    def __str__(self) -> str:
        return f"{self.card_id} to {self.person_id}"
