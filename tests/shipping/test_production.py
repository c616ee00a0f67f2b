"""The web server as production runs it: https before a proxy, DEBUG off, files collected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.conf import settings

from tests.installation import Installation
from tests.servers import own_servers
from tests.shipping.raw import ASSET, Answer, ask, first_visit
from tests.tables import make_tables

NAME = "coalitions.example"
ADDRESS = f"https://{NAME}"
# What the proxy says.
SAFELY = {"Host": NAME, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
BUDGET = 40_000
REQUESTS = 6
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The web server of an installation with an empty database."""
    with ExitStack() as stack:
        env = stack.enter_context(own_servers())
        env |= {"BASE_URL": ADDRESS, "ALLOWED_HOSTS": "", "TRUSTED_PROXIES": "1"}
        env["STATIC_ROOT"] = str(settings.STATIC_ROOT)
        own = Installation(tmp_path_factory.mktemp("production"), **env)
        stack.callback(own.stop)
        make_tables(own)
        own.start("web", "web")
        own.wait_for_web()
        yield own


@pytest.fixture(params=["/", "/accounts/login/"])
def page(request: pytest.FixtureRequest, installation: Installation) -> Answer:
    answer = ask(installation.port, request.param, **SAFELY)
    assert answer.status == 200
    return answer


# Who is answered -------------------------------------------------------------------------------


def test_plain_http_is_sent_to_https(installation: Installation) -> None:
    answer = ask(installation.port, "/accounts/login/", Host=NAME)
    assert (answer.status, answer.headers["Location"]) == (301, f"{ADDRESS}/accounts/login/")


def test_a_name_that_is_not_ours_is_refused(installation: Installation) -> None:
    assert ask(installation.port, "/", **SAFELY | {"Host": "evil.example"}).status == 400


def test_monitors_ask_over_plain_http(installation: Installation) -> None:
    assert ask(installation.port, "/readyz", Host=NAME).status == 200
    # Nobody has ticked here yet.
    assert ask(installation.port, "/healthz", Host=NAME).status == 503
    installation.manage("tick")
    assert ask(installation.port, "/healthz", Host=NAME).status == 200


def test_the_web_server_is_well_while_the_mails_need_a_person(installation: Installation) -> None:
    installation.manage("followups", "hold")
    assert ask(installation.port, "/readyz", Host=NAME).status == 503
    assert installation.web_serves()
    installation.manage("followups", "resume")
    assert ask(installation.port, "/readyz", Host=NAME).status == 200


def test_nothing_of_the_inside_is_shown(installation: Installation) -> None:
    missing = ask(installation.port, "/nowhere/", **SAFELY)
    assert missing.status == 404
    assert "urlpatterns" not in missing.text
    assert "Traceback" not in missing.text
    assert ask(installation.port, "/dev/mail/", **SAFELY).status == 404


# Headers ---------------------------------------------------------------------------------------


def test_every_page_closes_what_we_do_not_use(page: Answer) -> None:
    headers = page.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_browsers_keep_to_https_for_a_year(page: Answer) -> None:
    assert page.headers["Strict-Transport-Security"] == (
        "max-age=31536000; includeSubDomains; preload"
    )


def test_files_carry_the_same_guard(installation: Installation, page: Answer) -> None:
    for path in ASSET.findall(page.text):
        headers = ask(installation.port, path, **SAFELY).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Strict-Transport-Security" in headers


def test_cookies_belong_to_this_host_alone(installation: Installation) -> None:
    form = ask(installation.port, "/accounts/login/", **SAFELY)
    [csrf] = form.cookies
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "login": "grace@example.org"}
    sent = SAFELY | {"Cookie": csrf.split(";")[0], "Origin": ADDRESS}
    answer = ask(installation.port, "/accounts/login/", fields, **sent)
    assert answer.status == 302
    session = next(cookie for cookie in answer.cookies if "session" in cookie)
    for cookie in (csrf, session):
        assert cookie.startswith("__Host-")
        said = {word.strip() for word in cookie.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= said
        assert "Domain" not in cookie


def test_a_form_from_elsewhere_is_refused(installation: Installation) -> None:
    form = ask(installation.port, "/accounts/login/", **SAFELY)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)
    assert token
    sent = SAFELY | {"Cookie": form.cookies[0].split(";")[0], "Origin": "https://evil.example"}
    fields = {"csrfmiddlewaretoken": token[1], "login": "grace@example.org"}
    assert ask(installation.port, "/accounts/login/", fields, **sent).status == 403


# Weight ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/accounts/login/"])
def test_a_first_visit_is_light(installation: Installation, path: str) -> None:
    answers = first_visit(installation.port, path, **SAFELY)
    sizes = {at: answer.size for at, answer in answers.items()}
    assert {answer.status for answer in answers.values()} == {200}
    assert len(sizes) > 2, sizes
    assert len(sizes) <= REQUESTS, sizes
    assert sum(sizes.values()) <= BUDGET, sizes


def test_files_are_kept_for_good_under_names_that_change_with_them(
    installation: Installation, page: Answer
) -> None:
    files = [path for path in first_visit(installation.port, "/", **SAFELY) if path != "/"]
    assert set(ASSET.findall(page.text)) <= set(files)
    for path in files:
        answer = ask(installation.port, path, **SAFELY)
        assert HASHED.search(path), path
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "br"
        assert "Accept-Encoding" in answer.headers["Vary"]


# Health ----------------------------------------------------------------------------------------


def test_the_health_check_notices_a_web_server_that_is_gone(installation: Installation) -> None:
    installation.kill("web")
    assert not installation.web_serves()
    installation.restart("web")
    installation.wait_for_web()
