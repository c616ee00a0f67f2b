"""Breaks the saving of cells in the process it is loaded into."""

from contextvars import ContextVar
from typing import Any

from django.apps import AppConfig


class SabotageConfig(AppConfig):
    name = "tests.together.controls.sabotage"

    def ready(self) -> None:
        from actionplans import cells

        save_cell = cells.save_cell
        read: ContextVar[Any] = ContextVar("read")

        def save_as_read(team: Any, *, table: str, row_id: int, **more: Any) -> Any:
            """The row is read when the request comes, and saved whole when it has been checked."""
            read.set(cells.rows_of(team, table).get(pk=row_id))
            return save_cell(team, table=table, row_id=row_id, **more)

        def save_whole_row(spec: Any, cell: Any, meant: Any, edit: Any) -> str | None:
            row = read.get()
            if cell.text_of(row) != edit.seen:
                return None
            setattr(row, cell.field, meant)
            row.version = type(row).objects.get(pk=row.pk).version + 1
            row.save()
            return edit.value

        cells.save_cell = save_as_read
        cells._swap_column = save_whole_row
