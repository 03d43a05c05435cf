"""Become a server process: drop to a user, die with the parent, exec. Runs as a script.

Usage: launcher.py PARENT_PID DEATH_SIGNAL UID GID COMMAND…  (UID -1: stay who we are)

A script of its own and not `preexec_fn`: that hook forks a copy of a threaded program, and its
settings must survive the change of user, after which the interpreter's folder may be closed.
Exit code 126: the user cannot be changed to, or may not run the command.
"""

from __future__ import annotations

import os
import sys

CANNOT_RUN = 126
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Never returns when all goes well: the process becomes COMMAND."""
    parent, death_signal, uid, gid = (int(value) for value in arguments[:4])
    command = arguments[4:]
    libc = _libc()
    try:
        if uid != -1:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        _die_with_parent(libc, parent, death_signal)
        os.chdir("/")
        os.umask(0o077)
        os.execv(command[0], command)  # noqa: S606  no shell is wanted
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
    return CANNOT_RUN


def _libc() -> object | None:
    """The C library, loaded while we may still read the interpreter's folder; Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def _die_with_parent(libc: object | None, parent: int, death_signal: int) -> None:
    # After the change of user, which clears the setting (prctl(2)).
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, death_signal)  # type: ignore[attr-defined]  # ctypes finds it at run time
    if os.getppid() != parent:
        sys.exit("the starting process ended meanwhile")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
