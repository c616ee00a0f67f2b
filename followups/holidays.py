"""A cohort's holidays, as people type them: a line each, the date first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from coalitions.days import in_words
from cohorts.fields import apart, check_year, tidy
from cohorts.models import Cohort
from followups.forecast import Expected
from followups.models import Holiday
from followups.rearranging import Difference, Listed

MOST, LONGEST = 60, 100


def read(text: str) -> dict[date, str]:
    """The holidays that someone typed.

    Raises ValidationError for a line that is none, a day that stands twice and a long name.
    """
    found: dict[date, str] = {}
    for line in filter(None, map(tidy, text.splitlines())):
        when, name = _read(line)
        if when in found:
            sentence = _("%(day)s stands in two lines. Leave one of them.")
            raise ValidationError(sentence % {"day": in_words(when)})
        found[when] = name
    if len(found) > MOST:
        raise ValidationError(_("There can be %(count)d holidays at most.") % {"count": MOST})
    return found


def _read(line: str) -> tuple[date, str]:
    day, _blank, name = line.partition(" ")
    try:
        when = date.fromisoformat(day)
    except ValueError:
        sentence = _("“%(line)s” does not begin with a date such as 2027-01-25.")
        raise ValidationError(sentence % {"line": apart(line[:LONGEST])}) from None
    check_year(when)
    if len(name) > LONGEST:
        sentence = _("The name of %(day)s is too long: %(most)d letters at most.")
        raise ValidationError(sentence % {"day": in_words(when), "most": LONGEST})
    return when, name or _("Holiday")


def as_typed(cohort: Cohort) -> str:
    """The cohort's holidays as `read` takes them."""
    return "\n".join(f"{one.day.isoformat()} {one.name}" for one in cohort.holidays.all())


def keep(cohort: Cohort, found: dict[date, str]) -> None:
    """Let these be the cohort's holidays. Runs in a transaction that holds the cohort."""
    cohort.holidays.exclude(day__in=found).delete()
    Holiday.objects.bulk_create(
        [Holiday(cohort=cohort, day=day, name=name) for day, name in found.items()],
        update_conflicts=True,
        unique_fields=["cohort", "day"],
        update_fields=["name"],
    )


@dataclass(frozen=True)
class Moves:
    """What holidays would do to the mails to come: those that move, that come, that go."""

    moved: Listed[tuple[Expected, Expected]]
    besides: Listed[Expected]
    no_longer: Listed[Expected]

    def __bool__(self) -> bool:
        return bool(self.moved.all or self.besides.all or self.no_longer.all)


def moves(difference: Difference) -> Moves:
    """The mails of a difference, each that only moves with what it was before."""
    come = {_which(mail): mail for mail in difference.besides}
    moved = [
        (mail, come.pop(_which(mail))) for mail in difference.no_longer if _which(mail) in come
    ]
    stay_away = {id(before) for before, _after in moved}
    gone = [mail for mail in difference.no_longer if id(mail) not in stay_away]
    return Moves(Listed(moved), Listed([*come.values()]), Listed(gone))


def _which(mail: Expected) -> tuple[int, int, int, str]:
    return mail.team.pk, mail.person.pk, mail.number, mail.step
