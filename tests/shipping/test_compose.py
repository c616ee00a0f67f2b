"""The compose file: the parts of an installation, what they run and how one sees that they do."""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from tests.installation import ROOT

pytestmark = pytest.mark.once

OWN = ("migrate", "web", "worker", "beat")
SERVERS = ("postgres", "redis")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_the_parts_are_these() -> None:
    assert set(SERVICES) == {*OWN, *SERVERS}


@pytest.mark.parametrize("part", ["web", "worker", "beat"])
def test_each_process_is_the_script_that_the_demo_and_the_tests_run(part: str) -> None:
    assert SERVICES[part]["command"] == [f"bin/{part}"]
    assert os.access(ROOT / "bin" / part, os.X_OK)


@pytest.mark.parametrize("part", OWN)
def test_each_management_command_it_calls_is_there(part: str) -> None:
    service = SERVICES[part]
    for command in (service["command"], service["healthcheck"].get("test", [])):
        if "manage.py" in command:
            assert command[command.index("manage.py") + 1] in get_commands()
        for word in command:
            assert "/" not in word or (ROOT / word).exists()


def test_everything_that_runs_on_is_asked_whether_it_is_well() -> None:
    for part, service in SERVICES.items():
        if part == "migrate":
            assert service["healthcheck"] == {"disable": True}
        else:
            assert service["healthcheck"]["test"][0] == "CMD"
            assert service["restart"] == "unless-stopped"


def test_nothing_serves_before_the_tables_are_there() -> None:
    assert SERVICES["migrate"]["restart"] == "on-failure"
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for part in ("web", "worker", "beat"):
        waits_for = SERVICES[part]["depends_on"]
        assert waits_for["migrate"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("part", OWN)
def test_our_containers_may_do_little(part: str) -> None:
    service = SERVICES[part]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.search(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("part", OWN)
def test_what_else_is_written_is_gone_with_the_container(part: str) -> None:
    folder = PurePosixPath(SERVICES[part]["environment"]["VAR_DIR"])
    assert any(folder.is_relative_to(memory) for memory in SERVICES[part]["tmpfs"])


@pytest.mark.parametrize("part", OWN)
def test_files_that_people_brought_outlive_the_containers_and_are_seen_by_all(part: str) -> None:
    told = SERVICES[part]["environment"]
    folders = {"materials": told["MATERIALS_DIR"], "seen": told["SEEN_DIR"]}
    assert SERVICES[part]["volumes"] == [f"{name}:{folder}" for name, folder in folders.items()]
    assert folders.keys() <= COMPOSE["volumes"].keys()
    # A new volume belongs to whom the folder of the image belongs to.
    (made,) = re.findall(r"install -d -o coalitions -m 0700 (.+)$", DOCKERFILE, re.MULTILINE)
    assert set(folders.values()) <= set(made.split())


def test_what_people_reach_is_reached_through_a_proxy_of_the_machine() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:${PORT:-8000}:8000"]
    assert SERVICES["web"]["environment"]["PORT"] == 8000


def test_no_secret_of_this_machine_gets_into_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".git", "var", ".venv", "tests"} <= set(ignored)
