"""Doors of sheets, week board and plan."""

from django.urls import path, register_converter

from actionplans.dates import DayConverter
from actionplans.views import (
    blank_sheets,
    board,
    cells,
    drafts,
    peers,
    plan,
    plan_rows,
    plan_sign_off,
    sheet_kinds,
    sheets,
)

register_converter(DayConverter, "day")

urlpatterns = [
    # Shared rows, daily sheets, week board
    path("teams/<int:team_id>/cells/", cells.save_cell, name="save_cell"),
    path("teams/<int:team_id>/drafts/", drafts.drafts_of, name="drafts"),
    path("teams/<int:team_id>/conflicts/", cells.conflicts_page, name="conflicts"),
    path("teams/<int:team_id>/sheets/<day:day>/", sheets.sheet, name="sheet"),
    path(
        "teams/<int:team_id>/sheets/<day:day>/changes/", sheets.sheet_changes, name="sheet_changes"
    ),
    path("teams/<int:team_id>/sheets/<day:day>/rows/", sheets.sheet_row_add, name="sheet_row_add"),
    path(
        "teams/<int:team_id>/sheets/<day:day>/hand-in/", sheets.sheet_hand_in, name="sheet_hand_in"
    ),
    path("teams/<int:team_id>/rows/<int:row_id>/", sheets.sheet_row, name="sheet_row"),
    path("programs/<int:program_id>/sheet-kinds/", sheet_kinds.kinds, name="sheet_kinds"),
    path(
        "programs/<int:program_id>/sheet-kinds/<str:column>/<str:code>/",
        sheet_kinds.kind,
        name="sheet_kind",
    ),
    path("cohorts/<int:cohort_id>/board/", board.week_board, name="board"),
    path("cohorts/<int:cohort_id>/blank-sheets/", blank_sheets.blank_sheets, name="blank_sheets"),
    # Action plan
    path("teams/<int:team_id>/rows/<int:row_id>/carry/", plan.carry_row, name="carry_row"),
    path("teams/<int:team_id>/plan/", plan.plan, name="plan"),
    path("teams/<int:team_id>/plan/changes/", plan.plan_changes, name="plan_changes"),
    path("teams/<int:team_id>/plan/milestones/", plan_rows.milestone_add, name="milestone_add"),
    path(
        "teams/<int:team_id>/plan/milestones/<int:milestone_id>/",
        plan_rows.milestone,
        name="milestone",
    ),
    path(
        "teams/<int:team_id>/plan/milestones/<int:milestone_id>/activities/",
        plan_rows.activity_add,
        name="activity_add",
    ),
    path(
        "teams/<int:team_id>/plan/activities/<int:activity_id>/",
        plan_rows.activity,
        name="activity",
    ),
    path("teams/<int:team_id>/plan/sign-off/", plan_sign_off.sign_off, name="sign_off"),
    path("teams/<int:team_id>/plan/baseline/", plan_sign_off.baseline, name="baseline"),
    path("teams/<int:team_id>/peers/<int:peer_id>/", peers.peer_plan, name="peer_plan"),
]
