"""`.env.example` explains every variable, and with its values an installation is safe."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import zoneinfo
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.installation import ROOT

pytestmark = pytest.mark.once

# What only tests may set.
OURS = {"TEST_CLOCK_FILE"}
OWN_SECRET = "a-secret-that-is-long-enough-and-that-nobody-else-has-0123456789"
SHELL_VARIABLE = re.compile(r"\$\{([A-Z_]+)")


def lines() -> list[str]:
    return (ROOT / ".env.example").read_text().splitlines()


def example() -> dict[str, str]:
    """The variables of .env.example."""
    pairs = [line.split("=", 1) for line in lines() if line and not line.startswith("#")]
    return dict(pairs)


def variables_read() -> set[str]:
    """What the settings, the commands of bin/ and the compose file ask the environment for."""
    tree = ast.parse((ROOT / "coalitions" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    asked = {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and isinstance(call.args[0], ast.Constant)
    }
    for name in ("bin/web", "bin/worker", "bin/beat", "docker-compose.yml"):
        asked |= set(SHELL_VARIABLE.findall((ROOT / name).read_text()))
    return {str(name) for name in asked}


def manage(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` with these variables alone."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder)} | env,
        text=True,
        capture_output=True,
        check=False,
    )


def test_every_variable_that_is_read_is_in_the_example_and_no_other() -> None:
    assert set(example()) == variables_read() - OURS


def test_every_variable_of_the_example_is_explained() -> None:
    explained = False
    for line in lines():
        if line.startswith("#"):
            explained = True
        elif not line:
            explained = False
        else:
            assert explained, f"{line} stands there without a word"


def test_the_example_names_one_database_password() -> None:
    values = example()
    assert urlsplit(values["DATABASE_URL"]).password == values["POSTGRES_PASSWORD"]
    assert urlsplit(values["DATABASE_URL"]).hostname == "postgres"
    assert urlsplit(values["REDIS_URL"]).hostname == "redis"


def test_with_the_example_django_finds_nothing_to_say_against_deploying(tmp_path: Path) -> None:
    values = example() | {"VAR_DIR": str(tmp_path)}
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **values)
    assert (done.returncode, done.stdout) == (
        0,
        "System check identified no issues (0 silenced).\n",
    ), done.stderr


def test_what_is_set_and_empty_counts_as_not_set(tmp_path: Path) -> None:
    empty = dict.fromkeys(example(), "")
    needed = {"SECRET_KEY": OWN_SECRET, "BASE_URL": "https://coalitions.example"}
    shown = manage(
        tmp_path,
        "shell",
        "--no-imports",
        "--command",
        "from django.conf import settings as s\n"
        "print(s.DATABASES['default']['ENGINE'], s.ALLOWED_HOSTS, s.DEBUG, s.MFA_REQUIRED)",
        **empty | needed | {"VAR_DIR": str(tmp_path)},
    )
    assert shown.stdout.split(maxsplit=1) == [
        "django.db.backends.sqlite3",
        "['coalitions.example'] False True\n",
    ], shown.stderr


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({}, "SECRET_KEY is not set."),
        ({"SECRET_KEY": OWN_SECRET}, "BASE_URL is not set."),
        (
            {"SECRET_KEY": "change-me", "BASE_URL": "https://coalitions.gov.lr"},
            "SECRET_KEY is still the one of .env.example",
        ),
        ({"SECRET_KEY": OWN_SECRET, "BASE_URL": "http://a", "SMTP_TLS": "maybe"}, "SMTP_TLS"),
    ],
)
def test_what_would_be_unsafe_does_not_start_and_says_why(
    env: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    done = manage(tmp_path, "check", **env)
    assert done.returncode
    assert sentence in done.stderr


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{OWN_SECRET}\n")
    env = {"SECRET_KEY_FILE": str(tmp_path / "secret"), "BASE_URL": "http://127.0.0.1"}
    assert not manage(tmp_path, "check", **env).returncode


def test_the_rules_of_time_zones_come_with_us_whatever_the_machine_has() -> None:
    assert zoneinfo.TZPATH == ()
    assert "\ntzdata==" in (ROOT / "requirements.txt").read_text()
