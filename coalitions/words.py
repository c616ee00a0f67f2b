"""Words as they are compared."""

from __future__ import annotations

import re
import unicodedata


def plain(text: str) -> str:
    """A text as it is compared: no capitals, accents, line breaks or signs."""
    split = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in split if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w ]", " ", re.sub(r"\s", " ", kept)).split())
