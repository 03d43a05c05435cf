"""A thousand requests, thirty sudden deaths of web, worker and clock, and a Redis that forgets."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from flask.testing import FlaskClient

from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from tests import factories
from tests.journeys.due import SlowSink, plan_requests, requests, unsent
from tests.journeys.stack import Processes, free_port, waited_for
from tests.outbox.relays import running

REQUESTS = 1_000
DEATHS = 30
NAMES = ("web", "worker", "second worker", "clock")

pytestmark = pytest.mark.timeout(400)


def test_no_request_is_sent_twice_or_lost_when_processes_die(
    kit: Kit, settings: Settings, processes: Processes, client: FlaskClient
) -> None:
    shop = plan_requests(kit, REQUESTS)
    sink = SlowSink()
    with running(sink) as port:
        processes.settings = settings.changed(
            smtp_url=f"smtp://127.0.0.1:{port}", port=free_port(), mail_per_domain_per_second=1e6
        )
        processes.start(*NAMES)
        for death in sorted(random.sample(range(5, REQUESTS * 9 // 10), DEATHS)):
            sink.wait_for(death)
            victim = random.choice(NAMES)
            processes.kill(victim)
            processes.start(victim)
        assert waited_for(lambda: unsent(kit) == 0, seconds=150), f"{unsent(kit)} left"
        processes.kill_all()

    seen, rows = sink.by_message_id(), requests(kit)
    states = Counter(row.state for row in rows)
    assert len(rows) == REQUESTS
    assert set(states) <= {"sent", "unknown"}, states
    assert [message for message, times in seen.items() if times > 1] == []
    assert all(seen[str(row.message_id)] == 1 for row in rows if row.state == "sent")
    assert set(seen) <= {str(row.message_id) for row in rows}
    assert states["unknown"] <= DEATHS
    with kit.database.transaction(shop.id) as session:
        key = factories.api_key(session, shop)
    told = client.get(
        "/api/v1/requests?state=unknown&limit=100", headers={"Authorization": f"Bearer {key}"}
    ).get_json()["items"]
    assert len(told) == states["unknown"]
    assert all(one["reason"] for one in told)


def test_everything_still_goes_out_when_redis_forgets(
    kit: Kit, settings: Settings, processes: Processes
) -> None:
    plan_requests(kit, 300)
    sink = SlowSink()
    with running(sink) as port:
        processes.settings = settings.changed(
            smtp_url=f"smtp://127.0.0.1:{port}", mail_per_domain_per_second=1e6
        )
        kit.queues.redis.flushdb()
        processes.start("worker", "clock")
        for reached in (1, 60, 120, 180, 240):
            sink.wait_for(reached)
            kit.queues.redis.flushdb()
        assert waited_for(lambda: unsent(kit) == 0), f"{unsent(kit)} left"

    assert Counter(row.state for row in requests(kit)) == {"sent": 300}
    assert set(sink.by_message_id().values()) == {1}
