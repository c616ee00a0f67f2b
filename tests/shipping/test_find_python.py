"""`bin/find-python`: which Python the first command of a newcomer takes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installation import ROOT

pytestmark = pytest.mark.once

WANTED = (ROOT / ".python-version").read_text().strip()
GOOD = Path(sys.executable).resolve()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder for PATH with a shell's tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sh", "cat", "dirname", "id"):
        found = shutil.which(tool)
        assert found
        (folder / tool).symlink_to(found)
    return folder


def find(path: Path, home: Path) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(path), "HOME": str(home)}
    return subprocess.run(
        [ROOT / "bin" / "find-python"], env=env, text=True, capture_output=True, check=False
    )


def script(at: Path, text: str) -> Path:
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_text(f"#!/bin/sh\n{text}\n")
    at.chmod(0o755)
    return at


def good(at: Path) -> Path:
    """A Python that is new enough."""
    return script(at, f'exec {GOOD} "$@"')


def too_old(at: Path) -> Path:
    return script(at, '[ "$1" = --version ] && echo "Python 3.11.2" && exit\nexit 1')


def test_the_systems_python_is_taken_when_it_is_new_enough(path: Path, tmp_path: Path) -> None:
    there = good(path / "python3")
    assert find(path, tmp_path).stdout == f"{there}\n"


def test_the_version_we_develop_on_comes_first(path: Path, tmp_path: Path) -> None:
    good(path / "python3")
    there = good(path / f"python{WANTED}")
    assert find(path, tmp_path).stdout == f"{there}\n"


def test_where_the_systems_is_too_old_pyenvs_is_found(path: Path, tmp_path: Path) -> None:
    too_old(path / "python3")
    there = good(tmp_path / ".pyenv" / "versions" / f"{WANTED}.7" / "bin" / "python")
    assert find(path, tmp_path).stdout == f"{there}\n"


def test_where_there_is_none_it_says_what_to_install(path: Path, tmp_path: Path) -> None:
    too_old(path / "python3")
    done = find(path, tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "found: Python 3.11.2." in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr
    assert f"pyenv install {WANTED}" in done.stderr


def test_where_there_is_no_python_at_all_it_says_so(path: Path, tmp_path: Path) -> None:
    assert "found: no python3." in find(path, tmp_path).stderr
