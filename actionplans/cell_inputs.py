"""A row's cells as the inputs of a form; `cell.html` draws one."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import UUID, uuid4

from actionplans.cell_values import TABLES, ChoiceCell

type Choices = list[tuple[str, str]]


@dataclasses.dataclass
class Input:
    """One cell: what it is called, what it holds, and what is wrong with what was typed."""

    field: str
    label: str
    control: str
    text: str
    id: str
    choices: Choices = dataclasses.field(default_factory=list)
    seen: str = ""
    error: str = ""
    edit_id: UUID = dataclasses.field(default_factory=uuid4)

    @property
    def chosen(self) -> str:
        """What the chosen value is called."""
        return dict(self.choices).get(self.text, "")


def inputs(
    table: str, row: Any, key: object, choices: dict[str, Choices] | None = None
) -> dict[str, Input]:
    """The inputs of `row`, or of a new one when it is None, by field.

    `key` makes their ids unique on the page. `choices` are the values of cells that refer to other
    things (sessions, milestones).
    """
    spec = TABLES[table]
    found = {}
    for name, cell in spec.cells.items():
        text = cell.shown(cell.text_of(row)) if row else cell.default
        options = (choices or {}).get(name, [])
        if isinstance(cell, ChoiceCell):
            options = [(value, str(label)) for value, label in cell.choices.choices]
        if cell.control == "choice" and not cell.default:
            options = [("", "–"), *options]
        if text and cell.control == "choice" and text not in dict(options):
            # What was chosen stays to be seen, even if it could not be chosen today.
            options = [*options, (text, str(getattr(row, name)))]
        found[name] = Input(
            field=name,
            label=spec.label(name),
            control=cell.control,
            text=text,
            id=f"{table}-{key}-{name}",
            choices=options,
            seen=text,
        )
    return found
