"""QR codes for paper: SVG to stand in a page, black on white in every theme."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe


def svg(address: str) -> SafeString:
    """A QR code of `address`. Only for shapes: say beside it in words where it leads."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(svgclass="qr", lineclass=None, omitsize=True, border=2, light="#fff")
    # segno draws numbers alone; the address is in the shape, not in the markup.
    return mark_safe(drawn.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S308
