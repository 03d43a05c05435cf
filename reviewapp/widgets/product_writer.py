"""One product's documents: claim in one transaction, write files, settle in another."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import case, func, or_, select, update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.models.widget import SHORTEST_PAUSE, Publication
from reviewapp.widgets import documents
from reviewapp.widgets.marks import (
    FEEDS,
    FIGURES_PAGE,
    NEWS,
    TRANSPARENCY,
    mark_product,
    mark_shards,
    mark_shop,
)
from reviewapp.widgets.media_files import sync_media
from reviewapp.widgets.pacing import next_pause, rested
from reviewapp.widgets.product_view import ProductViews, product_views
from reviewapp.widgets.purging import request_purge
from reviewapp.widgets.values import media_path
from reviewapp.widgets.writer import put_changed, put_document, remove_document, shop_folder

LEASE = timedelta(seconds=60)
"""How long a claimed row waits for a publisher that died."""
NEWS_WAIT = timedelta(minutes=1)
"""How long the feeds of new reviews gather changes: readers ask for them by the hour."""
BATCH = 20
MAX_CHUNKS = 200
"""Chunks written under one claim, so that a long rebuild stays within its lease."""
SETTLED_WITHIN = 5.0
"""Seconds from a write to its settling: a batch of large products must not outlive its lease."""
ARRAY_END = 2**31 - 1

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claim:
    """A product to write: the revision, and how many of the waiting chunks were seen."""

    product_id: UUID
    shop_id: UUID
    claimed_at: datetime
    revision: int
    key_hash: int
    first: bool
    """Nothing was written for it before, or all is to be written anew."""
    taken_over: bool
    """Who had claimed it before did not come to its end: what lies there may be half of it."""
    seen: int
    chunks: tuple[int, ...]
    questions: bool = False


Written = tuple[Claim, list[str]]
"""What was claimed, and the paths that hold something else now."""


def publish_products(kit: Kit) -> int:
    """Write one batch of the products that are due; returns how many were written."""
    return _publish(kit, claim_products(kit))


def claim_products(kit: Kit) -> list[Claim]:
    """Take the products that waited longest; nobody else writes them until the lease ends."""
    now = clock.now()
    due = (
        select(Publication.product_id, Publication.claimed_at)
        .where(
            Publication.dirty_at <= now,
            or_(rested(Publication, now), func.cardinality(Publication.dirty_chunks) > MAX_CHUNKS),
            or_(Publication.claimed_at.is_(None), Publication.claimed_at < now - LEASE),
        )
        .order_by(Publication.dirty_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.execute(
            update(Publication)
            .where(Publication.product_id == due.c.product_id)
            .values(claimed_at=now)
            .returning(
                Publication.product_id,
                Publication.shop_id,
                Publication.claimed_at,
                Publication.revision,
                Publication.key_hash,
                Publication.published_at,
                Publication.dirty_chunks,
                Publication.dirty_questions,
                due.c.claimed_at.is_not(None).label("taken_over"),
            )
            .execution_options(synchronize_session=False)
        ).all()
    return [_claim(row) for row in rows]


def _claim(row: Any) -> Claim:
    seen = row.dirty_chunks[:MAX_CHUNKS]
    return Claim(
        product_id=row.product_id,
        shop_id=row.shop_id,
        claimed_at=row.claimed_at,
        revision=row.revision,
        key_hash=row.key_hash,
        first=row.published_at is None,
        taken_over=row.taken_over,
        seen=len(seen),
        chunks=tuple(sorted(set(seen))),
        questions=row.dirty_questions or row.published_at is None,
    )


def _publish(kit: Kit, claims: Iterable[Claim]) -> int:
    """Write what was claimed; what is written is settled together, and never long after."""
    done, since = list[Written](), time.monotonic()
    number = 0
    for claim in claims:
        paths = _write(kit, claim)
        if paths is not None:
            done.append((claim, paths))
        if time.monotonic() > since + SETTLED_WITHIN:
            number += _settle(kit, done)
            done, since = [], time.monotonic()
    return number + _settle(kit, done)


def _write(kit: Kit, claim: Claim) -> list[str] | None:
    try:
        return write_product(
            kit,
            claim.shop_id,
            claim.product_id,
            claim.chunks,
            questions=claim.questions,
            whole=claim.first or claim.taken_over,
        )
    except OutsideFailed as error:
        log.error("publish.failed", product_id=str(claim.product_id), error=error.message)
        return None


def _settle(kit: Kit, done: Sequence[Written]) -> int:
    """Note what was written, shop by shop, and what of the shop's own documents it outdates."""
    for shop_id, written in _by_shop(done).items():
        with kit.database.transaction(shop_id) as session:
            paths = [path for _, of_product in written for path in of_product]
            request_purge(session, kit.settings, shop_id, paths)
            settled = []
            for claim, _ in written:
                if settle_product(session, claim):
                    settled.append(claim)
                else:
                    # Another publisher took over a lease that ran out: our files may be newer.
                    mark_product(session, claim.product_id, claim.chunks)
            if settled:
                grown = any(claim.first for claim in settled)
                mark_shards(session, shop_id, [claim.key_hash for claim in settled], grown=grown)
                mark_shop(session, shop_id, [TRANSPARENCY, FIGURES_PAGE, FEEDS])
                mark_shop(session, shop_id, [NEWS], at=clock.now() + NEWS_WAIT)
    return len(done)


def _by_shop(done: Sequence[Written]) -> dict[UUID, list[Written]]:
    """In the order of product ids, in which their rows are locked."""
    found: defaultdict[UUID, list[Written]] = defaultdict(list)
    for claim, paths in sorted(done, key=lambda each: each[0].product_id):
        found[claim.shop_id].append((claim, paths))
    return found


def settle_product(session: Session, claim: Claim) -> bool:
    """Note what was written; whatever changed since the claim stays dirty. False: not ours."""
    all_seen = (Publication.revision == claim.revision) & (
        func.cardinality(Publication.dirty_chunks) == claim.seen
    )
    settled = session.execute(
        update(Publication)
        .where(
            Publication.product_id == claim.product_id, Publication.claimed_at == claim.claimed_at
        )
        .values(
            claimed_at=None,
            published_at=_written_at(claim),
            # What follows chunks that were too many for one claim is no burst.
            pause=SHORTEST_PAUSE if claim.seen == MAX_CHUNKS else next_pause(Publication),
            dirty_at=case((all_seen, None), else_=clock.now()),
            dirty_chunks=Publication.dirty_chunks[claim.seen + 1 : ARRAY_END],
            dirty_questions=case((all_seen, False), else_=Publication.dirty_questions),
        )
        .returning(Publication.product_id)
        .execution_options(synchronize_session=False)
    )
    return settled.first() is not None


def _written_at(claim: Claim) -> Any:
    """Now; never, where all is still to be written anew: the rest of it, or once more."""
    if claim.first:
        return None if claim.seen == MAX_CHUNKS else clock.now()
    return case((Publication.published_at.is_(None), None), else_=clock.now())


def write_product(
    kit: Kit,
    shop_id: UUID,
    product_id: UUID,
    chunks: Sequence[int],
    *,
    questions: bool = False,
    whole: bool = False,
) -> list[str]:
    """Read what is shown, then write these chunks, then the head.

    The head goes last: it never names a chunk that is not there yet. What lies there with the
    same bytes is left alone, unless all is to be written (`whole`). Returns the paths, below the
    shop's folder, that hold something else now, or nothing.
    """
    with kit.database.reading(shop_id) as reading:
        views = product_views(
            reading,
            product_id,
            chunks,
            public_url=kit.settings.public_url,
            questions=questions,
        )
    media = views.media
    sync_media(kit, shop_folder(views.widget_key), media)
    names = [*_write_documents(kit, views, whole), *_write_questions(kit, views, whole)]
    taken_back = [media_path(key) for key, shown in media.items() if not shown]
    return [f"products/{views.head.product.key}/{name}" for name in names] + taken_back


def _write_documents(kit: Kit, views: ProductViews, whole: bool) -> list[str]:
    pages, head = views.pages, views.head
    folder = f"{shop_folder(views.widget_key)}/products/{head.product.key}"
    written, gone = {}, []
    last = -1 if head.last_chunk is None else head.last_chunk
    for chunk in views.chunks:
        if chunk.number > last:
            gone += [f"chunk-{chunk.number}.json", f"page-{chunk.number}.html"]
            continue
        written[f"chunk-{chunk.number}.json"] = documents.chunk(chunk)
        written[f"page-{chunk.number}.html"] = pages.chunk(chunk)
    written["head.html"] = pages.head(head)
    written["index.html"] = pages.index(head)
    changed = _put_all(kit, folder, written, whole)
    # Always: live answers that were kept are measured by its age (live_front).
    put_document(kit.published, f"{folder}/head.json", documents.head(head))
    for name in gone:
        remove_document(kit.published, f"{folder}/{name}")
    return [*changed, "head.json", *gone]


def _put_all(kit: Kit, folder: str, written: dict[str, bytes], whole: bool) -> list[str]:
    """Write these documents; the names of those that were not there with the same bytes."""
    put = put_document if whole else put_changed
    return [
        name
        for name, content in written.items()
        if put(kit.published, f"{folder}/{name}", content) is not False
    ]


def _write_questions(kit: Kit, views: ProductViews, whole: bool) -> list[str]:
    folder = f"{shop_folder(views.widget_key)}/products/{views.head.product.key}"
    written: dict[str, bytes] = {}
    for page in views.questions:
        name = "questions" if page.number is None else f"questions-{page.number}"
        written[f"{name}.json"] = documents.questions(page)
        written[f"{name}.html"] = views.pages.questions(views.head, page)
    changed = _put_all(kit, folder, written, whole)
    last = len(views.questions) - 1
    gone = [f"questions-{last}.json", f"questions-{last}.html"] if views.questions else []
    for name in gone:
        remove_document(kit.published, f"{folder}/{name}")
    return changed + gone
