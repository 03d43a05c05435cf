"""Sending 10,000 requests through two processes, beside the same talk without any bookkeeping."""

from __future__ import annotations

import asyncio
import multiprocessing
import smtplib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkServerContext
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, Database
from reviewapp.core.ids import new_id, new_secret
from reviewapp.embedded.postgres import EmbeddedPostgres
from reviewapp.migrations.upgrade import upgrade
from reviewapp.models.account import Shop
from reviewapp.models.outbox import Mail
from reviewapp.outbox.claims import Claims
from reviewapp.outbox.delivery import Outcome, deliver
from reviewapp.outbox.envelopes import From, Unsubscribe, seal
from reviewapp.outbox.smtp import SmtpSender
from reviewapp.outbox.smtp_relay import Relay

MAILS = 10_000
PROCESSES = 2
GOAL_RATIO = 0.65
CLAIM = """
UPDATE mail SET state = 'claimed' WHERE id IN (
  SELECT id FROM mail WHERE state = 'planned' ORDER BY send_at LIMIT 100 FOR UPDATE SKIP LOCKED
) RETURNING id, to_email
"""


class SinkTalk(asyncio.Protocol):
    """The least a mail server can do: answer every line, take every message."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.out, self.buffer, self.message = transport, b"", False
        self.out.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Take commands line by line and a message up to its closing line."""
        self.buffer += data
        answers = []
        while True:
            end = b"\r\n.\r\n" if self.message else b"\r\n"
            at = self.buffer.find(end)
            if at < 0:
                break
            head, self.buffer = self.buffer[:at], self.buffer[at + len(end) :]
            answers.append(self._answer(head))
        if answers:
            self.out.write(b"".join(answers))

    def _answer(self, head: bytes) -> bytes:
        if self.message:
            self.message = False
            return b"250 taken\r\n"
        verb = head[:4].upper()
        if verb == b"EHLO":
            return b"250-sink\r\n250 PIPELINING\r\n"
        if verb == b"DATA":
            self.message = True
            return b"354 go on\r\n"
        return b"250 ok\r\n"


def sink(port: Queue[int]) -> None:
    """Serve until ended."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(SinkTalk, "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def load(session: Session, rows: Sequence[Mail]) -> Callable[[Mail], Outcome]:
    """Write each row as the request letter it stands for."""
    writer = From("Kiln & Clay", "reviews@kiln.example", "hello@kiln.example")

    def compose(row: Mail) -> Outcome:
        return seal(
            "request",
            "en",
            row.params,
            row_id=row.id,
            shop_id=row.shop_id,
            to_email=row.to_email,
            to_name=row.to_name,
            writer=writer,
            at=clock.now(),
            unsubscribe=Unsubscribe(row.params["unsubscribe_url"]),
        )

    return compose


def send_ours(url: str, port: int, done: Queue[float]) -> None:
    """Deliver with all the bookkeeping."""
    sender = SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}"))
    database = Database(url, pool_size=2)
    Claims(database, Mail).recover()
    sender.open()
    _ready_message()
    done.put(0.0)
    started = time.process_time()
    deliver(database, Mail, load, sender)
    done.put(time.process_time() - started)


def send_bare(url: str, port: int, done: Queue[float]) -> None:
    """The limit: claim, splice an address into a ready message, smtplib, settle by the hundred."""
    smtp = smtplib.SMTP("127.0.0.1", port)
    database = Database(url, pool_size=2)
    ready = _ready_message()
    done.put(0.0)
    started = time.process_time()
    while True:
        with database.transaction(EVERY_SHOP) as session:
            rows = session.connection().exec_driver_sql(CLAIM).all()
        if not rows:
            break
        for _, email in rows:
            message = ready.replace(b"ada@customers.example", email.encode())
            smtp.sendmail("reviews@kiln.example", [email], message)
        with database.transaction(EVERY_SHOP) as session:
            settle = "UPDATE mail SET state = 'sent', sent_at = now() WHERE id = ANY(%s)"
            session.connection().exec_driver_sql(settle, ([row_id for row_id, _ in rows],))
    done.put(time.process_time() - started)


def _ready_message() -> bytes:
    return seal(
        "request",
        "en",
        _params(0),
        row_id=new_id(),
        shop_id=new_id(),
        to_email="ada@customers.example",
        writer=From("Kiln & Clay", "reviews@kiln.example", "hello@kiln.example"),
        at=clock.now(),
    ).content


def _params(number: int) -> dict[str, Any]:
    return {
        "shop_name": "Kiln & Clay",
        "shop_address": "Ofenweg 1\n10115 Berlin",
        "to_name": f"Buyer {number}",
        "products": [{"name": f"Stoneware mug {number % 97}"}],
        "page_url": f"https://kiln.example/r/{number:066d}",
        "unsubscribe_url": f"https://kiln.example/u/{number:066d}",
    }


def _fill(database: Database, mails: int) -> None:
    now = clock.now()
    with database.transaction(EVERY_SHOP) as session:
        session.execute(text("DELETE FROM mail"))
        shop = Shop(name="Kiln & Clay", email="a@b.example", widget_key=new_secret("wk"))
        session.add(shop)
        session.flush()
        session.execute(
            insert(Mail),
            [
                {
                    "shop_id": shop.id,
                    "key": f"request:{number}",
                    "letter": "request",
                    "to_email": f"buyer{number}@customers{number % 500}.example",
                    "language": "en",
                    "params": _params(number),
                    "send_at": now,
                }
                for number in range(mails)
            ],
        )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE mail"))


def _rate(
    context: ForkServerContext, send: Callable[..., None], database: Database, url: str, mails: int
) -> tuple[float, float]:
    """Mails a second by the wall, and CPU µs of the sender per mail."""
    _fill(database, mails)
    ports: Queue[int] = context.Queue()
    server = context.Process(target=sink, args=(ports,), daemon=True)
    server.start()
    port, done = ports.get(timeout=30), context.Queue()
    senders = [context.Process(target=send, args=(url, port, done)) for _ in range(PROCESSES)]
    for sender in senders:
        sender.start()
    for _ in senders:
        done.get(timeout=60)
    started = time.perf_counter()
    busy = sum(done.get(timeout=300) for _ in senders)
    seconds = time.perf_counter() - started
    for sender in senders:
        sender.join()
    server.terminate()
    server.join()
    with database.transaction(EVERY_SHOP) as session:
        sent = session.scalar(text("SELECT count(*) FROM mail WHERE state = 'sent'"))
    assert sent == mails, sent
    return mails / seconds, busy / mails * 1e6


def main(mails: int = MAILS) -> None:
    """Print ours, the limit and their ratio; three rounds, the median counts."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.sending"])
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres") as postgres,
    ):
        database = Database(postgres.url)
        upgrade(database.engine)
        rounds = []
        for _ in range(3):
            bare, bare_cpu = _rate(context, send_bare, database, postgres.url, mails)
            ours, cpu = _rate(context, send_ours, database, postgres.url, mails)
            rounds.append((ours / bare, ours, bare, cpu, bare_cpu))
        database.close()
    ratio, ours, bare, cpu, bare_cpu = sorted(rounds)[1]
    print(f"sending {mails:,} mails, {PROCESSES} processes, {len(_ready_message()):,} bytes each")
    print(f"  limit (spliced, no bookkeeping)  {bare:8,.0f}/s   {bare_cpu:.0f} µs CPU a mail")
    print(f"  ours, exactly once               {ours:8,.0f}/s   {cpu:.0f} µs CPU a mail")
    print(f"  ratio {ratio:.2f} (goal {GOAL_RATIO})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MAILS)
