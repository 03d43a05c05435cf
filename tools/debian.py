"""Packages of the system, where we are root on Debian."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tools.console import say, succeeds


def install_system_packages(*names: str) -> bool:
    """Install Debian packages when we may; False elsewhere. Services they bring stay off."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        return False
    say(f"installing with apt-get: {' '.join(names)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install: list[str | Path] = [apt, "install", "-y", "--no-install-recommends", *names]
    with services_held_back():
        if succeeds(install, seconds=900, env=environment):
            return True
        return succeeds([apt, "update"], seconds=300) and succeeds(
            install, seconds=900, env=environment
        )


@contextlib.contextmanager
def services_held_back() -> Iterator[None]:
    """Debian starts a service with its package; we want nginx as a program, not on port 80."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)
