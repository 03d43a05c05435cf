"""What callers of `deliver` hand in and get back: outcomes, the sender, the tally."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.outbox.addresses import Path
from reviewapp.outbox.claims import Row
from reviewapp.outbox.envelopes import Envelope
from reviewapp.outbox.smtp_replies import Reply


@dataclass(frozen=True)
class Skip:
    """Not sent, for good; `reason` is shown. `state` may be `cancelled`: not wanted any more."""

    reason: str
    state: str = "skipped"


@dataclass(frozen=True)
class Later:
    """Not sent now but from `at` on; `reason` is shown."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class Bounce:
    """An address that surely takes no mail."""

    shop_id: UUID
    email: str
    reply: Reply


Outcome: TypeAlias = Envelope | Skip | Later
Load: TypeAlias = Callable[[Session, Sequence[Row]], Callable[[Row], Outcome]]
"""Reads, in one transaction, all that a batch needs (rows are attached: facts may be noted on
them), and returns what decides and composes a single row, without the database."""


class Sender(Protocol):
    """Where messages go: `smtp.SmtpSender` or `mailbox.Mailbox`."""

    def open(self) -> None:
        """Be ready, or raise OutsideFailed."""

    def wait_seconds(self, recipient: Path) -> float:
        """How long to leave the recipient's domain alone."""

    def offer(self, envelope: Envelope) -> tuple[Reply, Reply | None]:
        """Name sender and recipient."""

    def announce(self) -> None:
        """Ask to send the message; the answer is not waited for."""

    def hand_over(self, envelope: Envelope, then: Envelope | None = None) -> Reply:
        """Send the message, and perhaps name the next one in the same breath."""

    def abandon(self) -> None:
        """Drop what is open."""


@dataclass
class Tally:
    """What a run did, in rows."""

    sent: int = 0
    skipped: int = 0
    postponed: int = 0
    unknown: int = 0
    recovered: int = 0
    stopped: str | None = None
    """Why the run ended early: the relay refuses for a reason the operator must mend."""
