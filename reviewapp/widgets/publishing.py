"""Writing what is behind, and rebuilding everything from the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, union_all

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.review import Review
from reviewapp.models.widget import Publication, ShopDocument
from reviewapp.widgets.assets import publish_assets
from reviewapp.widgets.counting import recount_listing
from reviewapp.widgets.marks import SLOW, mark_shop, shop_paths
from reviewapp.widgets.pacing import due_at
from reviewapp.widgets.product_writer import publish_products
from reviewapp.widgets.shop_writer import publish_shop_documents

BUDGET_SECONDS = 20.0
"""How long one errand may hold a worker; what is left then waits for the next."""

WAITED_FOR = timedelta(seconds=1)
"""What becomes due within this time an errand waits for; what rests longer the clock finds."""

Progress = Callable[[int, int], None]


def publish_once(kit: Kit) -> int:
    """Write one batch of what is due now; returns how many products and documents it wrote."""
    return publish_products(kit) + publish_shop_documents(kit)


def publish_due(kit: Kit, *, budget_seconds: float = BUDGET_SECONDS) -> int:
    """Write all that is behind; returns how many products and shop documents were written.

    Any number of processes may do this at once. What has rested within WAITED_FOR is
    waited for, so that the second and third change in a row are not left to the clock's next tick.
    """
    written, until = 0, time.monotonic() + budget_seconds
    while time.monotonic() < until:
        done = publish_once(kit)
        written += done
        if not done:
            pause = _until_next(kit)
            if pause is None:
                break
            time.sleep(pause.total_seconds())
    return written


def _until_next(kit: Kit) -> timedelta | None:
    """How long until something rests no more; None when nothing becomes due in WAITED_FOR."""
    now = clock.now()
    products = select(due_at(Publication)).where(
        Publication.dirty_at.is_not(None), Publication.claimed_at.is_(None)
    )
    documents = select(due_at(ShopDocument)).where(
        ShopDocument.dirty_at.is_not(None),
        ShopDocument.claimed_at.is_(None),
        ShopDocument.path.not_in(SLOW),
    )
    soonest = select(func.min(union_all(products, documents).subquery("waiting").c[0]))
    with kit.database.transaction(EVERY_SHOP) as session:
        found: datetime | None = session.scalar(soonest)
    if found is None or found > now + WAITED_FOR:
        return None
    return max(found - now, timedelta(milliseconds=1))


def rebuild(kit: Kit, progress: Progress | None = None) -> int:
    """Count everything anew and write every document; returns how many products there are.

    The marks are in the database: killed half-way it is finished by whoever publishes next.
    The same rows give the same bytes.
    """
    publish_assets(kit)
    products = _shown_products(kit)
    for number, (shop_id, product_id) in enumerate(products, start=1):
        with kit.database.transaction(shop_id) as session:
            recount_listing(session, product_id)
        publish_once(kit)
        if progress:
            progress(number, len(products))
    while publish_due(kit):
        pass
    for shop_id in _shops(kit):
        with kit.database.transaction(shop_id) as session:
            mark_shop(session, shop_id, shop_paths(session, shop_id), at_once=True)
    while publish_due(kit):
        pass
    return len(products)


def _shown_products(kit: Kit) -> list[tuple[UUID, UUID]]:
    """(shop, product) of every product that has a published review or ever had documents."""
    reviewed = select(Review.product_id).where(Review.state == "published")
    written = select(Publication.product_id)
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.execute(
            select(Product.shop_id, Product.id)
            .where(Product.id.in_(reviewed.union(written)))
            .order_by(Product.shop_id, Product.id)
        )
        return [(row.shop_id, row.id) for row in rows]


def _shops(kit: Kit) -> list[UUID]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(Shop.id).order_by(Shop.id)))
