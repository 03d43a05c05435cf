"""A few long-lived image processes: handed one picture each, replaced when spent or dead."""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewapp.core.errors import OutsideFailed
from reviewapp.media.refusals import RefusedImage

ADDRESS_SPACE_BYTES = 1536 * 1024 * 1024
PICTURES_PER_PROCESS = 500
_MAX_ANSWER_LINE_BYTES = 64 * 1024
_MAX_ANSWER_BYTES = 64 * 1024 * 1024


class ProcessDiedError(Exception):
    """The image process ended in the middle of a picture; `on_limit` if time was up."""

    def __init__(self, on_limit: bool) -> None:
        super().__init__("image process died")
        self.on_limit = on_limit


@dataclass(frozen=True)
class Answer:
    """What the image process found (`facts`) and made (`parts`)."""

    facts: dict[str, Any]
    parts: list[bytes]


class ImageProcess:
    """One child process; used by one thread at a time."""

    def __init__(self, program: str) -> None:
        source_root = Path(__file__).resolve().parents[2]
        # An empty environment: a decoder that is taken over finds no secret of ours.
        self._child = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                program,
                str(ADDRESS_SPACE_BYTES),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={
                "PYTHONPATH": str(source_root),
                "PYTHONDONTWRITEBYTECODE": "1",
                "MALLOC_MMAP_THRESHOLD_": "1048576",  # frames go back when they are done with
            },
            start_new_session=True,
        )
        assert self._child.stdin
        assert self._child.stdout
        self._requests = self._child.stdin
        self._answers = io.BufferedReader(self._child.stdout)  # type: ignore[type-var]  # FileIO
        self._expired = False
        self.served = 0

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the child still runs."""
        return self._child.poll() is None

    def ask(self, request: dict[str, Any], payload: bytes, wall_seconds: float) -> Answer:
        """Send one picture and wait for the answer; ProcessDiedError when there is none."""
        watchdog = threading.Timer(wall_seconds, self._expire)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._send(json.dumps(request | {"byte_count": len(payload)}).encode() + b"\n")
            self._send(payload)
            answer = self._receive()
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise ProcessDiedError(
                on_limit=self._end() == -signal.SIGXCPU or self._expired
            ) from error
        finally:
            watchdog.cancel()
        self.served += 1
        return answer

    def close(self) -> None:
        """End the child."""
        self._end()

    def forget(self) -> None:
        """Let go of a child that belongs to the process we were forked from."""
        self._child.returncode = 0
        for pipe in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()

    def _expire(self) -> None:
        self._expired = True
        self._child.kill()

    def _end(self) -> int:
        # A child that hit a limit is ending by itself: its own signal tells why.
        with contextlib.suppress(OSError):
            self._requests.close()
        try:
            code = self._child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._child.kill()
            code = self._child.wait()
        self._answers.close()
        return code

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._requests.write(rest) :]

    def _receive(self) -> Answer:
        facts = json.loads(self._answers.readline(_MAX_ANSWER_LINE_BYTES))
        sizes = [int(size) for size in facts["parts"]]
        if sum(sizes) > _MAX_ANSWER_BYTES or any(size < 0 for size in sizes):
            raise ValueError("answer too long")
        parts = [self._answers.read(size) for size in sizes]
        if [len(part) for part in parts] != sizes:
            raise ValueError("answer too short")
        return Answer(facts, parts)


class ImagePool:
    """Up to `size` processes of one image program, started when needed; safe for threads, forks."""

    def __init__(
        self,
        size: int,
        pictures_per_process: int = PICTURES_PER_PROCESS,
        *,
        program: str = "reviewapp.media.image_worker",
    ) -> None:
        self._size = size
        self._program = program
        self._pictures_per_process = pictures_per_process
        self._reset()
        os.register_at_fork(after_in_child=self._after_fork)
        atexit.register(self.close)

    def ask(self, request: dict[str, Any], payload: bytes, wall_seconds: float) -> Answer:
        """The answer of a free process.

        Raises RefusedImage: its own verdict, `image_took_too_long` on a limit, `image_damaged`
        when it crashes a fresh process; OutsideFailed when no process is to be had.
        """
        if not self._slots.acquire(timeout=wall_seconds):
            raise OutsideFailed("unavailable")
        try:
            answer = self._ask_any(request, payload, wall_seconds)
        finally:
            self._slots.release()
        if refused := answer.facts.get("refused"):
            raise RefusedImage(refused, str(answer.facts.get("detail", "")))
        return answer

    def close(self) -> None:
        """End all idle processes; the pool can be used again."""
        while self._idle:
            self._idle.pop().close()

    @property
    def idle_pids(self) -> list[int]:
        """Process ids that wait for a picture."""
        return [process.pid for process in self._idle]

    def _ask_any(self, request: dict[str, Any], payload: bytes, wall_seconds: float) -> Answer:
        process = self._take()
        try:
            answer = process.ask(request, payload, wall_seconds)
        except ProcessDiedError as death:
            if death.on_limit:
                raise RefusedImage("image_took_too_long") from death
            if not process.served:
                raise RefusedImage("image_damaged", "crashed the decoder") from death
            # It may have died of an earlier picture, or while waiting: a fresh one decides.
            return self._ask_fresh(request, payload, wall_seconds)
        self._give_back(process)
        return answer

    def _ask_fresh(self, request: dict[str, Any], payload: bytes, wall_seconds: float) -> Answer:
        process = self._started()
        try:
            answer = process.ask(request, payload, wall_seconds)
        except ProcessDiedError as death:
            code = "image_took_too_long" if death.on_limit else "image_damaged"
            raise RefusedImage(code, "crashed the decoder") from death
        self._give_back(process)
        return answer

    def _take(self) -> ImageProcess:
        with contextlib.suppress(IndexError):
            process = self._idle.pop()
            if process.alive:
                return process
            process.close()
        return self._started()

    def _started(self) -> ImageProcess:
        try:
            return ImageProcess(self._program)
        except OSError as error:
            raise OutsideFailed("unavailable") from error

    def _give_back(self, process: ImageProcess) -> None:
        if process.served < self._pictures_per_process:
            self._idle.append(process)
        else:
            process.close()

    def _reset(self) -> None:
        self._slots = threading.BoundedSemaphore(self._size)
        self._idle: list[ImageProcess] = []

    def _after_fork(self) -> None:
        """Two processes must not talk through one pipe (RQ forks for every job)."""
        for process in self._idle:
            process.forget()
        self._reset()
