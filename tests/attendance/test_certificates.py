"""Certificates: for whom, on paper, and what strangers may learn from them."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from accounts.models import User
from attendance.models import Attendance, Certificate
from cohorts.models import Cohort
from tests.factories import NOON, make_cohort, make_member, make_program, make_team, make_user

pytestmark = pytest.mark.django_db

FRIDAY = NOON + timedelta(days=4)


@pytest.fixture(autouse=True)
def _on_the_last_day(settings):
    settings.MFA_REQUIRED = False
    with time_machine.travel(FRIDAY, tick=False):
        yield


@pytest.fixture
def cohort() -> Cohort:
    program = make_program(make_user("Grace"), name="Leading with Coalitions")
    return make_cohort(program, name="June in Washington", venue="Kenya School")


@pytest.fixture
def desk(cohort, sign_in) -> Client:
    return sign_in(cohort.program.leads.get())


def was_there(cohort: Cohort, person: User, half_days: int) -> None:
    """Present on the week's first `half_days`, noted as absent on the rest."""
    for n in range(10):
        Attendance.objects.create(
            cohort=cohort,
            person=person,
            day=cohort.days[n // 2],
            half=["morning", "afternoon"][n % 2],
            is_present=n < half_days,
            at=NOON,
        )


def member(cohort: Cohort, half_days: int, name: str = "Amara", **fields: str) -> User:
    team = cohort.teams.first() or make_team(cohort)
    person = make_member(team, make_user(name, **fields))
    was_there(cohort, person, half_days)
    return person


def page(client: Client, cohort: Cohort) -> str:
    return client.get(f"/cohorts/{cohort.pk}/certificates/").content.decode()


def do(client: Client, cohort: Cohort, what: str, **fields: object):
    return client.post(f"/cohorts/{cohort.pk}/certificates/", {"do": what} | fields, follow=True)


def texts(answer) -> list[str]:
    """The text of each page of a PDF."""
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    return [one.extract_text() for one in PdfReader(BytesIO(answer.content)).pages]


def check(certificate: Certificate, client: Client | None = None):
    return (client or Client()).get(f"/certificates/{certificate.token}/")


def test_whoever_was_there_for_four_fifths_gets_one_and_pressing_twice_is_once(
    desk, cohort
) -> None:
    full = member(cohort, 10)
    enough, too_few = member(cohort, 8, "Moses"), member(cohort, 7, "Ruth")
    assert "Give 2 certificates" in page(desk, cohort)
    assert "2 certificates are given" in do(desk, cohort, "issue").content.decode()
    do(desk, cohort, "issue")
    assert {one.person for one in Certificate.objects.all()} == {full, enough}
    assert not Certificate.objects.filter(person=too_few).exists()


def test_a_half_day_that_nobody_was_noted_for_does_not_count(desk, cohort) -> None:
    short = member(cohort, 4)
    do(desk, cohort, "issue")
    assert Certificate.objects.get().person == short


def test_without_any_register_nobody_has_earned_one(desk, cohort) -> None:
    make_member(make_team(cohort))
    do(desk, cohort, "issue")
    assert not Certificate.objects.exists()


def test_the_cohort_sets_its_own_threshold(desk, cohort) -> None:
    member(cohort, 10)
    member(cohort, 6, "Ruth")
    do(desk, cohort, "threshold", threshold=60)
    do(desk, cohort, "issue")
    assert Certificate.objects.count() == 2


@pytest.mark.parametrize("wrong", ["0", "101", "-5", "half", ""])
def test_a_wrong_threshold_gets_a_sentence_and_changes_nothing(desk, cohort, wrong) -> None:
    answer = do(desk, cohort, "threshold", threshold=wrong)
    assert answer.status_code == 422
    assert "Something needs your attention" in answer.content.decode()
    assert "at least 80 %" in answer.content.decode()


def test_none_is_given_before_the_last_day(desk, cohort) -> None:
    member(cohort, 10)
    with time_machine.travel(FRIDAY - timedelta(days=1), tick=False):
        answer = do(desk, cohort, "issue")
    assert "from the last day of the week on" in answer.content.decode()
    assert not Certificate.objects.exists()


def test_someone_without_a_name_is_waited_for(desk, cohort) -> None:
    member(cohort, 10)
    User.objects.filter(name="Amara").update(name="")
    do(desk, cohort, "issue")
    assert "the name is missing" in page(desk, cohort)
    assert "Give 1 certificate" not in page(desk, cohort)
    assert not Certificate.objects.exists()


def test_all_in_one_pdf_a_page_each(desk, cohort) -> None:
    for name in ("Amara Kollie", "Moses Weah", "Ruth Tweh"):
        member(cohort, 10, name)
    do(desk, cohort, "issue")
    pages = texts(desk.get(f"/cohorts/{cohort.pk}/certificates.pdf"))
    assert len(pages) == 3
    for text, name in zip(pages, ("Amara Kollie", "Moses Weah", "Ruth Tweh"), strict=True):
        assert name in text
        for word in ("Leading with Coalitions", "June in Washington", "1 June 2026"):
            assert word in text
        token = Certificate.objects.get(name=name).token
        assert re.fullmatch(r"[\w-]{22}", token)
        assert f"http://testserver/certificates/{token}/" in text.replace("\n", "")


def test_one_pdf_for_one_person(desk, cohort) -> None:
    member(cohort, 10)
    do(desk, cohort, "issue")
    certificate = Certificate.objects.get()
    answer = desk.get(f"/cohorts/{cohort.pk}/certificates/{certificate.pk}.pdf")
    assert "Amara" in texts(answer)[0]


def test_the_person_finds_their_own_on_their_start_page(desk, cohort, sign_in) -> None:
    person = member(cohort, 10)
    assert "my-certificate" not in sign_in(person).get("/").content.decode()
    do(desk, cohort, "issue")
    address = f"/cohorts/{cohort.pk}/my-certificate.pdf"
    assert address in sign_in(person).get("/").content.decode()
    assert "Amara" in texts(sign_in(person).get(address))[0]


def test_whoever_has_none_is_told_so(cohort, sign_in) -> None:
    person = member(cohort, 1)
    answer = sign_in(person).get(f"/cohorts/{cohort.pk}/my-certificate.pdf", follow=True)
    assert "There is no certificate yet." in answer.content.decode()


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "ar"])
def test_a_long_name_and_an_arabic_one_fit_on_one_page(desk, cohort, language) -> None:
    member(cohort, 10, "محمد " + "ال" * 100, language=language)
    Cohort.objects.update(name="Cohort " * 40, venue="Venue " * 45)
    do(desk, cohort, "issue")
    assert len(texts(desk.get(f"/cohorts/{cohort.pk}/certificates.pdf"))) == 1


def test_names_are_text_and_reach_for_nothing(desk, cohort) -> None:
    member(cohort, 10, "<img src='file:///etc/hostname'><b>Amara</b>")
    do(desk, cohort, "issue")
    assert "<b>Amara</b>" in texts(desk.get(f"/cohorts/{cohort.pk}/certificates.pdf"))[0]


def test_the_link_tells_everyone_name_program_cohort_dates_and_that_it_is_valid(
    desk, cohort
) -> None:
    person = member(cohort, 10)
    do(desk, cohort, "issue")
    answer = check(Certificate.objects.get()).content.decode()
    main = answer[answer.index("<main") : answer.index("</main>")]
    for word in ("Amara", "Leading with Coalitions", "June in Washington", "is valid"):
        assert word in main
    assert "1 June 2026 – 5 June 2026" in main
    for word in (person.email, "Kenya School", cohort.teams.get().name):
        assert word not in answer


def test_an_unknown_certificate_is_not_found(client) -> None:
    assert client.get("/certificates/" + "A" * 22 + "/").status_code == 404


def test_a_withdrawn_one_says_so_and_has_no_paper_until_it_is_given_back(
    desk, cohort, sign_in
) -> None:
    person = member(cohort, 10)
    do(desk, cohort, "issue")
    certificate = Certificate.objects.get()
    do(desk, cohort, "revoke", certificate=certificate.pk)
    assert "It is not valid" in check(certificate).content.decode()
    one = f"/cohorts/{cohort.pk}/certificates/{certificate.pk}.pdf"
    assert desk.get(one).status_code == 404
    assert sign_in(person).get(f"/cohorts/{cohort.pk}/my-certificate.pdf").status_code == 302
    do(desk, cohort, "issue")
    assert "It is not valid" in check(certificate).content.decode()
    do(desk, cohort, "give_back", certificate=certificate.pk)
    assert "This certificate is valid" in check(certificate).content.decode()


def test_a_name_changed_later_does_not_change_what_was_certified(desk, cohort) -> None:
    member(cohort, 10)
    do(desk, cohort, "issue")
    User.objects.filter(name="Amara").update(name="Somebody Else")
    assert "Somebody Else" not in check(Certificate.objects.get()).content.decode()


def test_a_certificate_of_another_cohort_cannot_be_taken_back(desk, cohort) -> None:
    foreign = Certificate.objects.create(
        cohort=make_cohort(), person=make_user(), name="Foreign", issued_at=NOON
    )
    assert do(desk, cohort, "revoke", certificate=foreign.pk).status_code == 404
    assert "is valid" in check(foreign).content.decode()


def test_where_the_system_cannot_draw_pdfs_a_sentence_says_what_to_install(
    desk, cohort, monkeypatch
) -> None:
    member(cohort, 10)
    do(desk, cohort, "issue")
    # As on a machine on which it is not there to be imported.
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    answer = desk.get(f"/cohorts/{cohort.pk}/certificates.pdf", follow=True)
    assert "apt-get install libpango-1.0-0" in answer.content.decode()
