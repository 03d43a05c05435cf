"""Gives up what a film's decoder never needs, then becomes that program. Run, never imported.

    python -I -S confine.py ADDRESS_SPACE_BYTES CPU_SECONDS FILE_BYTES PROGRAM ARGUMENT …

The program ends with its parent, has no network where the system lets us take it away, is not
root, and is bound in memory, CPU time and the size of what it writes (standards G.1, video).
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys

NOBODY_ID = 65534
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
NICENESS = 10


def main() -> None:
    """Confine this process and replace it by the program."""
    parent = os.getppid()
    address_space, cpu, file_size = map(int, sys.argv[1:4])
    # Opened while we still may: the folders above it may be closed to nobody.
    program = os.open(sys.argv[4], os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.unshare(CLONE_NEWNET)  # root only; without it the protocol whitelist stands alone
    if os.geteuid() == 0:
        # A container may not map this id; the limits below hold all the same.
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setgid(NOBODY_ID)
            os.setuid(NOBODY_ID)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)  # it ended before we asked to end with it
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    # SIGXCPU at the soft limit tells the time was up; the hard one ends who ignores it.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    os.execve(program, sys.argv[4:], {})  # noqa: S606  # no shell, no environment


main()
