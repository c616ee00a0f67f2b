"""Doors of sheets, week board and plan."""

from django.urls import path, register_converter

from actionplans.dates import DayConverter
from actionplans.views import (
    blank_sheets,
    blocks,
    board,
    carrying,
    cells,
    drafts,
    peers,
    plan,
    plan_rows,
    plan_sign_off,
    polling,
    progress,
    raci,
    row_history,
    seeing,
    sheet_kinds,
    sheets,
    undo,
)

register_converter(DayConverter, "day")

urlpatterns = [
    # Shared rows, daily sheets, week board
    path("teams/<int:team_id>/cells/", cells.save_cell, name="save_cell"),
    path("teams/<int:team_id>/block/", blocks.save_block, name="save_block"),
    path("teams/<int:team_id>/undo/", undo.turn, name="undo"),
    path(
        "teams/<int:team_id>/history/<str:table>/<int:of>/",
        row_history.history,
        name="row_history",
    ),
    path("teams/<int:team_id>/here/", polling.here, name="here"),
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
    path("teams/<int:team_id>/rows/<int:row_id>/carry/", carrying.carry_row, name="carry_row"),
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
    path("teams/<int:team_id>/sheets/<day:day>/carry/", carrying.carry_rows, name="carry_rows"),
    path(
        "teams/<int:team_id>/plan/activities/<int:activity_id>/follow/",
        carrying.follow_row,
        name="follow_row",
    ),
    # The plan seen otherwise
    path("teams/<int:team_id>/plan/matrix/", raci.plan_matrix, name="plan_matrix"),
    path("teams/<int:team_id>/plan/load/", raci.plan_load, name="plan_load"),
    path("teams/<int:team_id>/plan/outsiders/", raci.plan_outsiders, name="plan_outsiders"),
    path("programs/<int:program_id>/thresholds/", raci.plan_thresholds, name="plan_thresholds"),
    path("teams/<int:team_id>/plan/timeline/", seeing.plan_timeline, name="plan_timeline"),
    path("teams/<int:team_id>/plan/next/", seeing.plan_next, name="plan_next"),
    path("teams/<int:team_id>/plan/since-baseline/", seeing.since_baseline, name="since_baseline"),
    path("teams/<int:team_id>/progress/", progress.team_progress, name="progress"),
    path("p/<str:token>/", progress.progress_link, name="progress_link"),
    path("teams/<int:team_id>/takeaways/", progress.week_takeaways, name="takeaways"),
    path("teams/<int:team_id>/peers/<int:peer_id>/", peers.peer_plan, name="peer_plan"),
]
