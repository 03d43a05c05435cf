"""Writing what is behind."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from sqlalchemy import func, select, union_all

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.widget import Publication, ShopDocument
from reviewapp.widgets.marks import SLOW
from reviewapp.widgets.pacing import due_at
from reviewapp.widgets.product_writer import publish_products
from reviewapp.widgets.shop_writer import publish_shop_documents

BUDGET_SECONDS = 20.0
"""How long one errand may hold a worker; what is left then waits for the next."""

WAITED_FOR = timedelta(seconds=1)
"""What becomes due within this time an errand waits for; what rests longer the clock finds."""


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
