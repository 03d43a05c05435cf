"""Queueing letters and delivering them, as the tests of sending do it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.outbox import Mail
from reviewapp.outbox.delivery import deliver
from reviewapp.outbox.mail import composer, queue_letter
from reviewapp.outbox.outcomes import Tally
from reviewapp.outbox.smtp import SmtpSender
from reviewapp.outbox.smtp_relay import Relay

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def queue(
    kit: Kit, shop_id: UUID, to: str = "ada@customers.example", **changes: Any
) -> UUID | None:
    values: dict[str, Any] = {
        "letter": "help_received",
        "language": "en",
        "params": {"message": "It broke.", "page_url": "https://kiln.example/r/abc"},
        "key": f"help_received:{new_id()}",
    }
    with kit.database.transaction(shop_id) as session:
        return queue_letter(session, shop_id=shop_id, to=to, **values | changes)


def rows(kit: Kit) -> list[Mail]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def row(kit: Kit) -> Mail:
    (only,) = rows(kit)
    return only


def run(kit: Kit, port: int, **options: Any) -> Tally:
    through = SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}?timeout=60"))
    try:
        return deliver(
            kit.database,
            Mail,
            lambda session, batch: composer(session, batch, kit.settings),
            options.pop("sender", through),
            **options,
        )
    finally:
        through.close()
