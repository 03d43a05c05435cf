"""One claimed batch on its way out: compose, offer, mark, hand over, note the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic

import structlog

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import AppError
from reviewapp.outbox.addresses import BadAddress
from reviewapp.outbox.claims import Claim, Claims, Row
from reviewapp.outbox.envelopes import Envelope
from reviewapp.outbox.letters import LetterError
from reviewapp.outbox.marks import Settlement
from reviewapp.outbox.outcomes import Bounce, Load, Outcome, Sender, Skip, Tally
from reviewapp.outbox.smtp import NoAnswer, NotSent, RelayDown
from reviewapp.outbox.smtp_replies import Reply, Stage, Verdict, judge

PACE_SECONDS = 2.0
"""A domain that must be left alone for longer than this waits for a later batch."""
OPERATOR_ERRORS = 5
"""So many refusals in a row that are not about the address stop the run."""
RETRY = tuple(timedelta(minutes=m) for m in (5, 15, 60, 180, 360, 720, 1440, 1440))

log = structlog.get_logger()


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
    dealt_with: int = 0
    """Rows that are begun or settled; the others are given back."""
    held: list[tuple[Row, Envelope]] = field(default_factory=list)
    """Composed, but their domains must be left alone for a while."""

    def work(self) -> None:
        """Send the batch; whatever happens, every row is settled, given back, or `unknown`."""
        try:
            self._send_all()
        except BaseException:
            self.sender.abandon()
            raise
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
        # All at once, before the first is sent: composing is quickest in one go.
        letters = [(row, self._composed(compose, row)) for row in self.claim.rows]
        ready = self._ready(letters)
        ahead = next(ready, None)
        while ahead and self._may_go_on():
            (row, envelope), ahead = ahead, next(ready, None)
            self._send(row, envelope, ahead[1] if ahead else None)
        self._send_held()

    def _ready(self, letters: list[tuple[Row, Envelope | None]]) -> Iterator[tuple[Row, Envelope]]:
        """What may go now; those whose domain must be left alone are held for the end."""
        for row, envelope in letters:
            if envelope is None:
                continue
            if self.sender.wait_seconds(envelope.recipient):
                self.held.append((row, envelope))
            else:
                yield row, envelope

    def _send_held(self) -> None:
        while self.held and self._may_go_on():
            waits = []
            for row, envelope in list(self.held):
                wait = self.sender.wait_seconds(envelope.recipient)
                if wait:
                    waits.append(wait)
                elif self._may_go_on():
                    self.held.remove((row, envelope))
                    self._send(row, envelope, None)
            if waits and min(waits) > PACE_SECONDS:
                self._leave_alone(min(waits))
            elif waits:
                self.pause(min(waits))

    def _leave_alone(self, seconds: float) -> None:
        """Back to the queue, due when their domain may be written to again."""
        again_at = clock.now() + timedelta(seconds=seconds)
        for row, _ in self.held:
            self.tally.postponed += 1
            self._note(Settlement(row.id, "planned", "domain_busy", again_at))
        self.held = []

    def _may_go_on(self) -> bool:
        """Half the lease is for rows not begun; the rest is for the one that is leaving."""
        claimed_at = self.claim.rows[0].claimed_at
        in_time = claimed_at is None or clock.now() - claimed_at < self.claims.lease / 2
        return in_time and self.tally.stopped is None

    def _send(self, row: Row, envelope: Envelope, then: Envelope | None) -> None:
        self.current = row
        if self._offered(row, envelope):
            self._hand_over(row, envelope, then)
        self.current = None

    def _composed(self, compose: Callable[[Row], Outcome], row: Row) -> Envelope | None:
        self.current = row
        try:
            outcome = compose(row)
        except BadAddress as error:
            outcome = Skip(f"bad_address: {error}")
        except (LetterError, AppError) as error:
            log.warning("mail.not_composed", row=str(row.id), error=str(error))
            self._postpone(row, f"letter_incomplete: {error}")
            self.current = None
            return None
        self.current = None
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

    def _hand_over(self, row: Row, envelope: Envelope, then: Envelope | None) -> None:
        try:
            self.sender.announce()
        except NotSent as lost:
            self._postpone(row, f"connection_lost: {lost}")
            return
        # The mark is written while the server makes ready; nothing leaves before both are done.
        ours = self.claims.turn(self.claim, self.last, row.id, envelope.message_id)
        self.last = None
        if not ours:
            self.sender.abandon()
            return
        self.dealt_with += 1
        self.leaving = True
        try:
            reply = self.sender.hand_over(envelope, then)
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
            self.dealt_with += 1
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
        all_begun = self.dealt_with == len(self.claim.rows)
        self.claims.settle(self.claim, self.settled, all_begun=all_begun)
