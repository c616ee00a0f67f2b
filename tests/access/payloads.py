"""What pages post at their doors."""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests.access.world import World

PROMISE = {"who": "Somebody", "what": "New words", "due_on": "2026-07-01", "made_on": "2026-06-01"}

PAUSE = {"first_day": "2026-10-05", "last_day": "2026-10-06", "reason": "New words"}


def payload(world: World, door: str) -> dict[str, Any]:
    """What a page would post at a door, so that an open one really writes."""
    once = str(uuid.uuid4())
    cell = {"table": "sheetrow", "row": world.own["row_id"], "field": "action"}
    row = {"row": world.own["row_id"], "version": 0, "cells": {"action": "New"}}
    block = {"id": once, "table": "sheetrow", "day": str(world.own["day"]), "rows": [row]}
    return {
        "save_cell": cell | {"value": "New", "seen": "Action canaryown", "edit_id": once},
        "save_block": {"block": json.dumps(block)},
        "undo": {"do": "undo", "place": "plan", "edit_id": once},
        "row_history": {"earlier": str(world.own["edit_id"]), "edit_id": once},
        "here": {"part": f"row-{world.own['row_id']}"},
        "drafts": cell | {"value": "New", "seen": "Action canaryown"},
        "conflicts": {"conflict": str(world.own["edit_id"]), "choice": "theirs"},
        "team_setup": {"do": "invite", "members": "new@example.org"},
        "cohort_staff": {"email": "new@example.org"},
        "roster": {"pasted": "new@example.org"},
        "roster_draft": {"do": "write"},
        "plan_import": {"pasted": "Milestone\tActivities\nNew\tNew words"},
        "sheet_import": {"pasted": "Session\tAction\nNew\tNew words"},
        "import_draft": {"do": "write"},
        "calendar": {"do": "make"},
        "my_calendar": {"do": "make"},
        "announcements": {"title": "News", "text": "New words", "form_id": once},
        "peer_plan": {"help": "New words", "form_id": once},
        "comments": {"text": "New words", "form_id": once},
        "attendance": {"taps": f"{world.own['user_id']}.{world.own['day']}.afternoon.1"},
        "certificates": {"do": "issue"},
        "materials": {"form_id": once, "kind": "material", "link": "https://example.org/"},
        "material": {"form_id": once, "kind": "reading", "title": "New", "text": "New"},
        "role_cards": {"form_id": once, "title": "New", "text": "New words"},
        "role_card": {"form_id": once, "title": "New", "text": "New words"},
        "session_edit": {"do": "duplicate", "version": "0"},
        "cohort_new": {
            "form_id": once,
            "name": "Next",
            "starts_on": "2031-03-03",
            "time_zone": "UTC",
            "begin_from": f"cohort-{world.own['cohort_id']}",
        },
        "agenda_template": {"do": "remove"},
        "template_keep": {"form_id": once, "name": "Kept"},
        "schedules": {"form_id": once, "name": "Kept", "weeks": "4, 12"},
        "schedule_template": {"do": "remove"},
        "cohort_schedule": {"do": "show", "openings": ""},
        "cohort_holidays": {"do": "show", "holidays": "2027-05-01 Labour Day"},
        "step_text": {"do": "keep", "subject": "%(team)s", "body": "New words"},
        "team_pauses": PAUSE | {"do": "show", "form_id": once},
        "carry_rows": {"rows": str(world.own["row_id"]), "milestone": "own"},
        "plan_outsiders": {
            "person": world.own["outsider_id"],
            "asked": world.own["activity_id"],
            "known": world.own["activity_id"],
        },
        "plan_thresholds": dict.fromkeys(
            ("most_responsible", "most_share", "most_at_once", "first_days"), "9"
        ),
        "since_baseline": {
            "activity": world.own["activity_id"],
            "text": "New words",
            "form_id": once,
        },
        "progress": {"form_id": once, "days": "30"},
        "sheet_kinds": {"do": "up", "column": "action_kind", "code": "capacity"},
        "sheet_kind": {"form_id": once, "en": "Meet"},
        "commitments": PROMISE | {"form_id": once},
        "commitment": PROMISE | {"form_id": once, "seen": "1"},
        "calls": {"form_id": once, "held_on": "2026-06-01", "notes": "New words"},
        "excuse": {"reason": "New words"},
        "support": {"form_id": once, "text": "New words"},
        "support_request": {"form_id": once, "note": "New words"},
        "confirm_support": {"form_id": once, "note": "New words"},
        "invitations": {"do": "resend_all", "once": once},
        "operations_message": {"do": "retry"},
        "reminder_preference": {"do": "snooze"},
        "team_addresses": {"do": "try", "membership": world.own["membership_id"]},
        "invitation_address": {"email": "new@example.org"},
    }.get(door, {"edit_id": once})
