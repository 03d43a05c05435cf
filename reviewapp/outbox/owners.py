"""Names a process among all that ever were, and tells whether one still lives."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path


@cache
def _host() -> str:
    """This machine, boot and process table: pids mean the same only within all three."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    table = Path("/proc/self/ns/pid")
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts += [boot.read_text().strip()[:8], str(table.readlink())]
    return "~".join(part.replace("/", "_") for part in parts)


def owner() -> str:
    """`host/pid/start`: names this very process among all that ever were."""
    return f"{_host()}/{os.getpid()}/{_started(os.getpid())}"


def _started(pid: int) -> str:
    """When a process began, in clock ticks since boot; `-` where there is no /proc, `` if gone."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else "-"
    return "" if fields[0] in ("Z", "X") else fields[19]


def alive_here(claim_id: str) -> bool | None:
    """Whether the claim's process lives; None when it is on another host."""
    host, _, rest = claim_id.partition("/")
    pid, _, rest = rest.partition("/")
    started = rest.partition("/")[0]
    if host != _host() or not pid.isdigit():
        return None
    found = _started(int(pid))
    if found != "-":
        return found == started
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
