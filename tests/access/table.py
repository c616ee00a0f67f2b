"""Who may do what: the one table, written by hand from the design and read only by tests.

A door (URL name) is listed with what it stands below and, for each of reading (GET, HEAD) and
writing (POST), the roles to whom it opens. Everybody else gets 404, and signed out a way to
sign in. A URL that is not listed here makes the build red.
"""

from __future__ import annotations

from dataclasses import dataclass

ADMIN, PROGRAM_LEAD, FACILITATOR, COACH = "admin", "program lead", "facilitator", "coach"
TEAM_LEAD, MEMBER = "team lead", "member"
SISTER = "sister team's member"
# People without a right to any of it: of another program, or no longer of the team.
OTHERS = (
    "other program lead",
    "other facilitator",
    "other coach",
    "other team lead",
    "former member",
)
ROLES = (ADMIN, PROGRAM_LEAD, FACILITATOR, COACH, TEAM_LEAD, MEMBER, SISTER, *OTHERS)

NOBODY: frozenset[str] = frozenset()
EVERYBODY = frozenset(ROLES)
TEAM = frozenset({TEAM_LEAD, MEMBER})
STAFF = frozenset({ADMIN, PROGRAM_LEAD, FACILITATOR, COACH})
PROGRAM = frozenset({ADMIN, PROGRAM_LEAD})
COHORT = frozenset({ADMIN, PROGRAM_LEAD, FACILITATOR})
WHOLE_COHORT = STAFF | TEAM | {SISTER}


@dataclass(frozen=True)
class Door:
    """`reads` and `writes`: to whom it opens. `public`: why it needs no sign-in."""

    reads: frozenset[str] = NOBODY
    writes: frozenset[str] = NOBODY
    public: str = ""


ONESELF = "oneself alone: allauth asks who it is"
DOORS: dict[str, Door] = {
    # Oneself
    "home": Door(EVERYBODY, public="the landing page, or one's own"),
    "profile": Door(EVERYBODY, EVERYBODY),
    "guess_time_zone": Door(NOBODY, EVERYBODY),
    "reminder_preference": Door(EVERYBODY, EVERYBODY),
    "comment_mails": Door(EVERYBODY, EVERYBODY),
    "device_key": Door(EVERYBODY),
    "shared_device": Door(NOBODY, EVERYBODY, public="a cookie of the device"),
    "set_language": Door(NOBODY, EVERYBODY, public="a cookie of one's own"),
    # Signing in: what is oneself's alone
    "account_login": Door(EVERYBODY, EVERYBODY, public="how one comes in"),
    "account_request_login_code": Door(EVERYBODY, EVERYBODY, public="leads to sign-in"),
    "account_confirm_login_code": Door(EVERYBODY, EVERYBODY, public="the code"),
    "account_logout": Door(EVERYBODY, EVERYBODY, public="how one goes"),
    "account_inactive": Door(EVERYBODY, public="says that an account is closed"),
    "account_signup": Door(EVERYBODY, public="says how one is invited"),
    "account_reauthenticate": Door(EVERYBODY, EVERYBODY, public="allauth asks who it is"),
    "mfa_authenticate": Door(EVERYBODY, EVERYBODY, public="the second factor's code"),
    "mfa_index": Door(EVERYBODY, public=ONESELF),
    "mfa_reauthenticate": Door(EVERYBODY, EVERYBODY, public=ONESELF),
    "mfa_activate_totp": Door(EVERYBODY, EVERYBODY, public=ONESELF),
    "mfa_deactivate_totp": Door(EVERYBODY, EVERYBODY, public=ONESELF),
    "mfa_view_recovery_codes": Door(EVERYBODY, public=ONESELF),
    "mfa_generate_recovery_codes": Door(EVERYBODY, EVERYBODY, public=ONESELF),
    "mfa_download_recovery_codes": Door(EVERYBODY, public=ONESELF),
    # Programs and cohorts
    "program": Door(PROGRAM),
    "cohort_new": Door(PROGRAM, PROGRAM),
    "agenda_template": Door(PROGRAM, PROGRAM),
    "template_keep": Door(PROGRAM, PROGRAM),
    "schedules": Door(PROGRAM, PROGRAM),
    "schedule_template": Door(PROGRAM, PROGRAM),
    "step_texts": Door(PROGRAM),
    "step_text": Door(PROGRAM, PROGRAM),
    # Until the week is closed, those who prepare it write it, too.
    "cohort_schedule": Door(COHORT, PROGRAM),
    "cohort_holidays": Door(PROGRAM, PROGRAM),
    "mail_calendar": Door(COHORT),
    "sheet_kinds": Door(PROGRAM, PROGRAM),
    "sheet_kind": Door(PROGRAM, PROGRAM),
    "plan_thresholds": Door(PROGRAM, PROGRAM),
    "invitations": Door(COHORT, COHORT),
    "invitation_address": Door(COHORT, COHORT),
    "cohort": Door(WHOLE_COHORT),
    "agenda": Door(WHOLE_COHORT),
    "session": Door(WHOLE_COHORT),
    "roster": Door(COHORT, COHORT),
    "roster_draft": Door(COHORT, COHORT),
    "roster_file": Door(COHORT),
    "calendar": Door(WHOLE_COHORT, WHOLE_COHORT),
    "my_calendar": Door(EVERYBODY, EVERYBODY),
    "calendar_feed": Door(EVERYBODY, public="the link's token"),
    "agenda_builder": Door(COHORT),
    "agenda_undo": Door(NOBODY, COHORT),
    "session_new": Door(COHORT, COHORT),
    "session_edit": Door(COHORT, COHORT),
    # What a session needs; a role card is its holder's alone, which the member is
    "materials": Door(COHORT, COHORT),
    "material": Door(COHORT, COHORT),
    "material_file": Door(WHOLE_COHORT),
    "role_cards": Door(COHORT, COHORT),
    "role_card": Door(COHORT, COHORT),
    "my_role_card": Door(frozenset({MEMBER}), frozenset({MEMBER})),
    "announcements": Door(WHOLE_COHORT, COHORT),
    "peer_review": Door(COHORT, COHORT),
    "team_new": Door(COHORT, COHORT),
    "cohort_staff": Door(PROGRAM, PROGRAM),
    "team_setup": Door(COHORT, COHORT),
    "start_week": Door(NOBODY, COHORT),
    "close_week": Door(COHORT, COHORT),
    "team_pauses": Door(COHORT, PROGRAM),
    "board": Door(STAFF),
    "attendance": Door(COHORT, COHORT),
    "attendance_list": Door(COHORT),
    "badges": Door(COHORT),
    "blank_sheets": Door(COHORT),
    "certificates": Door(COHORT, COHORT),
    "certificates_pdf": Door(COHORT),
    "certificate_pdf": Door(COHORT),
    "my_certificate": Door(WHOLE_COHORT),
    "certificate_check": Door(EVERYBODY, public="the 128 bits printed on the paper"),
    "follow_up": Door(STAFF),
    # A team's work: read by staff, written by the team alone
    "team": Door(STAFF | TEAM),
    "sheet": Door(STAFF | TEAM),
    "sheet_changes": Door(STAFF | TEAM),
    "sheet_row_add": Door(NOBODY, TEAM),
    "sheet_hand_in": Door(NOBODY, TEAM),
    "sheet_row": Door(TEAM, TEAM),
    "save_cell": Door(NOBODY, TEAM),
    "save_block": Door(NOBODY, TEAM),
    "undo": Door(NOBODY, TEAM),
    "row_history": Door(STAFF | TEAM, TEAM),
    "here": Door(NOBODY, TEAM),
    "conflicts": Door(TEAM, TEAM),
    "drafts": Door(TEAM, TEAM),
    "carry_row": Door(NOBODY, TEAM),
    "plan": Door(STAFF | TEAM),
    "plan_changes": Door(STAFF | TEAM),
    "milestone_add": Door(NOBODY, TEAM),
    "activity_add": Door(NOBODY, TEAM),
    "activity": Door(TEAM, TEAM),
    "milestone": Door(TEAM, TEAM),
    "sign_off": Door(frozenset({TEAM_LEAD}), frozenset({TEAM_LEAD})),
    "baseline": Door(STAFF | TEAM),
    "carry_rows": Door(TEAM, TEAM),
    "follow_row": Door(TEAM, TEAM),
    "plan_matrix": Door(STAFF | TEAM),
    "plan_load": Door(STAFF | TEAM),
    "plan_outsiders": Door(STAFF | TEAM, TEAM),
    "plan_timeline": Door(STAFF | TEAM),
    "plan_next": Door(STAFF | TEAM),
    "since_baseline": Door(STAFF | TEAM, TEAM),
    "progress": Door(STAFF | TEAM, frozenset({TEAM_LEAD})),
    "takeaways": Door(STAFF | TEAM),
    # Files out and in
    "plan_file": Door(STAFF | TEAM),
    "baseline_file": Door(STAFF | TEAM),
    "sheet_file": Door(STAFF | TEAM),
    "plan_import": Door(TEAM, TEAM),
    "sheet_import": Door(TEAM, TEAM),
    "import_draft": Door(TEAM, TEAM),
    # What people say about it: on a check-in the team, its coach and the program lead
    "comments": Door(STAFF | TEAM, TEAM | {PROGRAM_LEAD, COACH}),
    "peers": Door(STAFF | TEAM, frozenset({TEAM_LEAD})),
    "peer_plan": Door(TEAM, TEAM),
    # The year after
    "check_in": Door(STAFF | TEAM),
    "close_links": Door(NOBODY, TEAM),
    "support": Door(STAFF | TEAM, TEAM),
    "support_request": Door(STAFF | TEAM, STAFF),
    "confirm_support": Door(NOBODY, frozenset({TEAM_LEAD})),
    "commitments": Door(STAFF | TEAM, TEAM),
    "commitment": Door(STAFF | TEAM, TEAM),
    "calls": Door(STAFF | TEAM, frozenset({COACH, PROGRAM_LEAD})),
    "excuse": Door(frozenset({COACH, PROGRAM_LEAD}), frozenset({COACH, PROGRAM_LEAD})),
    "coaching": Door(EVERYBODY),
    "cohort_support": Door(STAFF),
    "program_support": Door(PROGRAM),
    "team_addresses": Door(COHORT | {TEAM_LEAD}, COHORT | {TEAM_LEAD}),
    # Do the mails go out; each program lead sees their own people
    "operations": Door(PROGRAM | {"other program lead"}),
    "operations_person": Door(PROGRAM),
    "operations_message": Door(PROGRAM, PROGRAM),
    # Links in mails
    "invitation": Door(EVERYBODY, public="the link's token"),
    "check_in_link": Door(EVERYBODY, public="the link's token"),
    "check_in_by_link": Door(EVERYBODY, EVERYBODY, public="the cookie, or what the page carries"),
    "comments_off": Door(EVERYBODY, EVERYBODY, public="the link's token"),
    "progress_link": Door(EVERYBODY, public="the link's token"),
    "take_back": Door(EVERYBODY, EVERYBODY, public="the link's token"),
    "opt_out": Door(EVERYBODY, EVERYBODY, public="the link's token"),
    # The operator
    "worker": Door(EVERYBODY, public="names our static files"),
    "offline": Door(EVERYBODY, public="says nothing about anybody"),
    "healthz": Door(EVERYBODY, public="says only whether it is well"),
    "readyz": Door(EVERYBODY, public="says only whether it is ready"),
    "metrics": Door(EVERYBODY, public="a token, or asking from this machine"),
}
