"""Breaks the saving of cells in the process it is loaded into: with a cell goes its whole row."""

import json
from contextvars import ContextVar
from typing import Any

from django.apps import AppConfig


class SabotageConfig(AppConfig):
    name = "tests.together.controls.sabotage"

    def ready(self) -> None:
        from actionplans import cells
        from actionplans.views import cells as views

        save_cell, swap_column = views.save_cell, cells._swap_column
        # What the page showed of the row when its text was sent, field by field.
        whole_row: ContextVar[dict[str, str]] = ContextVar("whole_row")

        def save_row(request: Any, **which: Any) -> Any:
            whole_row.set(json.loads(request.POST.get("whole_row", "{}")))
            return save_cell(request, **which)

        def save_whole_row(spec: Any, cell: Any, meant: Any, edit: Any) -> str | None:
            text = swap_column(spec, cell, meant, edit)
            if text is not None:
                row = spec.model.objects.get(pk=edit.row_id)
                for field, shown in whole_row.get().items():
                    if field != cell.field and not isinstance(spec.cells[field], cells.PeopleCell):
                        setattr(row, field, spec.cells[field].to_column(shown))
                row.save()
            return text

        views.save_cell = save_row
        cells._swap_column = save_whole_row
