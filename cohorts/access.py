"""Who may do what, in one place. A view is reached only through one of these decorators.

Each looks the object up *for this user* in one query, declares the rule by the set of roles that
satisfy it, and hands the object to the view, with the user's roles as `.roles`. What someone may
not see or do answers 404, like what is absent. Signed out, a page leads to sign-in and back, and
a script's request gets 401 so that it can keep what was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum, auto
from functools import wraps

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from accounts.doors import SignedIn, View, ask_to_sign_in, signed_in
from accounts.models import User
from cohorts.models import Cohort, Membership, Program, Team

__all__ = [
    "CONFIRM_SUPPORT",
    "CORRECT_ADDRESSES",
    "MANAGE_COHORT",
    "MANAGE_PROGRAM",
    "READ_COHORT",
    "READ_TEAM_WORK",
    "REPLY_CHECK_IN",
    "RESOLVE_SUPPORT",
    "SEE_BOARD",
    "SEE_FOLLOW_UP",
    "SIGN_OFF_PLAN",
    "STAFF",
    "TEAM",
    "WRITE_TEAM_WORK",
    "Role",
    "SignedIn",
    "cohort_door",
    "open_to_all",
    "program_door",
    "roles_of",
    "signed_in",
    "team_door",
]


class Role(StrEnum):
    """What someone is to a program, a cohort or a team; one person may be several."""

    ADMIN = auto()
    PROGRAM_LEAD = auto()
    FACILITATOR = auto()
    COACH = auto()
    TEAM_LEAD = auto()
    MEMBER = auto()


type Roles = frozenset[Role]

TEAM: Roles = frozenset({Role.TEAM_LEAD, Role.MEMBER})
STAFF: Roles = frozenset({Role.ADMIN, Role.PROGRAM_LEAD, Role.FACILITATOR, Role.COACH})

# The rules, named by what is done. A coalition cannot be built from outside: only the team writes.
MANAGE_PROGRAM: Roles = frozenset({Role.ADMIN, Role.PROGRAM_LEAD})
READ_COHORT: Roles = STAFF | TEAM
MANAGE_COHORT: Roles = frozenset({Role.ADMIN, Role.PROGRAM_LEAD, Role.FACILITATOR})
SEE_BOARD: Roles = STAFF
SEE_FOLLOW_UP: Roles = STAFF
READ_TEAM_WORK: Roles = STAFF | TEAM
WRITE_TEAM_WORK: Roles = TEAM
SIGN_OFF_PLAN: Roles = frozenset({Role.TEAM_LEAD})
RESOLVE_SUPPORT: Roles = STAFF
CONFIRM_SUPPORT: Roles = frozenset({Role.TEAM_LEAD})
REPLY_CHECK_IN: Roles = frozenset({Role.PROGRAM_LEAD, Role.COACH})
CORRECT_ADDRESSES: Roles = MANAGE_COHORT | {Role.TEAM_LEAD}


def programs_with_roles(user: User) -> QuerySet[Program]:
    """Programs with an `is_<role>` for each role `user` may have on them."""
    leads = Program.leads.through.objects.filter(user=user)
    return Program.objects.annotate(is_program_lead=Exists(leads.filter(program=OuterRef("pk"))))


def cohorts_with_roles(user: User) -> QuerySet[Cohort]:
    """Cohorts and their programs, with an `is_<role>` for each role `user` may have on them."""
    leads = Program.leads.through.objects.filter(user=user)
    facilitators = Cohort.facilitators.through.objects.filter(user=user)
    memberships = Membership.objects.filter(user=user, team__cohort=OuterRef("pk"))
    return Cohort.objects.select_related("program").annotate(
        is_program_lead=Exists(leads.filter(program=OuterRef("program"))),
        is_facilitator=Exists(facilitators.filter(cohort=OuterRef("pk"))),
        is_coach=Exists(Team.objects.filter(cohort=OuterRef("pk"), coach=user)),
        is_team_lead=Exists(memberships.filter(role=Membership.Role.LEAD)),
        is_member=Exists(memberships.filter(role=Membership.Role.MEMBER)),
    )


def teams_with_roles(user: User) -> QuerySet[Team]:
    """Teams and their cohorts, with an `is_<role>` for each role `user` may have on them."""
    leads = Program.leads.through.objects.filter(user=user)
    facilitators = Cohort.facilitators.through.objects.filter(user=user)
    memberships = Membership.objects.filter(user=user, team=OuterRef("pk"))
    return Team.objects.select_related("cohort__program", "coach").annotate(
        is_program_lead=Exists(leads.filter(program=OuterRef("cohort__program"))),
        is_facilitator=Exists(facilitators.filter(cohort=OuterRef("cohort"))),
        is_coach=ExpressionWrapper(Q(coach=user), output_field=BooleanField()),
        is_team_lead=Exists(memberships.filter(role=Membership.Role.LEAD)),
        is_member=Exists(memberships.filter(role=Membership.Role.MEMBER)),
    )


def roles_of(user: User, annotated: Program | Cohort | Team) -> Roles:
    """The roles that one of the `…_with_roles` queries found."""
    roles = {role for role in Role if getattr(annotated, f"is_{role}", False)}
    return frozenset(roles | {Role.ADMIN}) if user.is_admin else frozenset(roles)


def _door(
    query: Callable[[User], QuerySet],
    parameter: str,
    may: Roles,
    along: Callable[[HttpRequest, QuerySet], QuerySet] | None = None,
) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                return ask_to_sign_in(request)
            asked = query(request.user).filter(pk=kwargs.pop(parameter))
            found = (along(request, asked) if along else asked).first()
            if found is None:
                raise Http404
            found.roles = roles_of(request.user, found)
            if not found.roles & may:
                raise Http404
            return view(request, found, **kwargs)

        checked.rule = may  # type: ignore[attr-defined]
        return checked

    return decorate


def program_door(*, may: Roles) -> Callable[[View], View]:
    """The view gets the program of the URL's `program_id`, for users with one of the roles."""
    return _door(programs_with_roles, "program_id", may)


def cohort_door(*, may: Roles) -> Callable[[View], View]:
    """The view gets the cohort of the URL's `cohort_id`, for users with one of the roles."""
    return _door(cohorts_with_roles, "cohort_id", may)


def team_door(
    *,
    may: Roles,
    along: Callable[[HttpRequest, QuerySet[Team]], QuerySet[Team]] | None = None,
) -> Callable[[View], View]:
    """The view gets the team of the URL's `team_id`, for users with one of the roles.

    `along` annotates the team with what the view needs besides, so that one statement reads both.
    """
    return _door(teams_with_roles, "team_id", may, along)


def open_to_all(why: str) -> Callable[[View], View]:
    """The view needs no sign-in; `why` says what protects it instead."""

    def decorate(view: View) -> View:
        view.rule = f"open to all: {why}"  # type: ignore[attr-defined]
        return view

    return decorate
