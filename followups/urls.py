from django.urls import path

from followups import (
    coach_pages,
    commitment_pages,
    holiday_pages,
    link_pages,
    preference_pages,
    schedule_pages,
    support_pages,
    take_back_pages,
    text_pages,
    views,
    year_pages,
)

urlpatterns = [
    path("programs/<int:program_id>/schedules/", schedule_pages.schedules_of, name="schedules"),
    path(
        "programs/<int:program_id>/schedules/<int:schedule_id>/",
        schedule_pages.schedule_template,
        name="schedule_template",
    ),
    path("programs/<int:program_id>/texts/", text_pages.texts_of, name="step_texts"),
    path(
        "programs/<int:program_id>/texts/<str:step>/<str:language>/",
        text_pages.step_text,
        name="step_text",
    ),
    path(
        "cohorts/<int:cohort_id>/schedule/", schedule_pages.cohort_schedule, name="cohort_schedule"
    ),
    path(
        "cohorts/<int:cohort_id>/schedule/holidays/",
        holiday_pages.cohort_holidays,
        name="cohort_holidays",
    ),
    path(
        "cohorts/<int:cohort_id>/schedule/calendar/",
        year_pages.calendar_of_mails,
        name="mail_calendar",
    ),
    path("teams/<int:team_id>/pauses/", year_pages.team_pauses, name="team_pauses"),
    path("cohorts/<int:cohort_id>/close-week/", views.close_week, name="close_week"),
    path("cohorts/<int:cohort_id>/follow-up/", views.follow_up, name="follow_up"),
    path("teams/<int:team_id>/check-ins/<int:check_in_id>/", views.check_in, name="check_in"),
    path("teams/<int:team_id>/support/", support_pages.support_of_team, name="support"),
    path(
        "teams/<int:team_id>/check-ins/<int:check_in_id>/links/",
        take_back_pages.close_links,
        name="close_links",
    ),
    path(
        "teams/<int:team_id>/support/<int:request_id>/",
        support_pages.support_request,
        name="support_request",
    ),
    path(
        "teams/<int:team_id>/support/<int:request_id>/confirm/",
        support_pages.confirm_support,
        name="confirm_support",
    ),
    path("teams/<int:team_id>/commitments/", commitment_pages.commitments_of, name="commitments"),
    path(
        "teams/<int:team_id>/commitments/<int:commitment_id>/",
        commitment_pages.commitment,
        name="commitment",
    ),
    path(
        "cohorts/<int:cohort_id>/support/",
        support_pages.support_of_cohort,
        name="cohort_support",
    ),
    path(
        "programs/<int:program_id>/support/",
        support_pages.support_of_program,
        name="program_support",
    ),
    path("me/teams/", coach_pages.my_teams, name="coaching"),
    path("teams/<int:team_id>/calls/", coach_pages.calls_with, name="calls"),
    path(
        "teams/<int:team_id>/check-ins/<int:check_in_id>/excuse/",
        coach_pages.excuse,
        name="excuse",
    ),
    path("me/reminders/", preference_pages.reminder_preference, name="reminder_preference"),
    path("c/", link_pages.check_in_by_link, name="check_in_by_link"),
    # Without a slash at the end: short enough never to be folded, and reached without redirect.
    path("c/<str:token>", link_pages.check_in_link, name="check_in_link"),
    path("b/<str:token>", take_back_pages.take_back, name="take_back"),
    path("u/<str:token>", preference_pages.opt_out, name="opt_out"),
]
