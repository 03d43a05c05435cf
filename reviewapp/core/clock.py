"""The only clock: aware UTC, movable forward in development, frozen in tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

_frozen_at: datetime | None = None
_shift = timedelta(0)
_shift_file: Path | None = None
_shift_file_stamp = 0


def now() -> datetime:
    """The present instant, aware, UTC."""
    if _frozen_at is not None:
        return _frozen_at
    if _shift_file is not None:
        _reread_shift(_shift_file)
    return datetime.now(UTC) + _shift


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at `at` (aware); for tests and for planning as of a day."""
    global _frozen_at
    before, _frozen_at = _frozen_at, at.astimezone(UTC)
    try:
        yield
    finally:
        _frozen_at = before


def follow(file: Path) -> None:
    """Let every process that follows `file` share one shift, in seconds (demo only)."""
    global _shift_file, _shift_file_stamp
    _shift_file, _shift_file_stamp = file, 0


def advance(by: timedelta) -> datetime:
    """Move the followed clock forward for all processes; returns the new now."""
    if _shift_file is None:
        raise RuntimeError("the clock follows no file: it cannot be moved")
    if by < timedelta(0):
        raise ValueError("the clock only moves forward")
    moved = now() - datetime.now(UTC) + by
    part = _shift_file.with_suffix(f".{os.getpid()}")
    part.write_text(str(moved.total_seconds()))
    part.replace(_shift_file)
    return now()


def _reread_shift(file: Path) -> None:
    global _shift, _shift_file_stamp
    try:
        stamp = file.stat().st_mtime_ns
    except FileNotFoundError:
        return
    if stamp != _shift_file_stamp:
        _shift = timedelta(seconds=float(file.read_text() or 0))
        _shift_file_stamp = stamp
