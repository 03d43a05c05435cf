"""The errand "product_pictures": the shop's own pictures fetched, to be known in reviews."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import structlog
from sqlalchemy import or_, select, update

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import AppError, OutsideFailed
from reviewapp.core.http_client import send
from reviewapp.core.kit import Kit
from reviewapp.media.images import sanitise
from reviewapp.media.recognising import know_product_picture, note_product_picture
from reviewapp.media.retries import next_try
from reviewapp.models.catalog import Product
from reviewapp.models.known_picture import KnownPicture

BATCH = 100
"""At most so many are fetched in one run: a large catalogue comes in bit by bit."""
LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 4
MOST_BYTES = 10 * 1024 * 1024
MOST_REDIRECTS = 3

log = structlog.get_logger()


def fetch_product_pictures(kit: Kit) -> int:
    """Look for new and changed pictures of products, and fetch those that are due; how many."""
    _note_new(kit)
    fetched = 0
    while fetched < BATCH and (known := _claim(kit)) is not None:
        try:
            phash = _phash_at(known.image_url or "", private_allowed=kit.settings.demo)
        except AppError as error:
            _fail(kit, known, error)
        else:
            with kit.database.transaction(known.shop_id) as session:
                row = session.get(KnownPicture, known.id)
                if row is not None and row.image_url == known.image_url:
                    row.failure, row.next_try_at = None, None
                    know_product_picture(session, row, phash)
        fetched += 1
    return fetched


def _note_new(kit: Kit) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        products = session.scalars(
            select(Product)
            .outerjoin(KnownPicture, KnownPicture.product_id == Product.id)
            .where(
                Product.image_url.is_not(None),
                or_(KnownPicture.id.is_(None), KnownPicture.image_url != Product.image_url),
            )
            .limit(BATCH)
        ).all()
        for product in products:
            note_product_picture(session, product)


def _claim(kit: Kit) -> KnownPicture | None:
    """The next picture that is due, put off by a lease: who dies with it delays it only."""
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        due = (
            select(KnownPicture.id)
            .where(KnownPicture.next_try_at <= now)
            .order_by(KnownPicture.next_try_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return session.scalars(
            update(KnownPicture)
            .where(KnownPicture.id == due.scalar_subquery())
            .values(next_try_at=now + LEASE, attempts=KnownPicture.attempts + 1)
            .returning(KnownPicture)
        ).first()


def _phash_at(url: str, *, private_allowed: bool) -> int | None:
    for _ in range(MOST_REDIRECTS + 1):
        answer = send(
            "GET", url, max_bytes=MOST_BYTES, private_allowed=private_allowed,
            headers={"Accept": "image/jpeg,image/png,image/webp,image/avif"},
        )  # fmt: skip
        if answer.status not in (301, 302, 303, 307, 308):
            break
        url = urljoin(url, answer.headers.get("location", ""))
    if answer.status != 200:
        raise OutsideFailed(message=f"status {answer.status}")
    with tempfile.TemporaryDirectory(prefix="reviewapp-product-") as folder:
        path = Path(folder) / "picture"
        path.write_bytes(answer.body)
        return sanitise(path).phash


def _fail(kit: Kit, known: KnownPicture, error: AppError) -> None:
    """Another attempt later where the other side failed; not for what is no picture of ours."""
    again = isinstance(error, OutsideFailed) and known.attempts < MOST_ATTEMPTS
    log.info("media.product_picture_failed", product=str(known.product_id), code=error.code)
    with kit.database.transaction(known.shop_id) as session:
        session.execute(
            update(KnownPicture)
            .where(KnownPicture.id == known.id, KnownPicture.image_url == known.image_url)
            .values(
                failure=error.code,
                next_try_at=next_try(known.attempts, clock.now()) if again else None,
            )
        )
