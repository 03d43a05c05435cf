"""Starting programs, speaking to the person in front of the terminal, and giving up politely."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path


class NotPossibleError(Exception):
    """What was asked for cannot be done; the text fits one screen and says what to do."""


def say(text: str) -> None:
    """A line of our own, in order with the lines of the programs we start."""
    print(text, flush=True)


def succeeds(command: list[str | Path], *, seconds: int = 60, **options: object) -> bool:
    """Whether a program exists, ends in time and reports success; its output is dropped."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
        return subprocess.run(command, timeout=seconds, **quiet).returncode == 0  # type: ignore[call-overload,no-any-return]  # options by name
    return False
