"""A cohort's holidays, as people type them: a line each, the date first."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.fields import apart, check_year, tidy
from cohorts.models import Cohort
from followups.models import Holiday

MOST, LONGEST = 60, 100


def read(text: str) -> dict[date, str]:
    """The holidays that someone typed. Raises ValidationError for a line that is none."""
    found: dict[date, str] = {}
    for line in filter(None, map(tidy, text.splitlines())):
        day, _blank, name = line.partition(" ")
        try:
            when = date.fromisoformat(day)
        except ValueError:
            sentence = _("“%(line)s” does not begin with a date such as 2027-01-25.")
            raise ValidationError(sentence % {"line": apart(line[:LONGEST])}) from None
        check_year(when)
        found[when] = name[:LONGEST] or _("Holiday")
    if len(found) > MOST:
        raise ValidationError(_("There can be %(count)d holidays at most.") % {"count": MOST})
    return found


@transaction.atomic
def keep(cohort: Cohort, text: str) -> None:
    """Let these be the cohort's holidays. Raises ValidationError as `read` does."""
    found = read(text)
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    cohort.holidays.exclude(day__in=found).delete()
    Holiday.objects.bulk_create(
        [Holiday(cohort=cohort, day=day, name=name) for day, name in found.items()],
        update_conflicts=True,
        unique_fields=["cohort", "day"],
        update_fields=["name"],
    )
