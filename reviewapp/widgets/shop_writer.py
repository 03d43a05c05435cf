"""Documents of the whole shop: star shards, the policy page, the figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import and_, bindparam, case, or_, select, update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.widget import ShopDocument
from reviewapp.widgets.claims import LEASE
from reviewapp.widgets.feeds.writer import WRITTEN_WITH, files_of, write_feeds
from reviewapp.widgets.marks import FEEDS, NEWS, SLOW, STORE_PAGE, mark_shop
from reviewapp.widgets.pacing import next_pause, rested
from reviewapp.widgets.purging import request_purge
from reviewapp.widgets.shop_documents import ShopDocuments
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
    claims = _claim(kit)
    feeds = [claim for claim in claims if claim.path in WRITTEN_WITH]
    by_shop: defaultdict[UUID, list[DocumentClaim]] = defaultdict(list)
    for claim in claims:
        if claim not in feeds:
            by_shop[claim.shop_id].append(claim)
    # What takes long goes last: the others' leases must not run out meanwhile.
    feeds.sort(key=lambda claim: claim.path == FEEDS)
    return sum(_publish(kit, of_shop, _write) for of_shop in by_shop.values()) + sum(
        _publish(kit, [claim], _write_feeds) for claim in feeds
    )


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
    # By path, in which order their rows are locked once more.
    return sorted(
        (DocumentClaim(row.shop_id, row.path, now, row.revision) for row in rows),
        key=lambda claim: claim.path,
    )


def _publish(kit: Kit, claims: Sequence[DocumentClaim], write: Callable[..., list[str]]) -> int:
    """Write and settle documents of one shop."""
    shop_id = claims[0].shop_id
    try:
        written = write(kit, claims)
    except OutsideFailed as error:
        log.error("publish.failed", shop_id=str(shop_id), error=error.message)
        return 0
    with kit.database.transaction(shop_id) as session:
        request_purge(session, kit.settings, shop_id, written)
        lost = [claim.path for claim in claims if not _settle(session, claim)]
        if lost:
            mark_shop(session, shop_id, lost)
    return len(claims)


def _settle(session: Session, claim: DocumentClaim) -> bool:
    """Note what was written; False: another publisher took over, and ours may be the newer."""
    told = {
        "of_shop": claim.shop_id,
        "of_path": claim.path,
        "of_claim": claim.claimed_at,
        "written_at": clock.now(),
        "seen": claim.revision,
    }
    return session.execute(_SETTLED, told).first() is not None


_SETTLED = (
    update(ShopDocument)
    .where(
        ShopDocument.shop_id == bindparam("of_shop"),
        ShopDocument.path == bindparam("of_path"),
        ShopDocument.claimed_at == bindparam("of_claim"),
    )
    .values(
        claimed_at=None,
        published_at=bindparam("written_at"),
        pause=next_pause(ShopDocument),
        dirty_at=case(
            (ShopDocument.revision == bindparam("seen"), None), else_=bindparam("written_at")
        ),
    )
    .returning(ShopDocument.path)
    .execution_options(synchronize_session=False)
)


def _write_feeds(kit: Kit, claims: Sequence[DocumentClaim]) -> list[str]:
    (claim,) = claims
    if claim.path == NEWS:
        with kit.database.transaction(claim.shop_id) as session:
            place_in_store(session, claim.shop_id)
    for name, told in write_feeds(kit, claim.shop_id, claim.path).items():
        log.info("feed.written", shop_id=str(claim.shop_id), feed=name, **told)
    return files_of(claim.path)


def _write(kit: Kit, claims: Sequence[DocumentClaim]) -> list[str]:
    paths = [claim.path for claim in claims]
    shop_id = claims[0].shop_id
    with kit.database.transaction(shop_id) as session:
        shop = session.get_one(Shop, shop_id)
        if STORE_PAGE in paths:
            place_in_store(session, shop_id)
        documents = ShopDocuments(session, shop, public_url=kit.settings.public_url)
        made = {path: documents.made(path) for path in paths}
    folder = shop_folder(shop.widget_key)
    for path, content in made.items():
        if content is None:
            remove_document(kit.published, f"{folder}/{path}")
        else:
            put_document(kit.published, f"{folder}/{path}", content)
    return paths
