"""The errand "uploads": what went nowhere within its time is forgotten, and nothing else."""

from __future__ import annotations

from uuid import UUID

import structlog
from sqlalchemy import delete, select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.media import upload_parts
from reviewapp.models.upload import Upload

SWEEP_BATCH = 200
UNFINISHED_SECONDS = 24 * 3600

log = structlog.get_logger()


def sweep_uploads(kit: Kit) -> int:
    """Forget uploads whose 48 hours are over, then parts that no row counts; how many rows.

    Also what a killed process left half written in the storage's folder.
    Photos that were staged are another sweep's; here goes only the note of how they came.
    """
    swept = 0
    while ids := _take_expired(kit):
        swept += len(ids)
    # Listed before the rows are read: a part that is younger is not in the list.
    stored = upload_parts.stored_uploads(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        on_the_way = Upload.state.in_(("open", "received"))
        wanted = set(session.scalars(select(Upload.id).where(on_the_way)))
    for upload_id in stored.keys() - wanted:
        upload_parts.drop(kit, stored[upload_id])
    kit.storage.forget_unfinished(UNFINISHED_SECONDS)
    if swept:
        log.info("uploads.swept", count=swept)
    return swept


def _take_expired(kit: Kit) -> list[UUID]:
    with kit.database.transaction(EVERY_SHOP) as session:
        expired = (
            select(Upload.id)
            .where(Upload.expires_at < clock.now())
            .limit(SWEEP_BATCH)
            .with_for_update(skip_locked=True)
        )
        gone = delete(Upload).where(Upload.id.in_(expired)).returning(Upload.id)
        return list(session.scalars(gone))
