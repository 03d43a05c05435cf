"""Server processes: as whom they run, how they start, end with their parent and are found again."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LAUNCHER = Path(__file__).with_name("launcher.py")
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
POLL_SECONDS = 0.02


class EmbeddedError(Exception):
    """An embedded server cannot start; the text fits one screen and says what to do."""


@dataclass(frozen=True)
class ServerUser:
    """The system user a server runs as; `uid` -1 means: whoever we are."""

    uid: int
    gid: int
    name: str

    @property
    def is_other(self) -> bool:
        """Whether running a server means leaving our own user behind."""
        return self.uid != -1


OURSELVES = ServerUser(-1, -1, "this user")


def unprivileged_user(owned: Path | None = None) -> ServerUser:
    """Ourselves, or for root (whom PostgreSQL refuses) the owner of `owned`, postgres or nobody."""
    if os.geteuid() != 0:
        return OURSELVES
    if owned is not None and owned.exists() and (kept := owned.stat()).st_uid != 0:
        return ServerUser(kept.st_uid, kept.st_gid, f"user {kept.st_uid}")
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return ServerUser(entry.pw_uid, entry.pw_gid, name)
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and this system has neither a user `postgres` nor\n"
        "`nobody` to run it as. Start as an ordinary user, or set REVIEWAPP_DATABASE_URL."
    )


def launch(
    command: Sequence[str | Path],
    user: ServerUser,
    *,
    output: IO[bytes] | int | None = subprocess.DEVNULL,
    death_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start `command` as `user`; it gets `death_signal` when this process ends, however it ends.

    It has a session of its own, so Ctrl-C in the terminal reaches us alone and we stop it last.
    """
    if threading.current_thread() is not threading.main_thread():
        # The kernel ties the parent-death signal to the thread that forked, not to the process.
        raise EmbeddedError("embedded servers are started from the main thread")
    preface = [str(os.getpid()), str(int(death_signal)), str(user.uid), str(user.gid)]
    return subprocess.Popen(
        [
            sys.executable,
            "-I",
            "-S",
            str(LAUNCHER),
            *preface,
            *(str(part) for part in command),
        ],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=ENVIRONMENT,
        start_new_session=True,
    )


def run(command: Sequence[str | Path], user: ServerUser) -> tuple[int, str]:
    """Run `command` to its end as `user`: exit code and what it printed."""
    process = launch(command, user, output=subprocess.PIPE)
    with process:
        printed, _ = process.communicate()
    return process.returncode, printed.decode(errors="replace").strip()


def may_enter(folder: Path, user: ServerUser) -> bool:
    """Whether `user` can reach and enter `folder`; asked of the system, which knows ACLs too."""
    if not user.is_other:
        return True
    code, _ = run(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder], user)
    return code == 0


def wait_until_ready(
    process: subprocess.Popen[bytes],
    answers: Callable[[], bool],
    log: Path,
    seconds: float,
) -> None:
    """Wait until the server answers a ping; EmbeddedError with the log's end when it does not."""
    deadline = time.monotonic() + seconds
    while not answers():
        if process.poll() is not None:
            raise EmbeddedError(f"the server ended while starting. {log} ends with:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise EmbeddedError(f"no answer after {seconds:.0f} s. {log} ends with:\n{tail(log)}")
        time.sleep(POLL_SECONDS)


def tail(log: Path, lines: int = 12) -> str:
    """The end of a log, for an error message."""
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return "(nothing)"


def end(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn until the process is gone, waiting the given seconds after each."""
    for number, seconds in (*steps, (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return


def processes_in(folder: Path) -> list[int]:
    """Ids of the processes that work in `folder` (Linux): a server and its children."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if entry.readlink() == folder:
                found.append(int(entry.parent.name))
    return found


def end_orphans(folder: Path, gentle: signal.Signals, hard: signal.Signals) -> None:
    """End servers in `folder` whose starter was killed; the caller holds the folder's lock.

    They got their parent-death signal already and are mostly on their way out; two servers on
    one folder would destroy it, so this waits until the last process is gone.
    """
    started = time.monotonic()
    for number, until_seconds in ((gentle, 15.0), (hard, 20.0), (signal.SIGKILL, 30.0)):
        for pid in processes_in(folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        while processes_in(folder):
            if time.monotonic() - started > until_seconds:
                break
            time.sleep(POLL_SECONDS)
    if left := processes_in(folder):
        raise EmbeddedError(f"an older server still uses {folder} (processes {left}): end it first")
