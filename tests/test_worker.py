"""The worker: what takes minutes is done aside and holds up nothing."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from reviewapp import worker
from reviewapp.reactions import Every


def test_an_errand_aside_runs_once_at_a_time_and_holds_up_no_other(kit, monkeypatch):
    begun, may_end, others = [], threading.Event(), []

    def slow(kit) -> None:
        begun.append(threading.current_thread())
        may_end.wait(60)

    errands = {
        "slow": Every(timedelta(minutes=1), slow, aside=True),
        "quick": Every(timedelta(minutes=1), others.append),
    }
    monkeypatch.setattr(worker, "EVERY", errands)
    monkeypatch.setattr(worker, "_kit", kit)
    for name in ("slow", "quick", "slow", "quick"):
        worker.run_errand(name)
    assert others == [kit, kit]
    assert len(begun) <= 1
    thread = worker._aside["slow"]
    may_end.set()
    thread.join(60)
    assert len(begun) == 1
    worker.run_errand("slow")
    worker._aside["slow"].join(60)
    assert len(begun) == 2


def test_a_failing_errand_ends_no_worker(kit, monkeypatch):
    def fails(kit) -> None:
        raise RuntimeError("planned")

    monkeypatch.setattr(worker, "_kit", kit)
    for aside in (False, True):
        errands = {"fails": Every(timedelta(minutes=1), fails, aside=aside)}
        monkeypatch.setattr(worker, "EVERY", errands)
        worker.run_errand("fails")
    worker._aside["fails"].join(60)


def test_errands_need_a_worker(monkeypatch):
    monkeypatch.setattr(worker, "_kit", None)
    with pytest.raises(RuntimeError):
        worker.run_errand("mail")
