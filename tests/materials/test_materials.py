"""Materials of a session: brought and ordered by staff, read by the cohort alone."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cohorts.models import Session
from materials.models import Material
from tests.factories import NOON, make_cohort, make_member, make_session, make_team, make_user
from tests.materials.conftest import PDF, PNG, World, file, office


def titles(world: World) -> list[str]:
    return list(world.session.materials.live().values_list("title", flat=True))


def download(world: World, material: Material, who=None):
    url = reverse("material_file", args=[world.cohort.pk, material.pk])
    return world.browser(who or world.amara).get(url)


def test_a_link_stands_on_the_sessions_page_for_the_whole_cohort(world: World) -> None:
    world.material(link="https://example.org/paper?a=1", title="The paper", text="Page 4.")
    for who in (world.amara, world.coach, world.facilitator, world.program_lead):
        page = world.reads(who)
        assert "The paper" in page
        assert 'href="https://example.org/paper?a=1"' in page
        assert "<bdi>example.org</bdi>" in page
        assert "Page 4." in page


def test_a_case_has_its_own_reading_above_the_materials(world: World) -> None:
    world.material(link="https://example.org/", title="Slides")
    world.material(kind="reading", title="The case of Ghana", text="It began\n\nin 2012.")
    page = world.reads(world.amara)
    assert page.index("Read this before") < page.index("The case of Ghana") < page.index("Slides")
    assert "<p>It began</p> <p>in 2012.</p>" in page


def test_a_file_is_called_by_its_name_and_comes_back_as_it_was(world: World) -> None:
    material = world.material(file=file("Day_1 slides.pdf", PDF + b"x" * 100_000))
    assert (material.title, material.file_name) == ("Day 1 slides", "Day_1 slides.pdf")
    assert "<bdi>PDF</bdi> · <bdi>97.7" in world.reads(world.amara)
    answer = download(world, material)
    assert answer.content == PDF + b"x" * 100_000


def test_several_files_are_several_materials_in_their_order(world: World) -> None:
    files = [file("b.pdf"), file("a.png", PNG), file("c.docx", office("docx"))]
    answer = world.add(file=files, title="Not for several")
    assert answer.status_code == 302
    assert titles(world) == ["b", "a", "c"]
    assert "3 things are added." in world.reads(world.facilitator, world.page)


def test_empty_pages_say_what_to_do_next_to_staff_and_nothing_odd_to_others(world: World) -> None:
    staff = world.reads(world.facilitator)
    assert world.page in staff
    assert world.cards in staff
    assert "Slides, handouts and readings that you add stand here" in staff
    assert "Edit it to say what it is for." in staff
    assert "Add slides, a handout, or a case with its reading." in world.reads(
        world.facilitator, world.page
    )
    for who in (world.amara, world.coach):
        page = world.reads(who)
        assert "Materials" not in page
        assert world.page not in page
        assert world.cards not in page


def test_the_agenda_says_which_sessions_have_something(world: World) -> None:
    agenda = reverse("agenda", args=[world.cohort.pk])
    assert "to read before" not in world.reads(world.amara, agenda)
    world.material(link="https://example.org/1")
    world.material(kind="reading", title="Case", text="Read")
    removed = world.material(link="https://example.org/2")
    world.act("take-off", removed)
    assert "role-play · to read before · 1 material" in world.reads(world.amara, agenda)


# Who gets a file ---------------------------------------------------------------------------------


def test_a_file_is_kept_private_and_served_harmless(world: World, folder) -> None:
    material = world.material(file=file("naïve 📊.pdf"))
    answer = download(world, material)
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''na%C3%AFve")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert int(answer["Content-Length"]) == len(PDF)
    (stored,) = folder.iterdir()
    assert "." not in stored.name
    assert stored.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


def test_a_packed_file_is_not_packed_again_on_the_way(world: World) -> None:
    material = world.material(file=file("a.pdf", PDF + b"x" * 100_000))
    url = reverse("material_file", args=[world.cohort.pk, material.pk])
    answer = world.browser(world.amara).get(url, headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "identity"
    assert int(answer["Content-Length"]) == len(PDF) + 100_000


def test_people_of_other_cohorts_get_no_file_and_no_page(world: World) -> None:
    material = world.material(file=file())
    stranger = make_member(make_team(make_cohort(world.cohort.program)))
    assert download(world, material, stranger).status_code == 404
    assert download(world, material, make_user()).status_code == 404
    browser = world.browser(stranger)
    assert browser.get(world.session.get_absolute_url()).status_code == 404
    # Below one's own cohort, the other's file is not there.
    own = reverse("material_file", args=[stranger.memberships.get().team.cohort_id, material.pk])
    assert browser.get(own).status_code == 404


@pytest.mark.parametrize("who", ["amara", "coach"])
def test_only_those_who_manage_the_cohort_bring_and_order(world: World, who: str) -> None:
    person = getattr(world, who)
    material = world.material(link="https://example.org/")
    edit = reverse("material", args=[world.cohort.pk, world.session.pk, material.pk])
    for url in (world.page, edit):
        assert world.browser(person).get(url).status_code == 404
        assert world.add(person, url, link="https://example.org/2").status_code == 404
    assert titles(world) == ["https://example.org/"]


def test_a_session_of_another_cohort_takes_nothing(world: World) -> None:
    other = make_session(make_cohort())
    for name in ("materials", "role_cards"):
        url = reverse(name, args=[world.cohort.pk, other.pk])
        assert world.add(where=url, link="https://example.org/").status_code == 404
    assert not Material.objects.exists()


def test_what_was_taken_off_the_agenda_gives_out_nothing(world: World) -> None:
    material = world.material(file=file())
    Session.objects.update(removed_at=NOON)
    assert download(world, material).status_code == 404


def test_a_file_that_is_gone_from_the_disk_gives_a_sentence(world: World, folder) -> None:
    material = world.material(file=file())
    for stored in folder.iterdir():
        stored.unlink()
    answer = download(world, material)
    assert answer.url == world.session.get_absolute_url()
    assert "is missing. Ask who brought it" in world.reads(world.amara)


# Changing ----------------------------------------------------------------------------------------


def edit(world: World, material: Material, **typed):
    url = reverse("material", args=[world.cohort.pk, world.session.pk, material.pk])
    words = {name: getattr(material, name) for name in ("kind", "title", "text", "link", "version")}
    return world.browser(world.facilitator).post(url, words | {"form_id": str(uuid4())} | typed)


def test_words_of_a_material_are_changed(world: World) -> None:
    material = world.material(file=file(), title="Slides")
    assert edit(world, material, title="Slides of day 1", kind="reading").status_code == 302
    material.refresh_from_db()
    assert (material.title, material.kind) == ("Slides of day 1", "reading")
    assert download(world, material).content == PDF


def test_another_file_takes_its_place_and_the_earlier_one_can_come_back(world: World) -> None:
    first = world.material(file=file(), title="Slides")
    world.material(link="https://example.org/after")
    assert edit(world, first, file=file("new.pdf", PDF + b"new")).status_code == 302
    assert titles(world) == ["Slides", "https://example.org/after"]
    second = world.session.materials.live().get(title="Slides")
    assert download(world, second).content == PDF + b"new"
    assert download(world, first).status_code == 404
    world.act("bring-back", first)
    assert download(world, first).content == PDF


def test_two_who_change_it_at_once_lose_no_word(world: World) -> None:
    material = world.material(link="https://example.org/", title="Paper")
    assert edit(world, material, title="First").status_code == 302
    answer = edit(world, material, title="Second")
    assert answer.status_code == 422
    assert "Someone else changed this meanwhile." in answer.content.decode()
    assert 'value="Second"' in answer.content.decode()
    assert titles(world) == ["First"]
    assert edit(world, material, title="First").status_code == 302, "the same again is no quarrel"
    assert edit(world, material, title="Third", file=file()).status_code == 422


def test_taken_off_it_is_gone_for_readers_and_brought_back_it_stands_where_it_stood(
    world: World,
) -> None:
    first, _second = (world.material(link=f"https://example.org/{n}") for n in (1, 2))
    world.act("take-off", first)
    assert first.title not in world.reads(world.amara)
    page = world.reads(world.facilitator, world.page)
    assert "For 30 days it can come back" in page
    world.act("bring-back", first)
    assert titles(world) == ["https://example.org/1", "https://example.org/2"]


def test_materials_are_put_in_order_within_their_kind(world: World) -> None:
    one = world.material(link="https://example.org/1")
    world.material(kind="reading", title="Case", text="Read")
    two = world.material(link="https://example.org/2")
    world.act("up", two)
    world.act("up", two)
    page = world.reads(world.amara)
    assert page.index(two.title) < page.index(one.title)
    world.act("down", two)
    world.act("down", two)
    page = world.reads(world.amara)
    assert page.index(one.title) < page.index(two.title)


@pytest.mark.parametrize(
    ("do", "which"), [("up", ""), ("up", "x"), ("up", "²"), ("up", "9" * 30), ("burn", "1")]
)
def test_nonsense_from_elsewhere_is_not_found(world: World, do: str, which: str) -> None:
    world.material(link="https://example.org/")
    browser = world.browser(world.facilitator)
    assert browser.post(world.page, {"do": do, "material": which}).status_code == 404


# Forms -------------------------------------------------------------------------------------------


def test_the_same_form_twice_adds_once(world: World) -> None:
    form_id = str(uuid4())
    for _ in range(2):
        assert world.add(form_id=form_id, file=[file("a.pdf"), file("b.pdf")]).status_code == 302
    assert titles(world) == ["a", "b"]
    assert "It was added already." in world.reads(world.facilitator, world.page)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "ftp://example.org/a",
        "data:text/html,x",
        "https://",
        "file:///etc/passwd",
        "https://example.org/" + "a" * 2000,
        "java\nscript:alert(1)",
    ],
)
def test_only_addresses_of_the_web_are_links(world: World, link: str) -> None:
    answer = world.add(link=link, title="Look")
    assert answer.status_code == 422
    assert not Material.objects.exists()
    assert 'value="Look"' in answer.content.decode()


def test_a_link_without_a_scheme_is_https(world: World) -> None:
    assert world.material(link="example.org/paper").link == "https://example.org/paper"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": "Empty"}, "Choose a file or give a link."),
        ({"kind": "reading", "title": "x"}, "Choose a file, give a link, or write the text"),
        ({"kind": "reading", "text": "Words"}, "Give it a title."),
        ({"kind": "song", "link": "https://a.example"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(world: World, typed, sentence) -> None:
    answer = world.add(**typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    for word in typed.values():
        assert word in answer.content.decode() or word == "song"


def test_files_that_were_fine_have_to_be_chosen_again_and_the_page_says_so(world: World) -> None:
    answer = world.add(file=file(), link="nonsense at all")
    assert answer.status_code == 422
    assert "No file was kept. Choose them again." in answer.content.decode()


def test_the_database_holds_that_a_material_holds_something(world: World) -> None:
    for wrong in ({"kind": "song", "link": "x"}, {"text": "Words"}, {"link": "x", "size": 3}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Material.objects.create(session=world.session, title="x", made_at=NOON, **wrong)


def test_statements_do_not_grow_with_the_materials(world: World, django_assert_max_num_queries):
    browser = world.browser(world.facilitator)
    for n in range(20):
        world.session.materials.create(title=str(n), link="https://a.example", made_at=NOON)
    browser.get(world.page)
    with django_assert_max_num_queries(8):
        browser.get(world.page)
