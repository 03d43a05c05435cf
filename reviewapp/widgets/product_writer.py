"""One product's documents: claim in one transaction, write files, settle in another."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from reviewapp.core import clock
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.widgets import documents
from reviewapp.widgets.claims import Claim, claim_products, settle_product
from reviewapp.widgets.marks import (
    FEEDS,
    FIGURES_PAGE,
    NEWS,
    TRANSPARENCY,
    mark_product,
    mark_shop,
    outdated_shards,
)
from reviewapp.widgets.media_files import sync_media
from reviewapp.widgets.product_view import ProductViews, product_views
from reviewapp.widgets.purging import request_purge
from reviewapp.widgets.values import media_path
from reviewapp.widgets.writer import put_changed, put_document, remove_document, shop_folder

NEWS_WAIT = timedelta(minutes=1)
"""How long the feeds of new reviews gather changes: readers ask for them by the hour."""
SETTLED_WITHIN = 5.0
"""Seconds from a write to its settling: a batch of large products must not outlive its lease."""


log = structlog.get_logger()


Written = tuple[Claim, list[str]]
"""What was claimed, and the paths that hold something else now."""


def publish_products(kit: Kit) -> int:
    """Write one batch of the products that are due; returns how many were written."""
    return _publish(kit, claim_products(kit))


def _publish(kit: Kit, claims: Iterable[Claim]) -> int:
    """Write what was claimed; what is written is settled together, and never long after."""
    done, since = list[Written](), time.monotonic()
    number = 0
    for claim in claims:
        paths = _write(kit, claim)
        if paths is not None:
            done.append((claim, paths))
        if time.monotonic() > since + SETTLED_WITHIN:
            number += settle(kit, done)
            done, since = [], time.monotonic()
    return number + settle(kit, done)


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


def settle(kit: Kit, done: Sequence[Written]) -> int:
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
                hashes = [claim.key_hash for claim in settled]
                shards = outdated_shards(session, shop_id, hashes, grown=grown)
                mark_shop(session, shop_id, [*shards, TRANSPARENCY, FIGURES_PAGE, FEEDS])
                mark_shop(session, shop_id, [NEWS], at=clock.now() + NEWS_WAIT)
    return len(done)


def _by_shop(done: Sequence[Written]) -> dict[UUID, list[Written]]:
    """In the order of product ids, in which their rows are locked."""
    found: defaultdict[UUID, list[Written]] = defaultdict(list)
    for claim, paths in sorted(done, key=lambda each: each[0].product_id):
        found[claim.shop_id].append((claim, paths))
    return found


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
