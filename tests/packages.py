"""What the tests need from the system besides Python: `python -m tests.packages` brings it.

Only where it may: on Debian or Ubuntu, as root or with sudo. Elsewhere it says what to install.
Needs no package of .venv, so that `.ci/run` may begin with it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library
from fcntl import LOCK_EX, flock
from pathlib import Path

PACKAGES = {
    "postgresql": lambda: bool(shutil.which("initdb") or postgresql_programs()),
    "redis-server": lambda: bool(shutil.which("redis-server")),
    "chromium": lambda: bool(shutil.which("chromium")),
    "gettext": lambda: bool(shutil.which("xgettext")),
    # What draws PDFs.
    "libpango-1.0-0": lambda: bool(find_library("pango-1.0")),
    "libpangoft2-1.0-0": lambda: bool(find_library("pangoft2-1.0")),
    "libharfbuzz-subset0": lambda: bool(find_library("harfbuzz-subset")),
    "fonts-noto-core": lambda: any(Path("/usr/share/fonts").rglob("NotoSansArabic*")),
    # What opens our workbooks and documents, to see that every row is there.
    "libreoffice-calc-nogui": lambda: _office_has("libsclo.so"),
    "libreoffice-writer-nogui": lambda: _office_has("libswlo.so"),
}


def _office_has(part: str) -> bool:
    return any(Path("/usr/lib/libreoffice/program").glob(part))


def postgresql_programs() -> Path | None:
    """The folder with the newest `initdb` and `postgres`."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(folders, key=lambda path: float(path.parts[-3]), default=None)
    return newest.parent if newest else None


def ensure_system_packages(*names: str) -> None:
    """Install what the tests need from the system (all, or `names` of it).

    Waits while another process installs. Exits with a sentence that says what to install by hand.
    """
    with Path(__file__).open() as lock:
        flock(lock, LOCK_EX)
        _install([name for name in names or PACKAGES if not PACKAGES[name]()])


def _install(missing: list[str]) -> None:
    if not missing:
        return
    command = f"apt-get install {' '.join(missing)}"
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (sudo and not _may_sudo()):
        sys.exit(f"The tests need programs that are not installed. As root: {command}")
    print(f"Installing {', '.join(missing)} …", flush=True)
    # The distribution would start servers of its own; ours are private.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    env = [f"{name}={value}" for name, value in quiet.items()]
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", *missing]):
        done = subprocess.run(
            [*sudo, "env", *env, "apt-get", *arguments], stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            sys.exit(f"apt-get {arguments[0]} failed. Install by hand, as root: {command}")


def _may_sudo() -> bool:
    return (
        bool(shutil.which("sudo"))
        and not subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
    )


if __name__ == "__main__":
    ensure_system_packages()
