"""The form with which a file or a pasted table is brought."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class BringForm(forms.Form):
    """A plan or a sheet, as a file or pasted."""

    file = forms.FileField(
        label=_("Choose a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.docx,.csv,.tsv,.txt"}),
        help_text=_("Excel (.xlsx), Word (.docx) or CSV, up to 10 MB."),
    )
    pasted = forms.CharField(
        label=_("Or paste the table here"),
        required=False,
        max_length=2_000_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "spellcheck": "false"}),
        help_text=_("Copy the cells in Excel or Google Sheets, with their headings."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not cleaned.get("pasted", "").strip():
            raise forms.ValidationError(_("Choose a file or paste a table."))
        return cleaned
