"""Print a link for each role of the demo, with which one looks around as that person."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from home.dev_sign_in import path_for

# Who is who in the demo: role, address, what they see.
PEOPLE = [
    ("Administrator", "admin@demo.example", "every program"),
    ("Program lead", "lead@demo.example", "their program, its cohorts and follow-up pages"),
    ("Facilitator", "facilitator@demo.example", "the week board of the cohort in its week"),
    ("Coach", "coach@demo.example", "the teams they coach"),
    ("Team lead", "liberia.lead@demo.example", "a team in its week: sheets, plan, sign-off"),
    ("Member", "liberia.member@demo.example", "the same team, without the sign-off"),
    ("Team lead", "kenya.lead@demo.example", "a team in follow-up, with a check-in due"),
]


class Command(BaseCommand):
    """`manage.py demo_links`: one line a role, each link works once. Only where DEBUG is on."""

    help = "Print, a line each, the demo's roles and a sign-in link that works once (DEBUG only)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Sign-in links are for one's own machine: set DEBUG=1.")
        known = {user.email: user for user in User.objects.filter(email__in=[p[1] for p in PEOPLE])}
        for role, address, sees in PEOPLE:
            if user := known.get(address):
                link = settings.BASE_URL + path_for(user)
                self.stdout.write(f"{role} — {user} — {sees} — {link}")
            else:
                self.stderr.write(f"{role} — {address} is not there; `manage.py load_demo` first.")
