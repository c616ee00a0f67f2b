"""Daily sheets, action plans, the baseline, and the ledger of every edit to them.

Rows are shared by a whole team: they are written one cell at a time by `cells.py` and by nothing
else. `version` counts the changes of a row; the ledger holds each of them.
"""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actionplans import sheet_kinds
from actionplans.draft_models import Draft as Draft
from actionplans.plan_models import Acceptance as Acceptance
from actionplans.plan_models import ProgressLink as ProgressLink
from actionplans.plan_models import SlipReason as SlipReason
from actionplans.presence_models import Presence as Presence
from actionplans.undo_models import Turn as Turn
from cohorts.models import Person, Session, Team


class LiveQuerySet(models.QuerySet):
    def live(self) -> LiveQuerySet:
        """Rows that have not been removed; a removed row can be brought back."""
        return self.filter(removed_at__isnull=True)


class SharedRow(models.Model):
    """What every row that a team writes together carries."""

    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    removed_at = models.DateTimeField(null=True)

    objects = LiveQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class DailySheet(models.Model):
    """One team, one day: rows and the discussion. `day` is the venue's date."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="sheets")
    day = models.DateField()
    takeaways = models.TextField(_("key takeaways"), blank=True)
    action_items = models.TextField(_("key action items"), blank=True)
    version = models.PositiveIntegerField(default=0)
    handed_in_at = models.DateTimeField(null=True)
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "day"], name="sheet_once_a_day"),
        ]
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.team_id} {self.day}"


class SheetRow(SharedRow):
    """A line of the daily sheet, its columns those of the paper template."""

    sheet = models.ForeignKey(DailySheet, on_delete=models.CASCADE, related_name="rows")
    session = models.ForeignKey(
        Session, null=True, on_delete=models.SET_NULL, verbose_name=_("session")
    )
    # What the codes of kinds are called, the program says: `sheet_kinds.py`.
    milestone_kind = models.CharField(_("kind of milestone or theme"), max_length=12, blank=True)
    milestone = models.TextField(_("milestone, theme"), blank=True)
    action_kind = models.CharField(_("kind of action"), max_length=12, blank=True)
    action = models.TextField(_("action"), blank=True)
    by_whom = models.ManyToManyField(
        Person, related_name="sheet_rows", verbose_name=_("by whom"), blank=True
    )
    by_when = models.DateField(_("by when"), null=True)

    class Meta(SharedRow.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.action or str(self.pk)

    @property
    def milestone_kind_label(self) -> str:
        """What its program calls the kind of its milestone or theme."""
        return self._label(sheet_kinds.MILESTONE)

    @property
    def action_kind_label(self) -> str:
        """What its program calls the kind of its action."""
        return self._label(sheet_kinds.ACTION)

    def _label(self, column: str) -> str:
        code = getattr(self, column)
        return sheet_kinds.label(self.sheet.team.cohort.program, column, code) if code else ""


class ActionPlan(models.Model):
    """A team's one plan: milestones in order, each with activities."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="plan")

    def __str__(self) -> str:
        return str(self.team_id)


class Milestone(SharedRow):
    """A result the plan reaches on its way."""

    plan = models.ForeignKey(ActionPlan, on_delete=models.CASCADE, related_name="milestones")
    title = models.TextField(_("milestone"), blank=True)

    class Meta(SharedRow.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.title


class Activity(SharedRow):
    """What is done for a milestone, by whom (R), and who answers for it (A)."""

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", pgettext_lazy("activity", "not started")
        ON_TRACK = "on_track", pgettext_lazy("activity", "on track")
        STUCK = "stuck", pgettext_lazy("activity", "stuck")
        DONE = "done", pgettext_lazy("activity", "done")
        DROPPED = "dropped", pgettext_lazy("activity", "dropped")

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="activities")
    text = models.TextField(_("activity"), blank=True)
    responsible = models.ManyToManyField(
        Person, related_name="responsible_for", verbose_name=_("R – responsible"), blank=True
    )
    accountable = models.ForeignKey(
        Person,
        null=True,
        on_delete=models.PROTECT,
        related_name="accountable_for",
        verbose_name=_("A – accountable"),
    )
    consulted = models.ManyToManyField(
        Person, related_name="consulted_on", verbose_name=_("C – consulted before"), blank=True
    )
    informed = models.ManyToManyField(
        Person, related_name="informed_of", verbose_name=_("I – informed after"), blank=True
    )
    starts_on = models.DateField(_("from"), null=True)
    due_on = models.DateField(_("due"), null=True)
    timeframe_note = models.TextField(
        _("timeframe in words"), blank=True, help_text=_("What an imported plan said in words.")
    )
    comments = models.TextField(_("comments, resources"), blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.NOT_STARTED
    )
    from_row = models.ForeignKey(
        SheetRow, null=True, on_delete=models.SET_NULL, related_name="activities"
    )
    followed_version = models.PositiveIntegerField(
        null=True, help_text="The version of its sheet row that the team has seen here."
    )

    class Meta(SharedRow.Meta):
        abstract = False
        verbose_name_plural = _("activities")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["not_started", "on_track", "stuck", "done", "dropped"]),
                name="activity_status_known",
            ),
            # A row is carried once, however often the button is pressed.
            models.UniqueConstraint(
                fields=["from_row"],
                condition=Q(from_row__isnull=False, removed_at__isnull=True),
                name="activity_once_from_row",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Edit(models.Model):
    """The ledger: every text a person submitted, and what became of it. Append-only.

    Replaying the edits that changed a row, in the order of `version`, rebuilds each of its cells.
    Values are the cell's canonical text (`cells.py`).
    """

    class Table(models.TextChoices):
        SHEET = "sheet"
        SHEET_ROW = "sheetrow"
        MILESTONE = "milestone"
        ACTIVITY = "activity"

    class Outcome(models.TextChoices):
        CREATED = "created"
        APPLIED = "applied"
        MERGED = "merged"
        SAME = "same"
        CONFLICT = "conflict"

    edit_id = models.UUIDField(unique=True, help_text="Made by the page; sending it twice is once.")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="edits")
    table = models.CharField(max_length=12, choices=Table)
    row_id = models.BigIntegerField()
    field = models.CharField(max_length=20)
    seen = models.TextField(blank=True, help_text="What the person saw when they began.")
    value = models.TextField(blank=True, help_text="What the person wrote.")
    outcome = models.CharField(max_length=10, choices=Outcome)
    version = models.PositiveIntegerField(null=True, help_text="The row's version it made.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="edits"
    )
    at = models.DateTimeField()
    settled_by = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.SET_NULL,
        related_name="settles",
        help_text="The later edit by which the author settled this conflict, or the one by which "
        "a merged text came into the cell.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "row_id", "version"],
                condition=Q(version__isnull=False),
                name="edit_makes_one_version",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["created", "applied"], version__isnull=False)
                | Q(outcome__in=["merged", "same", "conflict"], version__isnull=True),
                name="edit_version_means_change",
            ),
        ]
        indexes = [models.Index(fields=["team", "table", "row_id", "field"], name="edit_of_cell")]

    def __str__(self) -> str:
        return f"{self.table}/{self.row_id}/{self.field}: {self.outcome}"


class Baseline(models.Model):
    """The frozen copy of the plan that the team signed off on the last day."""

    plan = models.OneToOneField(ActionPlan, on_delete=models.CASCADE, related_name="baseline")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    signed_at = models.DateTimeField()
    content = models.JSONField(encoder=DjangoJSONEncoder, help_text="Milestones and activities.")

    def __str__(self) -> str:
        return f"{self.plan_id} {self.signed_at:%Y-%m-%d}"
