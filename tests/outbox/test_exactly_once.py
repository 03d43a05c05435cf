"""A thousand letters and thirty sudden deaths: none twice, none lost, none silently in doubt."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from multiprocessing.process import BaseProcess

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, insert, select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.outbox import Mail
from tests import factories
from tests.outbox.relays import Sink, running
from tests.outbox.sending import send_until_killed

LETTERS = 1_000
DEATHS = 30
SENDERS = 3


@dataclass
class SlowSink(Sink):
    """Takes its time before or after taking a message, and tells how many began."""

    begun: int = 0
    waiting: threading.Condition = field(default_factory=threading.Condition)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        with self.waiting:
            self.begun += 1
            self.waiting.notify_all()
        await asyncio.sleep(random.random() * 0.004)
        self.messages.append(envelope)
        await asyncio.sleep(random.choice((0, 0, 0.02)))
        return "250 2.0.0 taken"

    def wait_for(self, count: int) -> None:
        with self.waiting:
            assert self.waiting.wait_for(lambda: self.begun >= count, timeout=60)


def queue(kit: Kit) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session)
        session.execute(
            insert(Mail),
            [
                {
                    "shop_id": shop.id,
                    "key": f"help_received:{number}",
                    "letter": "help_received",
                    "to_email": f"buyer{number}@customers{number % 50}.example",
                    "language": "en",
                    "params": {"page_url": "https://kiln.example/r/abc"},
                    "send_at": clock.now(),
                    "id": new_id(),
                }
                for number in range(LETTERS)
            ],
        )


def left(kit: Kit) -> int:
    with kit.database.transaction(EVERY_SHOP) as session:
        waiting = select(func.count()).where(Mail.state.in_(("planned", "claimed")))
        return session.scalar(waiting) or 0


def test_none_is_sent_twice_and_none_is_lost_when_senders_die(kit: Kit) -> None:
    queue(kit)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.outbox.sending"])
    sink = SlowSink()

    def born() -> BaseProcess:
        process = context.Process(target=send_until_killed, args=(kit.settings, port))
        process.start()
        return process

    with running(sink) as port:
        senders = [born() for _ in range(SENDERS)]
        for death in sorted(random.sample(range(10, LETTERS * 9 // 10), DEATHS)):
            sink.wait_for(death)
            victim = senders.pop(random.randrange(SENDERS))
            victim.kill()
            victim.join()
            senders.append(born())
        gone = threading.Event()
        for _ in range(600):
            if left(kit) == 0:
                break
            gone.wait(0.1)
        for sender in senders:
            sender.kill()
            sender.join()

    seen = Counter(message_from_bytes(e.content)["Message-ID"] for e in sink.messages)
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.scalars(select(Mail)).all()
    states = Counter(row.state for row in rows)
    assert set(states) <= {"sent", "unknown"}, states
    assert [identity for identity, times in seen.items() if times > 1] == []
    for row in rows:
        assert row.state == "unknown" or seen[row.message_id] == 1
        assert row.state == "sent" or row.reason in ("sender_died", "no_answer")
    assert set(seen) <= {row.message_id for row in rows}
    assert states["unknown"] <= DEATHS
