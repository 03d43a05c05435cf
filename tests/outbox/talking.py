"""A letter and a sender, as the tests of SMTP use them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reviewapp.core.ids import new_id
from reviewapp.outbox.envelopes import Envelope, From, Unsubscribe, seal
from reviewapp.outbox.smtp import SmtpSender
from reviewapp.outbox.smtp_relay import Relay
from tests.outbox.letter_samples import FACTS


def envelope(to: str = "ada@customers.example", **facts: Any) -> Envelope:
    return seal(
        "request",
        "en",
        FACTS["request"] | facts,
        row_id=new_id(),
        shop_id=new_id(),
        to_email=to,
        writer=From("Kiln & Clay", "reviews@kiln.example", "hello@kiln.example"),
        at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        unsubscribe=Unsubscribe("https://kiln.example/u/abc"),
    )


def sender(port: int, query: str = "") -> SmtpSender:
    return SmtpSender(Relay.from_url(f"smtp://127.0.0.1:{port}?timeout=60{query}"))


def send(through: SmtpSender, message: Envelope) -> str:
    mail, recipient = through.offer(message)
    assert mail.code == 250
    assert recipient is not None
    if recipient.code >= 300:
        return str(recipient)
    through.announce()
    return str(through.hand_over(message))
