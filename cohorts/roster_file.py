"""A cohort's roster as a workbook: every text a text, never a formula."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from accounts.models import User
from cohorts.models import Cohort, Membership, Person, Team


def headings() -> list[str]:
    """The headings of the columns; the import knows them in all our languages."""
    return [
        _("Team"),
        _("Country"),
        _("Role"),
        _("Name"),
        _("E-mail address"),
        _("Organisation"),
        _("Language"),
        _("Challenge"),
    ]


def lines(cohort: Cohort) -> list[list[str]]:
    """The people of a cohort, a line each: members by team, coaches, facilitators."""
    people = Person.objects.filter(team__cohort=cohort, user__isnull=False)
    organisations = {(p.team_id, p.user_id): p.organisation for p in people}
    memberships = Membership.objects.filter(team__cohort=cohort).select_related("team", "user")
    found = [
        _line(
            m.team,
            "lead" if m.role == Membership.Role.LEAD else "member",
            m.user,
            organisations.get((m.team_id, m.user_id), ""),
        )
        for m in memberships.order_by("team__name", "role", "user__name", "pk")
    ]
    found += [
        _line(team, "coach", team.coach)
        for team in cohort.teams.select_related("coach")
        if team.coach
    ]
    return found + [_line(None, "facilitator", user) for user in cohort.facilitators.all()]


def _line(team: Team | None, role: str, user: User, organisation: str = "") -> list[str]:
    return [
        team.name if team else "",
        team.country if team else "",
        role,
        user.name,
        user.email,
        organisation,
        user.language,
        team.challenge if team else "",
    ]


def write(cohort: Cohort) -> bytes:
    """The workbook's bytes."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_("Roster"))
    head = [WriteOnlyCell(sheet, text) for text in headings()]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for line in lines(cohort):
        sheet.append([_text(sheet, text) for text in line])
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def _text(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    # A text that begins with "=" stays a text.
    cell.data_type = "s"
    return cell
