"""Runs errands that the queue asks for, and the clock that asks in regular intervals."""

from __future__ import annotations

import signal
import threading
import time
from datetime import datetime
from types import FrameType

import structlog
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.reactions import EVERY

RETRY_SECONDS = 1.0
"""Pause before connecting again to a Redis that went away."""
LOOK_SECONDS = 0.25
"""How often the clock looks: the demo may move it at any moment."""

log = structlog.get_logger()
_kit: Kit | None = None
_aside: dict[str, threading.Thread] = {}


def run_errand(name: str) -> None:
    """One errand, to its end; called by RQ inside the worker process."""
    if _kit is None:
        raise RuntimeError("no worker: errands run inside `reviewapp worker`")
    _kit.queues.taken(name)
    if not EVERY[name].aside:
        _do(name, _kit)
    elif name not in _aside or not _aside[name].is_alive():
        # A daemon: a worker that is told to stop does not wait for it; what it claimed is
        # taken up again when the lease is over.
        _aside[name] = threading.Thread(target=_do, args=(name, _kit), name=name, daemon=True)
        _aside[name].start()


def _do(name: str, kit: Kit) -> None:
    try:
        EVERY[name].errand(kit)
    except Exception:  # the tables know what is still owed; the next tick tries again
        log.exception("errand.failed", errand=name)


def work(kit: Kit) -> None:
    """Take errands from the queue until SIGTERM or SIGINT; a lost Redis is waited for."""
    global _kit
    _kit = kit
    stop = _stop_on_signal()
    while not stop.is_set():
        worker = SimpleWorker(
            [kit.queues.queue], connection=kit.queues.redis, serializer=JSONSerializer
        )
        worker.log_result_lifespan = False
        try:
            worker.work(logging_level="WARNING", max_idle_time=None)
            return
        except (RedisError, OSError) as error:
            log.warning("worker.queue_away", error=str(error))
            stop.wait(RETRY_SECONDS)


def tick(kit: Kit) -> None:
    """Ask for every errand when its interval is over, until SIGTERM or SIGINT."""
    stop = _stop_on_signal()
    asked_at: dict[str, datetime] = {}
    while not stop.is_set():
        ask_for_due(kit, asked_at)
        stop.wait(LOOK_SECONDS)


def ask_for_due(kit: Kit, asked_at: dict[str, datetime]) -> list[str]:
    """Ping what is due by `asked_at`, and note it there; returns what was asked for."""
    now = clock.now()
    due = [
        name
        for name, every in EVERY.items()
        if name not in asked_at or now - asked_at[name] >= every.interval
    ]
    for name in due:
        kit.queues.ping(name)
        asked_at[name] = now
    return due


def run_all(kit: Kit, backlog_is_empty: object = None, *, rounds: int = 50) -> None:
    """Run every errand here and now, again and again until a round finds nothing new."""
    started = time.monotonic()
    for _ in range(rounds):
        for every in EVERY.values():
            every.errand(kit)
        if callable(backlog_is_empty) and backlog_is_empty(kit):
            break
        if time.monotonic() - started > 120:
            raise TimeoutError("the backlog does not end")


def _stop_on_signal() -> threading.Event:
    stop = threading.Event()

    def end(signum: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return stop
