"""What is only for one's own machine: reading mails, and links that sign in once."""

import os
import subprocess
import sys
from email.message import EmailMessage
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from home.dev_sign_in import path_for
from tests.factories import make_member, make_team, make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def _own_machine(settings, tmp_path) -> None:
    settings.ROOT_URLCONF = "tests.home.urls_with_dev"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.MFA_REQUIRED = False


@pytest.fixture
def mail_dir(settings) -> Path:
    settings.MAIL_DIR.mkdir()
    return settings.MAIL_DIR


def put(folder: Path, name: str, subject: str, text: str = "Hello", html: str = "") -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "b@example.org", subject
    letter.set_content(text)
    if html:
        letter.add_alternative(html, subtype="html")
    (folder / name).write_bytes(letter.as_bytes())


def test_mails_are_listed_newest_first(mail_dir) -> None:
    put(mail_dir, "20260601-100000-1.eml", "The older")
    put(mail_dir, "20260602-100000-1.eml", "The newer")
    put(mail_dir, ".draft", "Half written")
    page = Client().get("/dev/mail/").content.decode()
    assert page.index("The newer") < page.index("The older")
    assert "Half written" not in page
    assert "a@example.org" in page


def test_a_mail_shows_its_text_with_links_and_its_html_as_source(mail_dir) -> None:
    put(
        mail_dir, "1.eml", "Hi", "Come: https://example.org/i/abc\n<b>", "<script>alert(1)</script>"
    )
    page = Client().get("/dev/mail/1.eml/").content.decode()
    assert '<a href="https://example.org/i/abc"' in page
    assert "<dt>To</dt>" in page
    assert "<bdi>b@example.org</bdi>" in page
    assert "&lt;b&gt;" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("name", ["..%2Fsecret.txt", "..", ".draft", "%2Fetc%2Fpasswd", "2.eml"])
def test_only_what_lies_in_the_folder_can_be_read(mail_dir, name) -> None:
    (mail_dir.parent / "secret.txt").write_text("secret")
    put(mail_dir, ".draft", "Half written")
    answer = Client().get(f"/dev/mail/{name}/")
    assert answer.status_code == 404


def test_without_any_mail_the_page_says_so() -> None:
    assert "No mail yet" in Client().get("/dev/mail/").content.decode()


def test_a_link_signs_in_once(client) -> None:
    user = make_member(make_team(name="Liberia"), joined_at=None)
    link = path_for(user)
    assert "Liberia" in client.get(link, follow=True).content.decode()
    assert user.memberships.get().joined_at is not None
    again = Client().get(link)
    assert again.status_code == 410
    assert "does not sign in any more" in again.content.decode()
    assert "_auth_user_id" not in again.client.session


def test_an_altered_link_and_one_of_someone_else_sign_nobody_in(client) -> None:
    user, other = make_user(), make_user()
    link = path_for(user)
    for bad in (link[:-2] + "x/", link.replace(f"/{user.pk}/", f"/{other.pk}/", 1)):
        assert client.get(bad).status_code == 410
    assert "_auth_user_id" not in client.session


def test_a_link_of_someone_deactivated_signs_nobody_in(client) -> None:
    user = make_user()
    link = path_for(user)
    User.objects.update(is_active=False)
    assert client.get(link).status_code == 410


def test_demo_links_prints_a_line_for_each_role_that_works(client, settings) -> None:
    settings.DEBUG = True
    settings.BASE_URL = "http://testserver"
    make_user("Ada", email="admin@demo.example", is_admin=True)
    out, err = StringIO(), StringIO()
    call_command("demo_links", stdout=out, stderr=err)
    role, name, _sees, link = out.getvalue().strip().split(" — ")
    assert (role, name) == ("Administrator", "Ada")
    assert err.getvalue().count("is not there") == 6
    assert client.get(link, follow=True).context["user"].name == "Ada"


def test_demo_links_refuses_where_debug_is_off() -> None:
    with pytest.raises(CommandError):
        call_command("demo_links")


@pytest.mark.parametrize(("debug", "routed"), [("", False), ("1", True)])
def test_the_doors_are_routed_only_where_debug_is_on(debug, routed, tmp_path) -> None:
    look = (
        "import django; django.setup()\n"
        "from django.urls import resolve, Resolver404\n"
        "for path in ('/dev/mail/', '/dev/mail/a/', '/dev/sign-in/1/a/'):\n"
        "    try: print(resolve(path).url_name)\n"
        "    except Resolver404: print('-')\n"
    )
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "coalitions.settings",
        "DEBUG": debug,
        "SECRET_KEY": "of-this-test",
        "BASE_URL": "http://testserver",
        "VAR_DIR": str(tmp_path),
    }
    if not debug:
        env.pop("DEBUG")
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    expected = ["dev_mails", "dev_mail", "dev_sign_in"] if routed else ["-", "-", "-"]
    assert done.stdout.split() == expected
