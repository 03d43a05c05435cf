"""One claimed batch on its way out: compose, offer, mark, hand over, note the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeAlias
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import AppError
from reviewapp.outbox.addresses import BadAddress, Path
from reviewapp.outbox.claims import Claim, Claims, Row
from reviewapp.outbox.envelopes import Envelope
from reviewapp.outbox.letters import LetterError
from reviewapp.outbox.marks import Settlement
from reviewapp.outbox.smtp import NoAnswer, NotSent, RelayDown
from reviewapp.outbox.smtp_replies import Reply, Stage, Verdict, judge

PACE_SECONDS = 2.0
"""A domain that must be left alone for longer than this waits for a later batch."""
OPERATOR_ERRORS = 5
"""So many refusals in a row that are not about the address stop the run."""
RETRY = tuple(timedelta(minutes=m) for m in (5, 15, 60, 180, 360, 720, 1440, 1440))

log = structlog.get_logger()


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

    def hand_over(self, envelope: Envelope) -> Reply:
        """Send the message."""

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


@dataclass
class Batch(Generic[Row]):
    """One batch on its way out."""

    claims: Claims[Row]
    claim: Claim[Row]
    load: Load[Row]
    sender: Sender
    tally: Tally
    pause: Callable[[float], None]
    settled: list[Settlement] = field(default_factory=list)
    last: Settlement | None = None
    """The outcome of the newest message: written down together with the next one's mark."""
    current: Row | None = None
    leaving: bool = False
    bounced: list[Bounce] = field(default_factory=list)
    refusals: int = 0

    def work(self) -> None:
        """Send the batch; whatever happens, every row is settled, given back, or `unknown`."""
        try:
            self._send_all()
        finally:
            try:
                self._interrupted()
                self._settle()
            finally:
                self.claims.forget(self.claim)

    def _send_all(self) -> None:
        with self.claims.database.transaction(EVERY_SHOP) as session:
            session.add_all(self.claim.rows)
            compose = self.load(session, self.claim.rows)
        held: list[tuple[Row, Envelope, float]] = []
        for row in self.claim.rows:
            if not self._may_go_on():
                return
            self.current = row
            envelope = self._composed(compose, row)
            if envelope and (wait := self._sent_or_wait(row, envelope)):
                held.append((row, envelope, wait))
            self.current = None
        while held and self._may_go_on():
            soonest = min(wait for _, _, wait in held)
            if soonest > PACE_SECONDS:
                return
            self.pause(soonest)
            held = self._again(held)

    def _again(self, held: list[tuple[Row, Envelope, float]]) -> list[tuple[Row, Envelope, float]]:
        still_held = []
        for row, envelope, _ in held:
            self.current = row
            if self._may_go_on() and (wait := self._sent_or_wait(row, envelope)):
                still_held.append((row, envelope, wait))
            self.current = None
        return still_held

    def _may_go_on(self) -> bool:
        """Half the lease is for rows not begun; the rest is for the one that is leaving."""
        claimed_at = self.claim.rows[0].claimed_at
        in_time = claimed_at is None or clock.now() - claimed_at < self.claims.lease / 2
        return in_time and self.tally.stopped is None

    def _sent_or_wait(self, row: Row, envelope: Envelope) -> float:
        """0 when the row was dealt with, else the seconds its domain must be left alone."""
        wait = self.sender.wait_seconds(envelope.recipient)
        if wait == 0 and self._offered(row, envelope):
            self._hand_over(row, envelope)
        return wait

    def _composed(self, compose: Callable[[Row], Outcome], row: Row) -> Envelope | None:
        try:
            outcome = compose(row)
        except BadAddress as error:
            outcome = Skip(f"bad_address: {error}")
        except (LetterError, AppError) as error:
            log.warning("mail.not_composed", row=str(row.id), error=str(error))
            self._postpone(row, f"letter_incomplete: {error}")
            return None
        if isinstance(outcome, Envelope):
            return outcome
        if isinstance(outcome, Skip):
            self.tally.skipped += 1
            self._note(Settlement(row.id, outcome.state, outcome.reason))
        else:
            self.tally.postponed += 1
            self._note(Settlement(row.id, "planned", outcome.reason, outcome.at))
        return None

    def _offered(self, row: Row, envelope: Envelope) -> bool:
        """Whether sender and recipient were taken; one lost connection is replaced."""
        try:
            mail, recipient = self._offer(envelope)
        except NotSent as lost:
            self._postpone(row, f"connection_lost: {lost}")
            self.tally.stopped = str(lost)
            return False
        except RelayDown as down:  # the row is not to blame: it is given back as it was
            self.tally.stopped = str(down)
            return False
        if recipient is None:
            self._judged(row, envelope, Stage.SENDER, mail)
            return False
        taken = judge(Stage.RECIPIENT, recipient) is Verdict.ACCEPTED
        if not taken:
            self._judged(row, envelope, Stage.RECIPIENT, recipient)
        return taken

    def _offer(self, envelope: Envelope) -> tuple[Reply, Reply | None]:
        try:
            return self.sender.offer(envelope)
        except NotSent:
            return self.sender.offer(envelope)

    def _hand_over(self, row: Row, envelope: Envelope) -> None:
        ours = self.claims.turn(self.claim, self.last, row.id, envelope.message_id)
        self.last = None
        if not ours:
            self.sender.abandon()
            return
        self.leaving = True
        try:
            reply = self.sender.hand_over(envelope)
        except NotSent as lost:
            self._postpone(row, f"connection_lost: {lost}")
        except NoAnswer as silence:
            self.tally.unknown += 1
            self._note(Settlement(row.id, "unknown", "no_answer", None, str(silence), 1))
        else:
            self._judged(row, envelope, Stage.MESSAGE, reply)
        self.leaving = False

    def _judged(self, row: Row, envelope: Envelope, stage: Stage, reply: Reply) -> None:
        verdict = judge(stage, reply)
        if verdict is Verdict.ACCEPTED:
            self.tally.sent += 1
            self.refusals = 0
            self._note(Settlement(row.id, "sent", None, None, str(reply), 1))
        elif verdict is Verdict.BAD_ADDRESS:
            self.tally.skipped += 1
            self.bounced.append(Bounce(row.shop_id, envelope.to_email, reply))
            self._note(Settlement(row.id, "skipped", "bounced", None, str(reply), 1))
        elif verdict is Verdict.LATER:
            self._postpone(row, "not_now", reply)
        else:
            self._refused(row, stage, reply)

    def _refused(self, row: Row, stage: Stage, reply: Reply) -> None:
        log.error("mail.refused", row=str(row.id), stage=stage.value, answer=str(reply))
        self._postpone(row, "relay_refuses", reply)
        self.refusals += 1
        if stage is Stage.SENDER or self.refusals >= OPERATOR_ERRORS:
            self.tally.stopped = str(reply)

    def _postpone(self, row: Row, reason: str, reply: Reply | None = None) -> None:
        answer = str(reply) if reply else None
        if row.attempts >= len(RETRY):
            self.tally.skipped += 1
            self._note(Settlement(row.id, "skipped", f"given_up: {reason}", None, answer, 1))
        else:
            self.tally.postponed += 1
            again_at = clock.now() + RETRY[row.attempts]
            self._note(Settlement(row.id, "planned", reason, again_at, answer, 1))

    def _note(self, done: Settlement) -> None:
        """Outcomes after the mark are written with the next mark, others at the batch's end."""
        if self.leaving:
            self.last = done
        else:
            self.settled.append(done)

    def _interrupted(self) -> None:
        """An error came out of the middle: the row in hand is left in a state that is true."""
        row, self.current = self.current, None
        noted = [*self.settled, *([self.last] if self.last else [])]
        if row is None or any(done.row_id == row.id for done in noted):
            return
        if self.leaving:
            self.tally.unknown += 1
            self._note(Settlement(row.id, "unknown", "interrupted", None, None, 1))
        else:
            self._postpone(row, "interrupted")

    def _settle(self) -> None:
        if self.last is not None:
            self.settled.append(self.last)
            self.last = None
        self.claims.settle(self.claim, self.settled)
