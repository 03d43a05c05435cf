"""Sending what is due, each row exactly once; what nobody can know becomes `unknown`.

For each row: compose it, offer it to the relay, write down that it is leaving, hand it over,
write down the answer. A process may die at any point: see `claims` for what is done then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from reviewapp.core.db import EVERY_SHOP, Database
from reviewapp.core.ids import email_digest
from reviewapp.outbox.batch import Batch
from reviewapp.outbox.claims import LEASE, Claims, Row
from reviewapp.outbox.outcomes import Bounce, Later, Load, Outcome, Sender, Skip, Tally
from reviewapp.outbox.suppressions import suppress

__all__ = ["Later", "Load", "Outcome", "Sender", "Skip", "Tally", "deliver"]

BATCH = 100
BUDGET_SECONDS = 240.0
"""No new batch after this: an errand of the worker must end within ten minutes."""


def deliver(
    database: Database,
    model: type[Row],
    load: Load[Row],
    sender: Sender,
    *,
    batch: int = BATCH,
    lease: timedelta = LEASE,
    budget_seconds: float = BUDGET_SECONDS,
    pause: Callable[[float], None] = time.sleep,
) -> Tally:
    """Send all that is due in the table of `model`, batch by batch.

    Raises OutsideFailed before anything is claimed when the relay cannot be reached. Safe to run
    in any number of processes at once.
    """
    claims = Claims(database, model, lease)
    tally = Tally(recovered=claims.recover())
    if not claims.any_due():
        return tally
    sender.open()
    started = time.monotonic()
    with claims.opened():
        while tally.stopped is None and time.monotonic() - started < budget_seconds:
            claim = claims.take(batch)
            if not claim.rows:
                break
            run = Batch(claims, claim, load, sender, tally, pause)
            try:
                run.work()
            finally:
                _suppress(database, run.bounced)
    return tally


def _suppress(database: Database, bounced: Sequence[Bounce]) -> None:
    """Write no more to addresses that surely take no mail; a lifted entry is put back."""
    if not bounced:
        return
    with database.transaction(EVERY_SHOP) as session:
        for bounce in bounced:
            digest = email_digest(bounce.email)
            suppress(session, bounce.shop_id, digest, "bounced", str(bounce.reply))
