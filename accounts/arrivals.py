"""What other apps want to do when someone arrives, without accounts knowing them."""

from collections.abc import Callable
from datetime import datetime

from accounts.models import User

type Callback = Callable[[User, datetime], None]
_callbacks: list[Callback] = []


def on_arrival(callback: Callback) -> None:
    """Call `callback(user, now)` each time someone has signed in."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def arrived(user: User, now: datetime) -> None:
    """Tell everybody who asked that `user` signed in at `now` (UTC)."""
    for callback in _callbacks:
        callback(user, now)
