"""How long incoming mails are kept as they came, and what is left of them afterwards."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

import structlog
from sqlalchemy import select, update

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.inbox.storing import FOLDER
from reviewapp.models.mailbox import InboundMail

BATCH = 200
UNTOUCHED = timedelta(hours=24)
"""A younger file may be on its way to its row: files are written first."""

log = structlog.get_logger()


def forget_raw_mails(kit: Kit) -> int:
    """The errand "raw_mails": delete what is older than `raw_mail_days`, and files without a row.

    Kept are what it was taken for, when and why; sender and subject go with the mail. One that
    waits for a person or failed is kept until somebody has looked.
    """
    deleted = 0
    while old := _take_old(kit):
        for raw_key in old:
            kit.storage.delete(raw_key)
        deleted += len(old)
    deleted += _sweep_orphans(kit)
    if deleted:
        log.info("inbox.raw_mails_deleted", count=deleted)
    return deleted


def _take_old(kit: Kit) -> list[str]:
    """A batch whose time is over. The file goes after the commit: what a dead process leaves is
    an orphan, and swept as one."""
    before = clock.now() - timedelta(days=kit.settings.raw_mail_days)
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.execute(
            select(InboundMail.id, InboundMail.raw_key)
            .where(
                InboundMail.raw_key.is_not(None),
                InboundMail.created_at < before,
                InboundMail.state.in_(("done", "stopped", "dismissed")),
            )
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        session.execute(
            update(InboundMail)
            .where(InboundMail.id.in_([row.id for row in rows]))
            .values(raw_key=None, raw_key_id=None, sender=None, subject=None, told=[])
        )
        return [row.raw_key for row in rows if row.raw_key]


def _sweep_orphans(kit: Kit) -> int:
    before, deleted = clock.now() - UNTOUCHED, 0
    entries = kit.storage.entries(f"{FOLDER}/")
    while batch := list(islice(entries, BATCH)):
        old = {stored.key for stored in batch if stored.modified_at < before}
        with kit.database.transaction(EVERY_SHOP) as session:
            kept = select(InboundMail.raw_key).where(InboundMail.raw_key.in_(old))
            orphans = old - {key for key in session.scalars(kept) if key}
        for key in orphans:
            kit.storage.delete(key)
        deleted += len(orphans)
    return deleted
