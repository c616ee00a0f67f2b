"""What was announced to a cohort, and announcing something."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalitions import clock
from cohorts.access import MANAGE_COHORT, READ_COHORT, SignedIn, cohort_door
from cohorts.models import Cohort
from conversations import announcements
from conversations.forms import AnnouncementForm
from conversations.models import Announcement

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=READ_COHORT)
def page(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Everything announced that concerns the reader; those who manage the cohort announce here."""
    may_manage, now = bool(cohort.roles & MANAGE_COHORT), clock.now()
    form = AnnouncementForm(cohort=cohort, now=now)
    if request.method == "POST":
        if not may_manage:
            raise Http404
        if request.POST.get("do") == "withdraw":
            _withdraw(request, cohort)
            return redirect("announcements", cohort.pk)
        form = AnnouncementForm(request.POST, cohort=cohort, now=now)
        if form.is_valid():
            _announce(request, cohort, form)
            return redirect("announcements", cohort.pk)
    said = cohort.announcements.select_related("author", "team")
    context = {
        "cohort": cohort,
        "form": form,
        "may_manage": may_manage,
        "sent": said.sent() if may_manage else said.sent().concerning(request.user),
        "waiting": said.filter(sent_at=None, withdrawn_at=None).order_by("send_at", "pk")
        if may_manage
        else Announcement.objects.none(),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "conversations/announcements.html", context, status=status)


def _announce(request: SignedIn, cohort: Cohort, form: AnnouncementForm) -> None:
    told = form.cleaned_data
    made = announcements.announce(
        cohort,
        told["title"],
        told["text"],
        by=request.user,
        now=form.now,
        send_at=told["send_at"],
        form_id=told["form_id"],
        team=told["team"],
    )
    if made.sent_at:
        messages.success(request, _("It is announced: on their pages, and by e-mail."))
    else:
        messages.success(request, _("It waits for its time. Until then you can withdraw it."))


def _withdraw(request: SignedIn, cohort: Cohort) -> None:
    sent = request.POST.get("announcement", "")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 18):
        raise Http404
    found = get_object_or_404(Announcement, pk=int(sent), cohort=cohort)
    if announcements.withdraw(found, clock.now()):
        messages.success(request, _("It is withdrawn: nobody gets to see it."))
    else:
        messages.info(request, _("It was sent or withdrawn before."))
