"""The next offering brings materials and role cards along, and nobody's name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts import beginnings, weeks
from cohorts.models import Cohort
from materials.models import Handing, Material, RoleCard
from tests.factories import NOON, make_member, make_session, make_team
from tests.materials.conftest import PDF, World, file


def next_offering(world: World) -> Cohort:
    """A year later in Nairobi, beginning on a Wednesday."""
    return weeks.make_cohort(
        world.cohort.program,
        name=f"Next {Cohort.objects.count()}",
        venue="",
        time_zone="Africa/Nairobi",
        starts_on=date(2027, 6, 2),
        form_id=uuid4(),
        beginning=beginnings.of_cohort(world.cohort),
        by=world.facilitator,
        now=NOON,
    )


def test_materials_come_along_with_their_files_and_stay_when_the_earlier_ones_go(
    world: World, folder
) -> None:
    first = world.material(file=file(), title="Slides")
    world.material(kind="reading", title="Case", text="Read", link="https://example.org/")
    gone = world.material(link="https://example.org/gone")
    world.act("take-off", gone)
    make_session(world.cohort, title="Taken off", removed_at=NOON).materials.create(
        title="Not this", link="https://example.org/", made_at=NOON
    )
    cohort = next_offering(world)
    session = cohort.sessions.get()
    found = session.materials.values_list("kind", "title", "text", "link", "file_name")
    assert list(found) == [
        ("material", "Slides", "", "", "slides.pdf"),
        ("reading", "Case", "Read", "https://example.org/", ""),
    ]
    assert len(list(folder.iterdir())) == 1
    world.act("take-off", first)
    Material.objects.filter(pk=first.pk).delete()
    member = make_member(make_team(cohort))
    copy = session.materials.get(title="Slides")
    url = reverse("material_file", args=[cohort.pk, copy.pk])
    assert world.browser(member).get(url).content == PDF
    assert world.browser(world.amara).get(url).status_code == 404


def test_cards_come_along_for_the_same_hour_of_the_same_day_and_without_holders(
    world: World,
) -> None:
    world.card(title="At its hour", day="2026-06-02", time="14:30")
    world.card(title="With the session")
    world.card(title="The eve", day="2026-05-31", time="20:00")
    off = world.card(title="Off")
    RoleCard.objects.filter(pk=off.pk).update(removed_at=NOON)
    cohort = next_offering(world)
    found = dict(cohort.sessions.get().role_cards.values_list("title", "reveal_at"))
    assert found == {
        "At its hour": datetime(2027, 6, 3, 11, 30, tzinfo=UTC),
        "With the session": None,
        "The eve": datetime(2027, 6, 1, 17, tzinfo=UTC),
    }
    assert not Handing.objects.filter(card__session__cohort=cohort).exists()
    assert RoleCard.objects.filter(session=world.session).count() == 4


def test_it_asks_as_little_for_many_as_for_few(world: World, django_assert_num_queries) -> None:
    world.material(link="https://example.org/")
    world.card()
    with CaptureQueriesContext(connection) as few:
        next_offering(world)
    for n in range(12):
        other = make_session(world.cohort, starts_at=f"{10 + n % 8}:00", ends_at="23:00")
        other.materials.create(title=str(n), link="https://example.org/", made_at=NOON)
        other.role_cards.create(
            title=str(n), text="x", reveal_at=NOON + timedelta(hours=n), made_at=NOON
        )
    with django_assert_num_queries(len(few)):
        next_offering(world)
