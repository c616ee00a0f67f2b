"""Who someone is: an e-mail address, a name, a language and a time zone."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def validate_time_zone(value: str) -> None:
    """Raise ValidationError unless `value` is a name of the IANA time zone database."""
    if value not in available_timezones():
        raise ValidationError(_("“%(zone)s” is not a time zone we know."), params={"zone": value})


class UserManager(BaseUserManager["User"]):
    """Users are found by e-mail address, whatever its capitals."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.normalize_email(username))

    def create_user(self, email: str, **fields: Any) -> User:
        """Make a user who signs in by e-mailed code, so without a usable password."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def get_or_invite(self, email: str, **fields: Any) -> User:
        """The user with this address; made with `fields` when there is none yet."""
        known = self.filter(email=self.normalize_email(email)).first()
        return known or self.create_user(email, **fields)


class User(AbstractBaseUser):
    """A person with an account. The e-mail address, in small letters, is the name."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=300, blank=True)
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Empty until the first sign-in, when the browser tells it."),
    )
    is_admin = models.BooleanField(_("administrator"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_in_small_letters"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of this person's clock; UTC while unknown."""
        return ZoneInfo(self.time_zone or "UTC")
