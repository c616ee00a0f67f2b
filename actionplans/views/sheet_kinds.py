"""The kinds of a program's daily sheets: the lists, and one kind in its languages."""

from __future__ import annotations

from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from actionplans import sheet_kinds
from actionplans.sheet_kinds import Kind
from actionplans.views.cells import UNPROCESSABLE
from cohorts.access import MANAGE_PROGRAM, SignedIn, program_door
from cohorts.fields import LineField
from cohorts.models import Program

TITLES = {
    sheet_kinds.MILESTONE: gettext_lazy("Milestone, theme"),
    sheet_kinds.ACTION: gettext_lazy("Action"),
}
NEW = "new"


class KindForm(forms.Form):
    """What a kind is called, by language."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: object, kind: Kind, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for code, name in settings.LANGUAGES:
            words = forms.TextInput(attrs={"lang": code, "dir": "auto"})
            self.fields[code] = LineField(
                label=_(str(name)),
                max_length=sheet_kinds.LONGEST,
                required=False,
                widget=words,
                initial=kind.own(code),
            )

    def labels(self) -> dict[str, str]:
        """The words by language."""
        return {code: self.cleaned_data[code] for code in sheet_kinds.LANGUAGES}


@require_http_methods(["GET", "HEAD", "POST"])
@program_door(may=MANAGE_PROGRAM)
def kinds(request: SignedIn, program: Program) -> HttpResponse:
    """Both lists; by `do`: move a kind, retire it, offer it again."""
    if request.method == "POST":
        column, code = request.POST.get("column", ""), request.POST.get("code", "")
        _find(program, column, code)
        try:
            match request.POST.get("do"):
                case "up" | "down" as way:
                    sheet_kinds.move(program, column, code, -1 if way == "up" else 1)
                case "retire" | "offer" as what:
                    sheet_kinds.retire(program, column, code, retired=what == "retire")
                case _:
                    raise Http404
        except ValidationError as error:
            messages.warning(request, error.messages[0])
        return redirect("sheet_kinds", program.pk)
    columns = [
        {"column": column, "title": title, "kinds": sheet_kinds.kinds_of(program, column)}
        for column, title in TITLES.items()
    ]
    context = {"program": program, "columns": columns}
    return render(request, "actionplans/sheet_kinds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@program_door(may=MANAGE_PROGRAM)
def kind(request: SignedIn, program: Program, column: str, code: str) -> HttpResponse:
    """One kind, or a new one, in the five languages."""
    found = Kind(column, NEW) if code == NEW and column in TITLES else _find(program, column, code)
    form = KindForm(request.POST or None, kind=found)
    if request.method == "POST" and form.is_valid():
        made = sheet_kinds.code_of(form.cleaned_data["form_id"]) if code == NEW else code
        try:
            sheet_kinds.put(program, column, made, form.labels())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("sheet_kinds", program.pk)
    context = {"program": program, "form": form, "kind": found, "title": TITLES[column]}
    context |= {"is_new": code == NEW, "words": [form[code] for code in sheet_kinds.LANGUAGES]}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "actionplans/sheet_kind.html", context, status=status)


def _find(program: Program, column: str, code: str) -> Kind:
    known = sheet_kinds.kinds_of(program, column) if column in TITLES else []
    for kind in known:
        if kind.code == code:
            return kind
    raise Http404
