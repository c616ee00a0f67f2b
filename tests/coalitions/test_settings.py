"""A wrong value stops the app before it does harm, and names the variable."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installation import ROOT

pytestmark = pytest.mark.once

SAFE = {
    "SECRET_KEY": "a-secret-that-is-long-enough-and-that-nobody-else-has-0123456789",
    "BASE_URL": "https://coalitions.example",
    "TRUSTED_PROXIES": "1",
    "SMTP_HOST": "smtp.example",
}


def manage(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` with these variables, and nothing else."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder)} | env,
        text=True,
        capture_output=True,
        check=False,
    )


def setting(folder: Path, name: str, **env: str) -> str:
    command = f"from django.conf import settings; print(settings.{name})"
    done = manage(folder, "shell", "--no-imports", "--command", command, **SAFE | env)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("MFA_REQUIRED", "ja"),
        ("DOORBELL", "ding"),
        ("TICK_SECONDS", "soon"),
        ("TICK_SECONDS", "-60"),
        ("OUTBOX_LEASE_SECONDS", "0"),
        ("SMTP_PORT", "mail"),
        ("SMTP_TLS", "maybe"),
        ("TRUSTED_PROXIES", "two"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mongodb://127.0.0.1/coalitions"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("BASE_URL", "coalitions.example"),
        ("BASE_URL", "ftp://coalitions.example"),
        ("LOG_LEVEL", "LOUD"),
        ("SECRET_KEY_FILE", "/nowhere/secret"),
    ],
)
def test_a_wrong_value_is_refused_by_its_variables_name(name, value, tmp_path) -> None:
    env = SAFE | {name: value}
    if name == "SECRET_KEY_FILE":
        env.pop("SECRET_KEY")
    done = manage(tmp_path, "check", **env)
    assert done.returncode
    assert name in done.stderr.splitlines()[-1]


def test_a_moved_clock_is_not_deployed(tmp_path) -> None:
    env = SAFE | {"TEST_CLOCK_FILE": str(tmp_path / "clock")}
    assert manage(tmp_path, "check", **env).returncode == 0
    done = manage(tmp_path, "check", "--deploy", **env)
    assert done.returncode
    assert "TEST_CLOCK_FILE is for tests" in done.stderr


def test_without_https_a_deployment_is_warned(tmp_path) -> None:
    env = SAFE | {"BASE_URL": "http://coalitions.example"}
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **env)
    assert done.returncode
    assert "SESSION_COOKIE_SECURE" in done.stderr


def test_every_secret_may_come_from_a_file(tmp_path) -> None:
    for name, value in {"DATABASE_URL": "postgres://a:b@c/d", "SMTP_PASSWORD": "hush"}.items():
        (tmp_path / name).write_text(f"{value}\n")
    env = {f"{name}_FILE": str(tmp_path / name) for name in ("DATABASE_URL", "SMTP_PASSWORD")}
    assert "'PASSWORD': 'b'" in setting(tmp_path, "DATABASES['default']", **env)
    assert "'password': 'hush'" in setting(tmp_path, "MAILERS['default']", **env)


def test_https_decides_about_cookies(tmp_path) -> None:
    names = "SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SESSION_COOKIE_NAME"
    assert setting(tmp_path, names) == "True True __Host-session"
    plain = setting(tmp_path, names, BASE_URL="http://127.0.0.1:8000")
    assert plain == "False False session"


def test_nothing_is_debugged_and_nothing_trusted_unless_it_is_said(tmp_path) -> None:
    names = "DEBUG, settings.MFA_REQUIRED, settings.ALLAUTH_TRUSTED_PROXY_COUNT"
    assert setting(tmp_path, names, TRUSTED_PROXIES="") == "False True 0"


def test_data_lies_in_a_folder_that_nobody_else_may_open(tmp_path) -> None:
    folder = tmp_path / "data"
    setting(folder, "VAR_DIR")
    assert folder.stat().st_mode & 0o077 == 0
