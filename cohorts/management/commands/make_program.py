"""`manage.py make_program NAME --lead ADDRESS`: the way in, where nobody can sign in yet."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from coalitions import clock
from cohorts import staff
from cohorts.fields import tidy
from cohorts.guests import Guest, read_guests
from cohorts.models import Program


class Command(BaseCommand):
    help = (
        "Make a program and who leads it, so that they can sign in and go on in the browser. "
        "For a program that is there already, add leads to it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the program's name")
        parser.add_argument(
            "--lead",
            action="append",
            required=True,
            metavar="ADDRESS",
            help="“Name <address>” or the address alone; may be given several times",
        )
        parser.add_argument(
            "--admin", action="store_true", help="the leads are administrators too: of everything"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            leads = read_guests("\n".join(options["lead"]))
            program, is_new = _program(tidy(options["name"]), leads, admin=options["admin"])
        except ValidationError as error:
            raise CommandError("Nothing was made.\n" + "\n".join(error.messages)) from error
        self.stdout.write(f"{program} is {'made' if is_new else 'there already'}. Its leads:")
        for lead in program.leads.order_by("email"):
            self.stdout.write(f"  {lead.email}{' (administrator)' if lead.is_admin else ''}")
        page = settings.BASE_URL + reverse("account_login")
        self.stdout.write(f"They sign in at {page} with a code that is mailed to them.")


@transaction.atomic
def _program(name: str, leads: list[Guest], *, admin: bool) -> tuple[Program, bool]:
    """The program of this name, led by `leads` too; was it made? Raises ValidationError."""
    known = Program.objects.filter(name__iexact=name).first()
    program = known or Program(name=name)
    program.full_clean()
    program.save()
    for guest in leads:
        user = User.objects.get_or_invite(guest.email, name=guest.name)
        if admin and not user.is_admin:
            user.is_admin = True
            user.save(update_fields=["is_admin"])
        staff.name_lead(program, user, by=None, now=clock.now())
    return program, known is None
