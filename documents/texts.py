"""Texts on their way into files and back."""

from __future__ import annotations

import unicodedata

# What openpyxl and Excel make of signs that mean something to them inside a text.
NOISE = ("x005F_", "_x000D_")


def writable(text: str) -> str:
    """Without the letters that XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff"))


def as_read(text: str) -> str:
    """A text of ours as it comes back from a file."""
    for noise in NOISE:
        text = text.replace(noise, "")
    return writable(text).strip()


def is_rtl(text: str, otherwise: bool) -> bool:
    """Does the text run from right to left? Its first letter says so, else `otherwise`."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return otherwise
