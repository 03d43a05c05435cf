"""Who is sending which row: claims, the note before each message, outcomes, recovery.

A row is claimed in batches, marked `sending_at` just before its message leaves, and settled
together with the mark of the next one. Those marks are not flushed one by one
(`synchronous_commit = off`): they survive the death of this process, not that of the database,
so each claim also notes the database's memory (see `_MEMORY`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import Update, func, select, text, update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, Database
from reviewapp.core.ids import new_id
from reviewapp.models.outbox import Mail
from reviewapp.models.review_request import ReviewRequest
from reviewapp.outbox.marks import Marks, Settlement, marks
from reviewapp.outbox.owners import alive_here, owner

LEASE = timedelta(seconds=120)
"""How long a claim of another host holds without a sign of life."""

# PostgreSQL throws its statistics away whenever it recovers from a crash, and only then: of the
# server or of one backend, which `pg_postmaster_start_time()` would not tell.
_MEMORY = "SELECT coalesce(stats_reset, pg_postmaster_start_time())::text FROM pg_stat_bgwriter"


Row = TypeVar("Row", Mail, ReviewRequest)
"""A row that carries `models.base.Delivery`."""

_in_progress: set[str] = set()
"""Claims this very process is working on; its others are those of a run that failed."""


@dataclass(frozen=True)
class Claim(Generic[Row]):
    """A batch of rows that only this process sends."""

    id: str
    rows: Sequence[Row]


@dataclass
class Claims(Generic[Row]):
    """The bookkeeping of one table; open it, then take, turn and settle."""

    database: Database
    model: type[Row]
    lease: timedelta = LEASE
    _marks: Marks | None = field(default=None, repr=False)

    @contextmanager
    def opened(self) -> Iterator[Claims[Row]]:
        """The connection for the marks, for as long as batches are being sent."""
        with marks(self.database, self.model.__tablename__) as self._marks:
            try:
                yield self
            finally:
                self._marks = None

    def any_due(self) -> bool:
        """Whether there is anything to claim; cheap however many rows wait."""
        due = select(1).where(self.model.state == "planned", self.model.send_at <= clock.now())
        with self.database.transaction(EVERY_SHOP) as session:
            return session.scalar(due.limit(1)) is not None

    def take(self, limit: int) -> Claim[Row]:
        """Claim at most `limit` due rows, the longest waiting first; committed on return."""
        model, now = self.model, clock.now()
        due = (
            select(model.id)
            .where(model.state == "planned", model.send_at <= now)
            .order_by(model.send_at, model.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
            .prefix_with("MATERIALIZED")
        )
        with self.database.transaction(EVERY_SHOP) as session:
            memory = session.scalar(text(_MEMORY))
            claim_id = f"{owner()}/{memory}/{new_id()}"
            rows = session.scalars(
                update(model)
                .where(model.id.in_(select(due.c.id)))
                .values(state="claimed", claim_id=claim_id, claimed_at=now, sending_at=None)
                .returning(model)
            ).all()
            if rows:
                _in_progress.add(claim_id)
        return Claim(claim_id, sorted(rows, key=lambda row: (row.send_at or now, row.id)))

    def turn(
        self, claim: Claim[Row], done: Settlement | None, row_id: UUID, message_id: str
    ) -> bool:
        """Settle the row before and mark this one as leaving, in one short statement.

        False when this one is not ours any more (the lease ran out): it must not be sent.
        """
        return self._book().turn(claim.id, clock.now(), done, row_id, message_id)

    def settle(
        self, claim: Claim[Row], settlements: Sequence[Settlement], *, all_begun: bool = False
    ) -> None:
        """Write outcomes and give back what was not begun; flushed to disk, and so is all before.

        Ends the claim.
        """
        model = self.model
        self._book().settle(claim.id, clock.now(), settlements)
        _in_progress.discard(claim.id)
        if all_begun:
            return
        with self.database.transaction(EVERY_SHOP) as session:
            session.execute(
                update(model)
                .where(
                    model.state == "claimed",
                    model.claim_id == claim.id,
                    model.sending_at.is_(None),
                )
                .values(state="planned", claim_id=None, claimed_at=None)
                .execution_options(synchronize_session=False)
            )

    def forget(self, claim: Claim[Row]) -> None:
        """This process no longer works on the claim, however that ended."""
        _in_progress.discard(claim.id)

    def _book(self) -> Marks:
        if self._marks is None:
            raise RuntimeError("claims are worked on inside opened()")
        return self._marks

    def recover(self) -> int:
        """Take up what dead senders left; returns how many rows.

        Not begun: planned again, unless the database lost its memory since (then a mark may be
        lost too). Begun: `unknown`, for a person to see; it is never sent again by itself.
        """
        model, recovered = self.model, 0
        with self.database.transaction(EVERY_SHOP) as session:
            memory = str(session.scalar(text(_MEMORY)))
            held = session.execute(
                select(
                    model.claim_id,
                    func.max(func.greatest(model.claimed_at, model.sending_at)),
                )
                .where(model.state == "claimed")
                .group_by(model.claim_id)
            ).all()
            for claim_id, last_sign_at in held:
                if self._is_dead(claim_id or "", last_sign_at):
                    kept = f"/{memory}/" in (claim_id or "")
                    recovered += self._take_up(session, claim_id, kept)
        return recovered

    def _is_dead(self, claim_id: str, last_sign_at: datetime) -> bool:
        if claim_id in _in_progress:
            return False
        if claim_id.startswith(f"{owner()}/"):
            return True
        alive = alive_here(claim_id)
        return clock.now() - last_sign_at > self.lease if alive is None else not alive

    def _take_up(self, session: Session, claim_id: str | None, memory_kept: bool) -> int:
        model = self.model
        ours = [model.state == "claimed", model.claim_id == claim_id]
        again: list[UUID] = []
        if memory_kept:
            not_begun = update(model).where(*ours, model.sending_at.is_(None))
            again = _changed(
                session, not_begun.values(state="planned", claim_id=None, claimed_at=None), model
            )
        why = "sender_died" if memory_kept else "database_crashed"
        lost = update(model).where(*ours).values(state="unknown", reason=why)
        return len(again) + len(_changed(session, lost, model))


def _changed(session: Session, statement: Update, model: type[Row]) -> list[UUID]:
    quiet = statement.returning(model.id).execution_options(synchronize_session=False)
    return list(session.scalars(quiet))
