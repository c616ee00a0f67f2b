"""The one clock that everything asks."""

from datetime import UTC, datetime, timedelta

from coalitions import clock


def test_the_clock_is_the_present_moment_in_utc() -> None:
    before = datetime.now(UTC)
    now = clock.now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_tests_move_it_while_it_runs(settings, tmp_path) -> None:
    moved = tmp_path / "clock"
    settings.TEST_CLOCK_FILE = str(moved)
    moved.write_text("")
    assert clock.now() - datetime.now(UTC) < timedelta(seconds=1)
    moved.write_text("86400.5")
    ahead = clock.now() - datetime.now(UTC)
    assert timedelta(days=1) < ahead < timedelta(days=1, seconds=2)
