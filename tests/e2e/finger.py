"""A finger on the glass: what Playwright has no word for, Chromium is told directly."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def drag_by_finger(page: Page, handle: Locator, x: float, y: float, *, steps: int = 6) -> None:
    """Put a finger on `handle`, move it by so many pixels, lift it."""
    box = handle.bounding_box()
    assert box
    left, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        told = {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]}
        session.send("Input.dispatchTouchEvent", told)

    touch("touchStart", (left, top))
    for n in range(1, steps + 1):
        page.wait_for_timeout(60)
        touch("touchMove", (left + x * n / steps, top + y * n / steps))
    page.wait_for_timeout(60)
    touch("touchEnd")
    session.detach()
