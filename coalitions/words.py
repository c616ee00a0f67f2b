"""Words as they are compared."""

from __future__ import annotations

import re
import unicodedata

# Letters that Arabic writes in more than one way; of the others the marks above are split off.
ARABIC = str.maketrans({"ة": "ه", "ى": "ي"})


def plain(text: str) -> str:
    """A text as it is compared: no capitals, accents, line breaks or signs, one Arabic spelling."""
    split = unicodedata.normalize("NFKD", text.casefold().translate(ARABIC))
    kept = "".join(c for c in split if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]", " ", kept).split())
