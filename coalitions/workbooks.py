"""Opening workbooks and documents of strangers: in a process of its own, with limits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 30


class RefusedError(Exception):
    """A file that cannot be read at all; the message is a sentence for people."""


def read(path: Path) -> dict[str, Any]:
    """What `workbook_reader` tells of a workbook. Raises RefusedError for one that is not safe."""
    command = [sys.executable, "-m", "coalitions.workbook_reader", str(path.resolve())]
    try:
        done = subprocess.run(  # noqa: S603 our own module, with limits
            command,
            cwd=settings.BASE_DIR,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={"PATH": ""},
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        answer = {"error": "too big"}
    if "error" in answer:
        raise RefusedError(_refusal(answer["error"], answer.get("sheet", "")))
    return answer


def _refusal(code: str, sheet: str) -> str:
    return {
        "not a workbook": _(
            "This is not an Excel workbook (.xlsx), nor a Word document (.docx). "
            "Save it as one of them and try again."
        ),
        "too big": _(
            "This file is too big, or unpacks to too much. 5,000 rows are the most we read; "
            "delete the empty ones below the table."
        ),
        "too many rows": _("%(sheet)s has more than 5,000 rows. Is it the right sheet?")
        % {"sheet": sheet},
        "macros": _(
            "This file holds macros. Save it as .xlsx or .docx without them and try again."
        ),
    }.get(
        code, _("This file is damaged. Open it in Excel or Word, save it again, and try once more.")
    )
