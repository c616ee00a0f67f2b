"""The command by which the first program and its lead come to be."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cohorts.models import Program
from tests.factories import make_program, make_user

pytestmark = pytest.mark.django_db
NAME = "Leading with Coalitions"
GRACE = "Grace Weah <grace@example.org>"


def test_on_an_empty_database_it_makes_a_program_whose_lead_can_open_it(sign_in, settings) -> None:
    settings.MFA_REQUIRED = False
    call_command("make_program", NAME, "--lead", GRACE)
    program, lead = Program.objects.get(), User.objects.get()
    assert (program.name, lead.name, lead.email) == (NAME, "Grace Weah", "grace@example.org")
    client: Client = sign_in(lead)
    assert NAME in client.get(reverse("home")).content.decode()
    assert client.get(program.get_absolute_url()).status_code == 200
    assert not lead.is_admin


def test_it_says_who_leads_and_where_they_sign_in(capsys, settings) -> None:
    settings.BASE_URL = "https://coalitions.example"
    call_command("make_program", NAME, "--lead", GRACE)
    said = capsys.readouterr().out
    assert "https://coalitions.example/accounts/login/" in said
    assert "grace@example.org" in said


def test_the_lead_can_be_made_administrator() -> None:
    call_command("make_program", NAME, "--lead", GRACE, "--admin")
    assert User.objects.get().is_admin


def test_run_again_it_adds_leads_and_makes_nothing_twice() -> None:
    call_command("make_program", NAME, "--lead", GRACE)
    call_command("make_program", NAME.upper(), "--lead", GRACE, "--lead", "moses@example.org")
    program = Program.objects.get()
    assert program.name == NAME
    emails = program.leads.order_by("email").values_list("email", flat=True)
    assert list(emails) == ["grace@example.org", "moses@example.org"]


def test_known_people_keep_their_name_and_an_administrator_stays_one() -> None:
    known = make_user("Hon. Grace", email="grace@example.org", is_admin=True)
    call_command("make_program", NAME, "--lead", GRACE)
    known.refresh_from_db()
    assert (known.name, known.is_admin) == ("Hon. Grace", True)
    assert known.led_programs.get().name == NAME


@pytest.mark.parametrize(
    ("name", "lead"),
    [(NAME, "grace at example.org"), ("  ", GRACE), ("x" * 301, GRACE)],
    ids=["no address", "no name", "a name too long"],
)
def test_what_it_cannot_read_makes_nothing(name: str, lead: str) -> None:
    with pytest.raises(CommandError, match="Nothing was made"):
        call_command("make_program", name, "--lead", lead)
    assert not Program.objects.exists()
    assert not User.objects.exists()


def test_other_programs_stay_as_they_are() -> None:
    other = make_program(make_user())
    call_command("make_program", NAME, "--lead", GRACE)
    assert other.leads.count() == 1
