"""What was taken off is forgotten after a while; files of nobody do not stay for ever."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from coalitions import clock
from materials import upkeep
from materials.models import Material
from tests.materials.conftest import World, file

A_MONTH = timedelta(days=30)


def make_old(folder: Path) -> None:
    """Let every file be two days old."""
    before = time.time() - 2 * 86_400
    for one in folder.iterdir():
        os.utime(one, (before, before))


def test_what_was_taken_off_is_deleted_with_its_file_after_thirty_days(
    world: World, folder: Path
) -> None:
    kept, gone = world.material(file=file("a.pdf")), world.material(file=file("b.pdf"))
    world.act("take-off", gone)
    make_old(folder)
    upkeep.plan_due(clock.now() + A_MONTH - timedelta(minutes=1))
    assert len(list(folder.iterdir())) == 2
    assert upkeep.plan_due(clock.now() + A_MONTH + timedelta(minutes=1)) == 1
    assert [one.name for one in folder.iterdir()] == [kept.stored.name]
    assert list(Material.objects.all()) == [kept]


def test_a_file_stays_as_long_as_a_copy_needs_it(world: World, folder: Path) -> None:
    gone = world.material(file=file("a.pdf"))
    copy = world.session.materials.create(
        title="Copy", stored=gone.stored, file_name="a.pdf", size=1, made_at=gone.made_at
    )
    world.act("take-off", gone)
    make_old(folder)
    upkeep.plan_due(clock.now() + 2 * A_MONTH)
    assert list(Material.objects.all()) == [copy]
    assert [one.name for one in folder.iterdir()] == [copy.stored.name]


def test_the_file_of_a_form_that_was_cut_off_goes_but_not_while_it_may_be_written(
    folder: Path, db: None
) -> None:
    folder.mkdir()
    (folder / "stray").write_bytes(b"x")
    assert upkeep.plan_due(clock.now() + 2 * A_MONTH) == 0
    make_old(folder)
    assert upkeep.plan_due(clock.now()) == 1
    assert not list(folder.iterdir())


def test_without_any_file_there_is_nothing_to_do(db: None) -> None:
    assert upkeep.plan_due(clock.now()) == 0
