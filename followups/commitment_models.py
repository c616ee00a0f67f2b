"""What the coalition promised one another, and each change of it. Dates are the team's."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Person, Session, Team


class Commitment(models.Model):
    """A promise or decision on record. What it says is its last version; the others stay.

    `asks_on` is the team's date on which we next ask what became of it; empty: never more.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="commitments")
    asks_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["asks_on"], condition=Q(asks_on__isnull=False), name="commitment_due"
            )
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.team_id}: {self.pk}"


class CommitmentVersionQuerySet(models.QuerySet["CommitmentVersion"]):
    def promised(self) -> CommitmentVersionQuerySet:
        """The last versions of those that are promised now."""
        later = CommitmentVersion.objects.filter(
            commitment=OuterRef("commitment"), n__gt=OuterRef("n")
        )
        return self.filter(~Exists(later), state=CommitmentVersion.State.PROMISED)


class CommitmentVersion(models.Model):
    """What a commitment said from `at` on, who wrote so, and whether it was kept. Append-only.

    `who` is the name as it was written; `person` is whom of the team's people it names.
    """

    class State(models.TextChoices):
        PROMISED = "promised", pgettext_lazy("commitment", "promised")
        KEPT = "kept", pgettext_lazy("commitment", "kept")
        BROKEN = "broken", pgettext_lazy("commitment", "broken")
        RELEASED = "released", pgettext_lazy("commitment", "released")

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="versions")
    n = models.PositiveSmallIntegerField()
    form_id = models.UUIDField(unique=True, help_text="Posting its form twice is once.")
    who = models.CharField(_("who"), max_length=300)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="commitments"
    )
    what = models.TextField(_("what"))
    due_on = models.DateField(_("by when"))
    witnesses = models.CharField(_("witnessed by"), max_length=300, blank=True)
    made_on = models.DateField(_("made on"))
    session = models.ForeignKey(
        Session, null=True, on_delete=models.SET_NULL, verbose_name=_("in which session")
    )
    state = models.CharField(max_length=10, choices=State, default=State.PROMISED)
    why = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    objects = CommitmentVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commitment", "n"], name="commitment_version_once"),
            models.CheckConstraint(
                condition=~Q(who="") & ~Q(what=""), name="commitment_says_who_and_what"
            ),
            models.CheckConstraint(
                condition=Q(state="promised")
                | (Q(state__in=["kept", "broken", "released"]) & ~Q(why="")),
                name="commitment_settled_says_why",
            ),
        ]
        ordering = ["commitment", "n"]

    def __str__(self) -> str:
        return f"{self.who}: {self.what}"
