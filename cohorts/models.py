"""Programs, their cohorts, the teams in them, and who belongs where."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User, validate_time_zone
from cohorts.plan_thresholds import PlanThresholds
from cohorts.template_models import AgendaTemplate as AgendaTemplate


class ProgramQuerySet(models.QuerySet["Program"]):
    def visible_to(self, user: User) -> ProgramQuerySet:
        """The programs this user leads; all of them for an administrator."""
        return self if user.is_admin else self.filter(leads=user)


class Program(PlanThresholds):
    """A line of cohorts with shared templates."""

    name = models.CharField(_("name"), max_length=300)
    leads = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="led_programs", blank=True, verbose_name=_("leads")
    )
    sheet_kinds = models.JSONField(
        default=dict, editable=False, help_text="Its own: `actionplans/sheet_kinds.py`."
    )

    objects = ProgramQuerySet.as_manager()
    # What the present user is to it; set by the doors of `access.py`.
    roles: frozenset[str]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="program_named_once"),
            *PlanThresholds.Meta.constraints,
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("program", args=[self.pk])


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, user: User) -> CohortQuerySet:
        """The cohorts whose page this user may open: staff's own, and those of one's teams."""
        if user.is_admin:
            return self
        return self.filter(
            Q(program__leads=user)
            | Q(facilitators=user)
            | Q(teams__coach=user)
            | Q(teams__memberships__user=user)
        ).distinct()


class Cohort(models.Model):
    """One offering: a week in one place, then a year of follow-up. Dates are the venue's."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        RUNNING = "running", _("in its week")
        FOLLOW_UP = "follow_up", _("in follow-up")
        CLOSED = "closed", _("closed")

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="cohorts")
    name = models.CharField(_("name"), max_length=300)
    venue = models.CharField(_("venue"), max_length=300, blank=True)
    time_zone = models.CharField(
        _("time zone of the venue"), max_length=64, validators=[validate_time_zone]
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    form_id = models.UUIDField(
        unique=True, default=uuid4, editable=False, help_text="Posting its form twice is once."
    )
    facilitators = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="facilitated_cohorts",
        blank=True,
        verbose_name=_("facilitators"),
    )

    objects = CohortQuerySet.as_manager()
    # What the present user is to it; set by the doors of `access.py`.
    roles: frozenset[str]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="cohort_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "running", "follow_up", "closed"]),
                name="cohort_state_known",
            ),
            models.UniqueConstraint("program", Lower("name"), name="cohort_named_once_in_program"),
        ]
        ordering = ["-starts_on", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("cohort", args=[self.pk])

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the venue's clocks."""
        return ZoneInfo(self.time_zone)

    @property
    def days(self) -> list[date]:
        """Every day of the week, first to last."""
        length = (self.ends_on - self.starts_on).days + 1
        return [self.starts_on + timedelta(days=n) for n in range(length)]


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> SessionQuerySet:
        """Sessions that are on the agenda; one that was taken off can come back."""
        return self.filter(removed_at__isnull=True)


class Session(models.Model):
    """An item of the cohort's agenda. Day and times are the venue's wall clock.

    Written by `agenda_changes.py` alone. `version` counts its changes.
    """

    class Kind(models.TextChoices):
        LECTURE = "lecture", _("lecture")
        CASE = "case", _("case")
        ROLE_PLAY = "role_play", _("role-play")
        SIMULATION = "simulation", _("simulation")
        MAPPING = "mapping", _("stakeholder mapping")
        COMMUNICATION = "communication", _("communication")
        WORKSHOP = "workshop", _("workshop")
        DESIGN = "design", _("design thinking")
        PEER_REVIEW = "peer_review", _("peer review")
        TEAM_WORK = "team_work", _("team work")
        PRESENTATIONS = "presentations", _("presentations")
        REFLECTION = "reflection", _("reflection")
        BREAK = "break", _("break")

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="sessions")
    day = models.DateField(_("day"))
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("to"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=300)
    presenter = models.CharField(
        _("presenters"),
        max_length=300,
        blank=True,
        help_text=_("Names apart by a semicolon."),
    )
    room = models.CharField(_("room"), max_length=100, blank=True)
    track = models.CharField(
        _("track"),
        max_length=100,
        blank=True,
        help_text=_("Only where several sessions run at once. Empty: for everyone."),
    )
    objectives = models.TextField(_("objectives"), max_length=5000, blank=True)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"
            )
        ]
        ordering = ["day", "starts_at", "track", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("session", args=[self.cohort_id, self.pk])


class AgendaChange(models.Model):
    """One change of one session: how it was and how it became, so that it can be undone.

    `before` is empty when the session was made by it; both map fields to texts.
    """

    change_id = models.UUIDField(
        unique=True, help_text="Made by the page; sending it twice is once."
    )
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="changes")
    before = models.JSONField(null=True)
    after = models.JSONField()
    version = models.PositiveIntegerField(help_text="The session's version it made.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "version"], name="agenda_change_one_version")
        ]

    def __str__(self) -> str:
        return f"{self.session_id} version {self.version}"


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: User) -> TeamQuerySet:
        """The teams whose work this user may open."""
        if user.is_admin:
            return self
        return self.filter(
            Q(cohort__program__leads=user)
            | Q(cohort__facilitators=user)
            | Q(coach=user)
            | Q(memberships__user=user)
        ).distinct()


class Team(models.Model):
    """A country team in a cohort, and the reform it cannot bring about alone."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(_("name"), max_length=300)
    country = models.CharField(_("country"), max_length=100)
    challenge = models.TextField(_("reform challenge"), max_length=2000)
    sector = models.CharField(_("sector"), max_length=100, blank=True)
    coach = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="coached_teams",
        verbose_name=_("coach"),
    )
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    form_id = models.UUIDField(
        unique=True, default=uuid4, editable=False, help_text="Posting its form twice is once."
    )

    objects = TeamQuerySet.as_manager()
    # What the present user is to it; set by the doors of `access.py`.
    roles: frozenset[str]

    class Meta:
        constraints = [
            models.UniqueConstraint("cohort", Lower("name"), name="team_named_once_in_cohort")
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("team", args=[self.pk])

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the team's clocks at home."""
        return ZoneInfo(self.time_zone)


class Membership(models.Model):
    """A user's role on a team. It exists from the invitation on; `joined_at` is the arrival."""

    class Role(models.TextChoices):
        LEAD = "lead", _("team lead")
        MEMBER = "member", _("member")

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.MEMBER)
    invited_at = models.DateTimeField(_("invited at"))
    opened_at = models.DateTimeField(null=True, help_text="When an invitation was opened first.")
    joined_at = models.DateTimeField(_("joined at"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="membership_once"),
            models.CheckConstraint(
                condition=Q(role__in=["lead", "member"]), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.team_id}"


class PersonQuerySet(models.QuerySet["Person"]):
    def of(self, team: Team) -> PersonQuerySet:
        """The team's people, members before outsiders."""
        return self.filter(team=team).order_by(F("user").asc(nulls_last=True), "name", "pk")


class Person(models.Model):
    """Someone a team names: a member with an account, or an outsider without one."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    name = models.CharField(_("name"), max_length=300)
    organisation = models.CharField(_("organisation"), max_length=300, blank=True)
    contact = models.CharField(_("e-mail or phone"), max_length=300, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("team", Lower("name"), name="person_named_once_in_team"),
            models.UniqueConstraint(
                fields=["team", "user"],
                condition=Q(user__isnull=False),
                name="person_once_for_user_in_team",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="person_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_outsider(self) -> bool:
        return self.user_id is None


class CalendarFeed(models.Model):
    """A private address from which someone's calendar program reads sessions.

    Of one cohort, or of all of theirs where `cohort` is empty. `key` names the link
    (`outbox/links.py`); making the address anew gives another key and ends the old link.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    cohort = models.ForeignKey(
        Cohort, null=True, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    key = models.UUIDField(unique=True, default=uuid4)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "cohort"], name="calendar_feed_once"),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(cohort__isnull=True),
                name="calendar_feed_of_all_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}/{self.cohort_id or 'all'}"


class RosterDraft(models.Model):
    """A roster someone brought, before it is written. Forgotten after a week.

    `rows` are pairs of a row's number and its texts, `columns` map an index to what it means.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="roster_drafts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    rows = models.JSONField()
    columns = models.JSONField()
    made_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.made_at:%Y-%m-%d %H:%M}"
