from django.urls import path

from cohorts import (
    address_pages,
    agenda_pages,
    calendar_pages,
    invitation_pages,
    roster_pages,
    template_pages,
    views,
)

urlpatterns = [
    path("programs/<int:program_id>/", views.program, name="program"),
    path("programs/<int:program_id>/cohorts/new/", views.cohort_new, name="cohort_new"),
    path(
        "programs/<int:program_id>/templates/<int:template_id>/",
        template_pages.agenda_template,
        name="agenda_template",
    ),
    path("cohorts/<int:cohort_id>/", views.cohort, name="cohort"),
    path("cohorts/<int:cohort_id>/agenda/", agenda_pages.agenda, name="agenda"),
    path("cohorts/<int:cohort_id>/agenda/edit/", agenda_pages.builder, name="agenda_builder"),
    path("cohorts/<int:cohort_id>/agenda/undo/", agenda_pages.undo, name="agenda_undo"),
    path("cohorts/<int:cohort_id>/agenda/new/", agenda_pages.session_new, name="session_new"),
    path("cohorts/<int:cohort_id>/agenda/<int:session_id>/", agenda_pages.session, name="session"),
    path(
        "cohorts/<int:cohort_id>/agenda/<int:session_id>/edit/",
        agenda_pages.session_edit,
        name="session_edit",
    ),
    path(
        "cohorts/<int:cohort_id>/agenda/template/",
        template_pages.template_keep,
        name="template_keep",
    ),
    path("cohorts/<int:cohort_id>/teams/new/", views.team_new, name="team_new"),
    path("cohorts/<int:cohort_id>/teams/<int:team_id>/", views.team_setup, name="team_setup"),
    path("teams/<int:team_id>/addresses/", address_pages.team_addresses, name="team_addresses"),
    path(
        "cohorts/<int:cohort_id>/invitations/", invitation_pages.invitations_of, name="invitations"
    ),
    path(
        "cohorts/<int:cohort_id>/invitations/<int:membership_id>/",
        invitation_pages.invitation_address,
        name="invitation_address",
    ),
    path("cohorts/<int:cohort_id>/staff/", views.cohort_staff, name="cohort_staff"),
    path("cohorts/<int:cohort_id>/start-week/", views.start_week, name="start_week"),
    path("cohorts/<int:cohort_id>/roster/", roster_pages.roster, name="roster"),
    path(
        "cohorts/<int:cohort_id>/roster/<int:draft_id>/",
        roster_pages.roster_draft,
        name="roster_draft",
    ),
    path("cohorts/<int:cohort_id>/roster.xlsx", roster_pages.roster_file, name="roster_file"),
    path("cohorts/<int:cohort_id>/calendar/", calendar_pages.calendar, name="calendar"),
    path("me/calendar/", calendar_pages.my_calendar, name="my_calendar"),
    path("calendar/<str:token>.ics", calendar_pages.feed, name="calendar_feed"),
    path("i/<str:token>/", views.invitation, name="invitation"),
]
