"""The progress page, its read-only links for authorizers, and the week's takeaways."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from actionplans import plans, progress, takeaways
from actionplans.models import Baseline, ProgressLink
from actionplans.views.cells import UNPROCESSABLE
from coalitions import clock
from cohorts.access import READ_TEAM_WORK, Role, SignedIn, open_to_all, team_door
from cohorts.fields import LineField
from cohorts.models import Team


class LinkForm(forms.Form):
    """A new link: for whom, for how long, with or without names."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    whom = LineField(
        label=gettext_lazy("For whom?"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("A note for your team, so that you know later which link is whose."),
    )
    days = forms.TypedChoiceField(label=gettext_lazy("It opens for"), coerce=int)
    with_names = forms.BooleanField(
        label=gettext_lazy("Show who is accountable, by name"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lasts = [
            (days, ngettext("%(days)d day", "%(days)d days", days) % {"days": days})
            for days in progress.LASTS
        ]
        self.fields["days"].choices = lasts  # type: ignore[attr-defined]


def _shown(team: Team) -> dict[str, Any]:
    """What the page and the page behind a link are drawn from."""
    today = clock.now().astimezone(team.zone).date()
    signed = Baseline.objects.filter(plan__team=team).first()
    found = progress.of(plans.groups(team), signed, today)
    return {"team": team, "progress": found, "baseline": signed, "today": today}


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=READ_TEAM_WORK)
def team_progress(request: SignedIn, team: Team) -> HttpResponse:
    """How far the plan is; the team's lead makes links for others here, and closes them."""
    leads = Role.TEAM_LEAD in team.roles
    if request.method == "POST" and not leads:
        raise Http404
    if request.method == "POST" and "revoke" in request.POST:
        return _revoke(request, team)
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("whom", "days", "with_names")}
        key = form.cleaned_data["form_id"]
        link = progress.make_link(team, **told, key=key, by=request.user, now=clock.now())
        return redirect(f"{reverse('progress', args=[team.pk])}?made={link.pk}#links")
    context = _shown(team) | {"with_names": True, "leads": leads}
    if leads:
        context |= {"form": form, "links": list(_links(team)), "now": clock.now()}
        context["made"] = _just_made(request, context["links"])
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "actionplans/progress.html", context, status=status)


def _links(team: Team) -> Any:
    """The links that are not revoked, those past their day too."""
    return ProgressLink.objects.filter(team=team, revoked_at__isnull=True).select_related("made_by")


def _just_made(request: SignedIn, found: list[ProgressLink]) -> str:
    """The address of the link that was made a moment ago: it is shown this once."""
    made = request.GET.get("made", "")
    link = next((link for link in found if str(link.pk) == made), None)
    return progress.url_of(link) if link and link.expires_at > clock.now() else ""


def _revoke(request: SignedIn, team: Team) -> HttpResponse:
    pk = request.POST["revoke"]
    number = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0
    progress.revoke(get_object_or_404(ProgressLink, pk=number, team=team), clock.now())
    messages.success(request, _("The link opens no more."))
    return redirect(f"{reverse('progress', args=[team.pk])}#links")


@require_safe
@open_to_all("the link's token")
def progress_link(request: HttpRequest, token: str) -> HttpResponse:
    """The progress page for whoever has the link, until it ends. Reading changes nothing."""
    link = progress.find(token, clock.now())
    if link is None:
        raise Http404
    context = _shown(link.team) | {"with_names": link.with_names, "link": link}
    response = render(request, "actionplans/progress_link.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store, private"
    return response


@require_safe
@team_door(may=READ_TEAM_WORK)
def week_takeaways(request: SignedIn, team: Team) -> HttpResponse:
    """The discussions of the week on one page."""
    context = {"team": team, "days": takeaways.of(team)}
    return render(request, "actionplans/takeaways.html", context)
