"""Documents of the whole shop: star shards, the policy page, the figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import and_, case, or_, select, update

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.widget import ShopDocument
from reviewapp.widgets.feeds.writer import WRITTEN_WITH, files_of, write_feeds
from reviewapp.widgets.marks import FEEDS, NEWS, SLOW, STORE_PAGE
from reviewapp.widgets.pacing import next_pause, rested
from reviewapp.widgets.product_writer import LEASE
from reviewapp.widgets.purging import request_purge
from reviewapp.widgets.shop_documents import shop_document
from reviewapp.widgets.store_view import place_in_store
from reviewapp.widgets.writer import put_document, remove_document, shop_folder

SLOW_PACE = timedelta(hours=1)
"""Between two writes of what reads all reviews of the shop."""
FEED_LEASE = timedelta(hours=1)
"""The same as LEASE for the whole feeds: a million reviews take minutes."""
BATCH = 20

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DocumentClaim:
    """A shop document to write, as it was when it was taken."""

    shop_id: UUID
    path: str
    claimed_at: datetime
    revision: int


def publish_shop_documents(kit: Kit) -> int:
    """Write one batch of the shop documents that are due; returns how many were written."""
    return sum(_publish(kit, claim) for claim in _claim(kit))


def _claim(kit: Kit) -> list[DocumentClaim]:
    now = clock.now()
    due = (
        select(ShopDocument.shop_id, ShopDocument.path)
        .where(
            ShopDocument.dirty_at <= now,
            rested(ShopDocument, now),
            or_(
                ShopDocument.path.not_in(SLOW),
                ShopDocument.published_at.is_(None),
                ShopDocument.published_at <= now - SLOW_PACE,
            ),
            or_(
                ShopDocument.claimed_at.is_(None),
                and_(ShopDocument.path != FEEDS, ShopDocument.claimed_at < now - LEASE),
                ShopDocument.claimed_at < now - FEED_LEASE,
            ),
        )
        .order_by(ShopDocument.dirty_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.execute(
            update(ShopDocument)
            .where(ShopDocument.shop_id == due.c.shop_id, ShopDocument.path == due.c.path)
            .values(claimed_at=now)
            .returning(
                ShopDocument.shop_id,
                ShopDocument.path,
                ShopDocument.revision,
            )
            .execution_options(synchronize_session=False)
        ).all()
    claims = [DocumentClaim(row.shop_id, row.path, now, row.revision) for row in rows]
    # What takes long goes last: the others' leases must not run out meanwhile.
    return sorted(claims, key=lambda claim: claim.path == FEEDS)


def _publish(kit: Kit, claim: DocumentClaim) -> int:
    try:
        written = _write_feeds(kit, claim) if claim.path in WRITTEN_WITH else _write(kit, claim)
    except OutsideFailed as error:
        log.error("publish.failed", shop_id=str(claim.shop_id), error=error.message)
        return 0
    current = ShopDocument.revision == claim.revision
    with kit.database.transaction(claim.shop_id) as session:
        request_purge(session, kit.settings, claim.shop_id, written)
        session.execute(
            update(ShopDocument)
            .where(
                ShopDocument.shop_id == claim.shop_id,
                ShopDocument.path == claim.path,
                ShopDocument.claimed_at == claim.claimed_at,
            )
            .values(
                claimed_at=None,
                published_at=clock.now(),
                pause=next_pause(ShopDocument),
                dirty_at=case((current, None), else_=clock.now()),
            )
            .execution_options(synchronize_session=False)
        )
    return 1


def _write_feeds(kit: Kit, claim: DocumentClaim) -> list[str]:
    if claim.path == NEWS:
        with kit.database.transaction(claim.shop_id) as session:
            place_in_store(session, claim.shop_id)
    for name, told in write_feeds(kit, claim.shop_id, claim.path).items():
        log.info("feed.written", shop_id=str(claim.shop_id), feed=name, **told)
    return files_of(claim.path)


def _write(kit: Kit, claim: DocumentClaim) -> list[str]:
    with kit.database.transaction(claim.shop_id) as session:
        shop = session.get_one(Shop, claim.shop_id)
        if claim.path == STORE_PAGE:
            place_in_store(session, claim.shop_id)
        content = shop_document(session, shop, claim.path, public_url=kit.settings.public_url)
    target = f"{shop_folder(shop.widget_key)}/{claim.path}"
    if content is None:
        remove_document(kit.published, target)
    else:
        put_document(kit.published, target, content)
    return [claim.path]
