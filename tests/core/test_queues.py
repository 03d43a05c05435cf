from __future__ import annotations

from reviewapp.core.queues import Queues


def test_one_waiting_ping_of_a_kind_is_enough(kit) -> None:
    for _ in range(5):
        kit.queues.ping("events")
    kit.queues.ping("mail")
    assert len(kit.queues.queue) == 2


def test_work_that_comes_while_an_errand_runs_gets_a_ping_of_its_own(kit) -> None:
    kit.queues.ping("events")
    kit.queues.taken("events")
    kit.queues.ping("events")
    assert len(kit.queues.queue) == 2


def test_a_lost_redis_raises_nothing(tmp_path) -> None:
    queues = Queues(f"unix://{tmp_path}/nobody.sock")
    queues.ping("events")
    queues.taken("events")
    assert not queues.alive()
