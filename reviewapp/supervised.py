"""A child of the supervisor: ends when the supervisor does, however that ended.

Set by the child itself, not by `preexec_fn`, which would fork a copy of a threaded program.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Be asked to finish (SIGTERM) when the process `parent` is gone (prctl(2), Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit("the supervisor is gone already")


def main(arguments: list[str]) -> None:
    """Run `reviewapp NAME` for the supervisor whose process id is the first argument."""
    end_with_parent(int(arguments[0]))
    from reviewapp.cli import main as command_line

    command_line(arguments[1:], prog_name="reviewapp")


if __name__ == "__main__":
    main(sys.argv[1:])
