from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reviewapp.core import clock


@pytest.fixture(autouse=True)
def follow_nothing_afterwards():
    yield
    clock._shift_file, clock._shift = None, timedelta(0)


def test_now_is_aware_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_a_frozen_clock_stands_still_and_runs_on_afterwards() -> None:
    moment = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    with clock.frozen(moment):
        assert clock.now() == clock.now() == moment
    assert clock.now() != moment


def test_the_clock_moves_for_everybody_who_follows_the_file(tmp_path) -> None:
    before = clock.now()
    clock.follow(tmp_path / "clock")
    clock.advance(timedelta(days=8))
    assert clock.now() - before >= timedelta(days=8)
    clock.follow(tmp_path / "clock")
    clock.advance(timedelta(days=1))
    assert clock.now() - before >= timedelta(days=9)


def test_the_clock_never_moves_back(tmp_path) -> None:
    clock.follow(tmp_path / "clock")
    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(days=-1))


def test_a_clock_that_follows_nothing_cannot_be_moved() -> None:
    with pytest.raises(RuntimeError):
        clock.advance(timedelta(days=1))
