"""Runs the product's own ffmpeg on one file: a confined process that is always ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

from reviewapp.core.errors import OutsideFailed

_CONFINE = Path(__file__).with_name("confine.py")
_NOBODY_ID = 65534
_LOG_BYTES = 256 * 1024
_MAX_ANSWER_BYTES = 32 * 1024 * 1024
# Our encoders are always asked for what they can do: where one does not start, it has no room.
_MEMORY_TRACES = (
    "Cannot allocate memory", "malloc of size", "Resource temporarily unavailable",
    "Error while opening encoder", "Generic error in an external library",
)  # fmt: skip
_ALWAYS = ("-hide_banner", "-nostdin", "-y", "-loglevel", "info")


@dataclass(frozen=True)
class Limits:
    """Bounds of one run: memory, CPU and wall time, and the size of any file it writes."""

    address_space_bytes: int = 3 * 1024**3
    cpu_seconds: int = 60
    wall_seconds: float = 60.0
    file_bytes: int = 1024**3


@dataclass(frozen=True)
class Finished:
    """What a run said: `answer` is its standard output, `log` the last part of its messages."""

    answer: bytes
    log: str


class ProgramFailed(Exception):
    """The run ended badly; `cause` is "time", "memory", "size" or "error"."""

    def __init__(self, cause: str, log: str = "") -> None:
        super().__init__(f"{cause}: {log[-500:]}")
        self.cause = cause
        self.log = log


@cache
def program() -> str:
    """The path of the ffmpeg that the wheel `imageio-ffmpeg` brought; OutsideFailed without it."""
    # Not `get_ffmpeg_exe()`: that one would fall back to whatever the machine has.
    import imageio_ffmpeg

    folder = Path(imageio_ffmpeg.__file__).parent / "binaries"
    found = sorted(folder.glob("ffmpeg-*"))
    if not found:
        raise OutsideFailed(message="The wheel imageio-ffmpeg for this machine has no program.")
    return str(found[-1])


def run(
    arguments: Sequence[str],
    *,
    source: Path,
    folder: Path,
    limits: Limits,
    beat: Callable[[], bool] | None = None,
    beat_seconds: float = 20.0,
) -> Finished:
    """Run with `source` as its standard input (`fd:`) and `folder` as the place it may write to.

    `beat` is called now and then while it runs; when it answers False the run is ended. Raises
    ProgramFailed, with the cause as far as it can be told.
    """
    log_path, answer_path = folder / "log", folder / "answer"
    with source.open("rb") as given, log_path.open("wb") as log, answer_path.open("wb") as answer:
        child = _start(arguments, limits, folder, (given, answer, log))
        try:
            code = _wait(child, limits.wall_seconds, beat, beat_seconds)
        finally:
            _end(child)
    told = _tail(log_path)
    if "No space left on device" in told:
        raise OutsideFailed(message="There is no room for the film on this machine's disk.")
    if code != 0:
        raise ProgramFailed(_cause(code, told), told)
    if answer_path.stat().st_size > _MAX_ANSWER_BYTES:
        raise ProgramFailed("size", told)
    return Finished(answer_path.read_bytes(), told)


def _start(
    arguments: Sequence[str],
    limits: Limits,
    folder: Path,
    files: tuple[BinaryIO, BinaryIO, BinaryIO],
) -> subprocess.Popen[bytes]:
    if os.geteuid() == 0:
        os.chown(folder, _NOBODY_ID, _NOBODY_ID)
    bounds = (limits.address_space_bytes, limits.cpu_seconds, limits.file_bytes)
    confined = [sys.executable, "-I", "-S", str(_CONFINE), *map(str, bounds)]
    given, answer, log = files
    return subprocess.Popen(
        [*confined, program(), *_ALWAYS, *arguments],
        stdin=given,
        stdout=answer,
        stderr=log,
        cwd=folder,
        env={},
        start_new_session=True,
    )


def _wait(
    child: subprocess.Popen[bytes],
    wall_seconds: float,
    beat: Callable[[], bool] | None,
    beat_seconds: float,
) -> int | None:
    """The exit code; None when the wall time is over or `beat` wants no more of it."""
    end = time.monotonic() + wall_seconds
    while (left := end - time.monotonic()) > 0:
        try:
            return child.wait(min(left, beat_seconds))
        except subprocess.TimeoutExpired:
            if beat is not None and not beat():
                return None
    return None


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _cause(code: int | None, log: str) -> str:
    # The program takes SIGXCPU for a wish to stop, and says so.
    if code is None or code == -signal.SIGXCPU or f"signal {signal.SIGXCPU:d}" in log:
        return "time"
    if code == -signal.SIGXFSZ or "File too large" in log:
        return "size"
    if any(trace in log for trace in _MEMORY_TRACES):
        return "memory"
    return "error"


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LOG_BYTES))
        return file.read().decode(errors="replace")
