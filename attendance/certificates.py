"""Who has earned a certificate, giving it, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from attendance import register
from attendance.half_days import HalfDay
from attendance.models import DEFAULT_THRESHOLD, Certificate, CertificateRule
from cohorts.models import Cohort


@dataclass(frozen=True)
class Standing:
    """How much of the held half-days someone was there for, and their certificate if any."""

    person: User
    there: int
    held: int
    has_earned: bool
    certificate: Certificate | None

    @property
    def percent(self) -> int:
        """The share in whole percents, rounded down: 79.9 is not 80."""
        return 100 * self.there // self.held if self.held else 0

    @property
    def is_waiting(self) -> bool:
        """Earned, named, and never given one: withdrawn ones come back by hand alone."""
        return self.has_earned and self.certificate is None and bool(self.person.name)


def threshold_of(cohort: Cohort) -> int:
    """The share of half-days, in percent, from which on a certificate is earned."""
    rule = CertificateRule.objects.filter(cohort=cohort).first()
    return rule.threshold if rule else DEFAULT_THRESHOLD


def is_time(cohort: Cohort, now: datetime) -> bool:
    """From the week's last day on, at the venue. `now` in UTC."""
    return now.astimezone(cohort.zone).date() >= cohort.ends_on


def standings(cohort: Cohort, threshold: int) -> list[Standing]:
    """Everybody once, by name. A half-day on which nobody was noted was not held."""
    people = {one.user.pk: one for one in register.with_marks(cohort)}
    held = {
        half_day for one in people.values() for half_day in one.marks if one.was_there(half_day)
    }
    given = {one.person_id: one for one in Certificate.objects.filter(cohort=cohort)}
    found = [_standing(one, held, threshold, given.get(one.user.pk)) for one in people.values()]
    return sorted(found, key=lambda standing: str(standing.person).casefold())


def _standing(
    one: register.Participant, held: set[HalfDay], threshold: int, given: Certificate | None
) -> Standing:
    there = sum(one.was_there(half_day) for half_day in held)
    has_earned = bool(held) and 100 * there >= threshold * len(held)
    return Standing(one.user, there, len(held), has_earned, given)


def issue(cohort: Cohort, *, by: User, now: datetime) -> int:
    """Give a certificate to everyone who has earned one and has none; how many. Twice is once."""
    waiting = [one for one in standings(cohort, threshold_of(cohort)) if one.is_waiting]
    Certificate.objects.bulk_create(
        (
            Certificate(
                cohort=cohort,
                person=one.person,
                name=one.person.name,
                issued_at=now,
                issued_by=by,
            )
            for one in waiting
        ),
        # Pressed twice at once: the other press made it.
        ignore_conflicts=True,
    )
    return len(waiting)


def revoke(certificate: Certificate, *, by: User, now: datetime) -> bool:
    """Take a certificate back; was it valid? Its link says so from now on."""
    valid = Certificate.objects.filter(pk=certificate.pk, revoked_at__isnull=True)
    return bool(valid.update(revoked_at=now, revoked_by=by))


def give_back(certificate: Certificate, *, by: User, now: datetime) -> bool:
    """Make a withdrawn certificate valid again, under the name the person bears now."""
    withdrawn = Certificate.objects.filter(pk=certificate.pk, revoked_at__isnull=False)
    name = certificate.person.name or certificate.name
    return bool(
        withdrawn.update(revoked_at=None, revoked_by=None, name=name, issued_at=now, issued_by=by)
    )
