"""Doors of files: plans and sheets out and in again."""

from django.urls import path

from documents import download_pages, import_pages

urlpatterns = [
    path("teams/<int:team_id>/plan.<slug:format>", download_pages.plan_file, name="plan_file"),
    path(
        "teams/<int:team_id>/plan/baseline.<slug:format>",
        download_pages.baseline_file,
        name="baseline_file",
    ),
    path(
        "teams/<int:team_id>/sheets/<day:day>.<slug:format>",
        download_pages.sheet_file,
        name="sheet_file",
    ),
    path("teams/<int:team_id>/plan/import/", import_pages.bring_in, name="plan_import"),
    path(
        "teams/<int:team_id>/sheets/<day:day>/import/", import_pages.bring_in, name="sheet_import"
    ),
    path(
        "teams/<int:team_id>/imports/<int:import_id>/",
        import_pages.import_draft,
        name="import_draft",
    ),
]
