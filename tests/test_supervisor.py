from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from reviewapp.core.settings import environment

STARTED = """
from reviewapp.core.settings import read_settings
from reviewapp.supervisor import Supervisor
supervisor = Supervisor(read_settings(), ("clock",))
supervisor.stop_on_signals()
print("watching", flush=True)
supervisor.watch()
"""


def until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        os.sched_yield()


@pytest.fixture
def supervisor(kit):
    process = subprocess.Popen(
        [sys.executable, "-c", STARTED], env=environment(kit.settings),
        cwd=Path(__file__).resolve().parents[1], stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout.readline() == b"watching\n"
    yield psutil.Process(process.pid)
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_child_that_was_killed_is_started_again(supervisor) -> None:
    first = supervisor.children()[0]
    first.kill()
    until(lambda: [c for c in supervisor.children() if c.pid != first.pid and c.is_running()])


def test_children_end_with_a_supervisor_that_was_killed(supervisor) -> None:
    child = supervisor.children()[0]
    supervisor.kill()
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_a_stop_signal_ends_all(supervisor) -> None:
    child = supervisor.children()[0]
    os.kill(supervisor.pid, signal.SIGTERM)
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
