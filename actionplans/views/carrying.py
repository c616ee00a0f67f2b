"""From sheet to plan: carrying one row or many, and following a row that says more since."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from actionplans import carrying, sheets
from actionplans.carrying import Carried, Target
from actionplans.invalid import Invalid
from actionplans.models import Activity, Milestone, SheetRow
from actionplans.plans import ACTIVITY
from actionplans.views.cells import UNPROCESSABLE, closed_sentence, uuid_of
from coalitions import clock
from cohorts.access import WRITE_TEAM_WORK, SignedIn, team_door
from cohorts.fields import LineField
from cohorts.models import Team

OWN_WORDS, NEW = "own", "new"


@require_POST
@team_door(may=WRITE_TEAM_WORK)
def carry_row(request: SignedIn, team: Team, row_id: int) -> HttpResponse:
    """Carry a row of a sheet into the plan, with one press; a second one changes nothing."""
    row = get_object_or_404(
        SheetRow.objects.live().select_related("sheet"), pk=row_id, sheet__team=team
    )
    back = redirect(reverse("sheet", args=[team.pk, row.sheet.day]) + f"#row-{row.pk}")
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return back
    row.sheet.team = team
    sent = request.POST.get("edit_id")
    edit_id = uuid_of(sent) if sent else None
    told: dict[str, Any] = {"edit_id": edit_id, "by": request.user, "now": clock.now()}
    try:
        activity, is_new = carrying.carry(row, team, **told)
    except Invalid as refused:
        messages.warning(request, refused.sentence)
        return back
    there = f"{reverse('plan', args=[team.pk])}#{ACTIVITY}-{activity.pk}"
    look = format_html('<a href="{}">{}</a>', there, _("See it there."))
    if is_new:
        told_so = _("Carried into the plan: name there who is accountable.")
        messages.success(request, format_html("{} {}", told_so, look))
    else:
        messages.info(request, format_html("{} {}", _("This row is in the plan already."), look))
    return back


class CarryForm(forms.Form):
    """Which rows of a day go into the plan, and below which milestone."""

    rows = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Rows"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one row.")},
    )
    milestone = forms.ChoiceField(label=gettext_lazy("Below which milestone?"))
    title = LineField(
        label=gettext_lazy("Name of the new milestone"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Only if you chose “a new one” above."),
    )

    def __init__(self, *args: Any, team: Team, found: list[SheetRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        living = Milestone.objects.live().filter(plan__team=team)
        self.milestones = {str(milestone.pk): milestone for milestone in living}
        ways = [(OWN_WORDS, _("each row below the milestone it names")), (NEW, _("a new one"))]
        named = [(pk, milestone.title or "–") for pk, milestone in self.milestones.items()]
        self.fields["milestone"].choices = ways + named  # type: ignore[attr-defined]
        said = [(row.pk, row.action or row.action_kind_label) for row in found]
        self.fields["rows"].choices = said  # type: ignore[attr-defined]
        self.initial.update(rows=[row.pk for row in found], milestone=OWN_WORDS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("milestone") == NEW and not cleaned.get("title"):
            self.add_error("title", _("Name the new milestone, or choose one that is there."))
        return cleaned

    def into(self) -> Target:
        """Where the rows go."""
        chosen = self.cleaned_data["milestone"]
        return self.cleaned_data["title"] if chosen == NEW else self.milestones.get(chosen)


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=WRITE_TEAM_WORK)
def carry_rows(request: SignedIn, team: Team, day: date) -> HttpResponse:
    """Carry many rows of a day at once: those that are ticked, below the milestone chosen."""
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return redirect("sheet", team_id=team.pk, day=day)
    page = sheets.open_page(team, sheets.day_of(team, day))
    # What was carried a moment ago in another tab is posted still: it is known, and no error.
    found = [row for row in page.rows if row.action or row.action_kind]
    waiting = [row for row in found if not row.carried_into]  # type: ignore[attr-defined]
    offered = found if request.method == "POST" else waiting
    form = CarryForm(request.POST or None, team=team, found=offered)
    if request.method == "POST" and form.is_valid():
        ticked = [row for row in found if row.pk in form.cleaned_data["rows"]]
        told: dict[str, Any] = {"into": form.into(), "by": request.user, "now": clock.now()}
        _say(request, carrying.carry_many(ticked, team, **told))
        return redirect("plan", team_id=team.pk)
    context = {"team": team, "day": day, "form": form, "waiting": waiting}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "actionplans/carry_rows.html", context, status=status)


def _say(request: SignedIn, carried: Carried) -> None:
    if count := len(carried.new):
        sentence = ngettext(
            "%(count)d row is in the plan now. Name there who is accountable.",
            "%(count)d rows are in the plan now. Name there who is accountable.",
            count,
        )
        messages.success(request, sentence % {"count": count})
    else:
        messages.info(request, _("These rows are in the plan already."))


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=WRITE_TEAM_WORK)
def follow_row(request: SignedIn, team: Team, activity_id: int) -> HttpResponse:
    """The activity beside the row it came from, and the choice of what to take over."""
    rows = Activity.objects.live().select_related("accountable", "from_row__sheet")
    activity = get_object_or_404(
        rows, pk=activity_id, milestone__plan__team=team, from_row__isnull=False
    )
    back = f"{reverse('plan', args=[team.pk])}#{ACTIVITY}-{activity.pk}"
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return redirect(back)
    if request.method == "POST":
        return _take(request, team, activity, back)
    context = {"team": team, "activity": activity, "row": activity.from_row}
    context |= {"differences": carrying.differences(activity), "back": back}
    return render(request, "actionplans/follow_row.html", context)


def _take(request: SignedIn, team: Team, activity: Activity, back: str) -> HttpResponse:
    sent = request.POST
    taken = {
        name: {
            "value": sent.get(f"value-{name}", ""),
            "seen": sent.get(f"seen-{name}", ""),
            "edit_id": uuid_of(sent.get(f"edit-{name}")),
        }
        for name in sent.getlist("take")
    }
    try:
        lost = carrying.follow(team, activity, taken, by=request.user, now=clock.now())
    except Invalid as refused:
        messages.warning(request, refused.sentence)
        return redirect("follow_row", team.pk, activity.pk)
    version = sent.get("version", "")
    if version.isascii() and version.isdigit() and len(version) < 10:
        carrying.looked_at(activity, int(version))
    if lost:
        return redirect("conflicts", team_id=team.pk)
    messages.success(request, _("Taken over.") if taken else _("The plan stays as it is."))
    return redirect(back)
