"""Web, worker and clock as children of one process: started, watched, restarted, ended in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from types import FrameType

import structlog

from reviewapp.core.settings import Settings, environment

END_SECONDS = 6.0
"""How long children get to finish what they do; the servers stop after them, within 10 s in all."""
BACKOFF_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
STEADY_SECONDS = 10.0
"""A child that ran this long had a good start: its next restart does not wait."""

log = structlog.get_logger()


@dataclass
class Child:
    """One process and how often it had to be started again."""

    name: str
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)
    failures: int = 0


class Supervisor:
    """Keeps one process of each name running until told to stop."""

    def __init__(self, settings: Settings, names: tuple[str, ...]) -> None:
        self._settings = settings
        self._children = {name: self._start(name) for name in names}
        self._stop = threading.Event()

    def stop_on_signals(self) -> None:
        """SIGINT and SIGTERM end the run; children are in sessions of their own."""

        def stop(signum: int, frame: FrameType | None) -> None:
            self._stop.set()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)

    def watch(self) -> None:
        """Restart whoever ends, until the stop signal; then end all."""
        while not self._stop.wait(0.2):
            for child in self._children.values():
                if child.process.poll() is not None:
                    self._restart(child)
        self.end()

    def end(self) -> None:
        """Ask all to finish, and kill who does not within END_SECONDS."""
        for child in self._children.values():
            child.process.terminate()
        deadline = time.monotonic() + END_SECONDS
        for child in self._children.values():
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("child.killed", child=child.name)
                child.process.kill()
                child.process.wait()

    def _restart(self, child: Child) -> None:
        log.warning("child.ended", child=child.name, status=child.process.returncode)
        steady = time.monotonic() - child.started > STEADY_SECONDS
        child.failures = 0 if steady else child.failures + 1
        wait = BACKOFF_SECONDS[min(child.failures, len(BACKOFF_SECONDS) - 1)]
        if not self._stop.wait(wait):
            child.process, child.started = self._start(child.name).process, time.monotonic()

    def _start(self, name: str) -> Child:
        process = subprocess.Popen(
            [sys.executable, "-m", "reviewapp.supervised", str(os.getpid()), name],
            env=environment(self._settings),
            start_new_session=True,
        )
        return Child(name, process)
