"""The product as processes: the whole demo, or web, worker and clock that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from reviewapp.core.settings import Settings, environment

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-P", "-m", "reviewapp.cli")


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def waited_for(what: Callable[[], bool], seconds: float = 120) -> bool:
    """Whether `what` came true in time; a bound for what hangs, not a measurement."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@dataclass
class Demo:
    """`reviewapp demo` on a free port, its data in a folder of its own."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def said(self) -> list[str]:
        """What it printed so far, logs aside."""
        return (self.data_dir.parent / "demo.out").read_text().splitlines()

    def start(self) -> list[str]:
        """Start it; what it printed until it was ready."""
        told = {"REVIEWAPP_PORT": str(self.port), "REVIEWAPP_DATA_DIR": str(self.data_dir)}
        with (self.data_dir.parent / "demo.out").open("w") as out:
            process = self.process = subprocess.Popen(
                [*COMMAND, "demo"],
                env={**os.environ, "PYTHONPATH": str(ROOT), **told},
                stdout=out,
                start_new_session=True,
                cwd=self.data_dir.parent,
            )

        def ready_or_ended() -> bool:
            ready = f"ready http://127.0.0.1:{self.port}"
            return ready in self.said or process.poll() is not None

        assert waited_for(ready_or_ended, seconds=300), self.said
        assert process.poll() is None, "the demo ended before it was ready"
        return self.said

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        assert self.process
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)


@dataclass
class Processes:
    """`reviewapp web`, `worker` and `clock`, as a supervisor would start them again."""

    settings: Settings
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Start these; the last word is the command, so that there can be a "second worker"."""
        for name in names:
            self.running[name] = subprocess.Popen(
                [*COMMAND, name.split()[-1]],
                env={**environment(self.settings), "PYTHONPATH": str(ROOT)},
                cwd=self.settings.data_dir,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """SIGKILL, with all that it started."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        """The end of the test."""
        for name in list(self.running):
            self.kill(name)
