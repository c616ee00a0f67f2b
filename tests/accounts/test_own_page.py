"""A page that was left open writes nothing under the name of whoever signed in after it."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client

from accounts.device import mark
from accounts.models import User
from actionplans.models import Edit
from cohorts.models import Team
from tests.actionplans.planning import make_activity, make_milestone
from tests.factories import make_member, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def amara(team: Team) -> User:
    return make_member(team, make_user("Amara Kollie"))


def writes(team: Team) -> list[tuple[str, dict[str, str]]]:
    """What scripts of a plan's page send: a date of the timeline, a block, a move, an undo."""
    row = make_activity(make_milestone(team))
    cell = {"table": "activity", "row": str(row.pk), "field": "due_on", "value": "2026-07-01"}
    cells = {"row": row.pk, "version": row.version, "cells": {"comments": "Ours"}}
    block = {"id": str(uuid4()), "table": "activity", "rows": [cells]}
    return [
        (f"/teams/{team.pk}/cells/", cell | {"seen": "", "edit_id": str(uuid4())}),
        (f"/teams/{team.pk}/block/", {"block": json.dumps(block)}),
        (f"/teams/{team.pk}/plan/activities/{row.pk}/", {"do": "remove", "edit_id": str(uuid4())}),
        (f"/teams/{team.pk}/undo/", {"do": "undo", "place": "plan", "edit_id": str(uuid4())}),
    ]


def test_nothing_is_written_for_a_page_of_someone_else(team: Team, amara: User, sign_in) -> None:
    moses = sign_in(make_member(team))
    for address, fields in writes(team):
        before = Edit.objects.count()
        told = {"X-Requested-With": "fetch", "X-Person": mark(amara)}
        assert moses.post(address, fields, headers=told).status_code == 401, address
        assert Edit.objects.count() == before
        assert Client().post(address, fields, headers=told).status_code == 401
        assert sign_in(amara).post(address, fields, headers=told).status_code == 200, address
        assert Edit.objects.count() > before


def test_pages_give_their_scripts_the_mark_to_send(amara: User, sign_in) -> None:
    page = sign_in(amara).get("/me/").content.decode()
    assert f'"X-Person": "{mark(amara)}"' in page
    assert sign_in(amara).get("/me/", headers={"X-Person": "someone else"}).status_code == 200
