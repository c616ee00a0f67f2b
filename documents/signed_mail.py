"""The mail that brings a team its plan as it was signed off: a PDF in the reader's language."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.baseline import SIGNED
from actionplans.models import Baseline
from coalitions.pdf import NoPdfError
from cohorts.models import Membership
from documents.files import as_pdf
from documents.plan_paper import PlanPaper
from outbox import mails
from outbox.kinds import Attachment, Content, Kind
from outbox.models import Message


def compose(message: Message) -> Content:
    """The mail and the plan; where the system draws no PDFs, the page alone."""
    found = Baseline.objects.select_related("plan__team__cohort", "signed_by")
    signed = found.get(pk=message.about or 0)
    team = signed.plan.team
    attachments = _pdf(signed)
    context = {
        "person": message.person,
        "team": team,
        "name": signed.signed_by or "–",
        "is_attached": bool(attachments),
        "path": reverse("baseline", args=[team.pk]),
    }
    subject = _("%(team)s: the action plan is signed off") % {"team": team}
    content = mails.compose(subject, "documents/mail/signed", context)
    return replace(content, attachments=attachments)


def _pdf(signed: Baseline) -> tuple[Attachment, ...]:
    paper = PlanPaper.signed(signed.plan.team, signed)
    try:
        content = as_pdf.write(paper)
    except NoPdfError:
        return ()
    day = signed.signed_at.astimezone(signed.plan.team.zone).date()
    return (Attachment(paper.filename("pdf", day), "application/pdf", content),)


def owed(now: datetime) -> Q:
    """It is for who is in the team."""
    member = Membership.objects.filter(
        user=OuterRef("person"), user__is_active=True, team__plan__baseline=OuterRef("about")
    )
    return Q(Exists(member))


# It stands on the page as well: better missed once than sent twice.
PLAN_SIGNED = Kind(
    SIGNED,
    compose,
    owed=owed,
    resend_unknown=False,
    label=gettext_lazy("The plan that was signed off"),
)
