"""Published picture files that nothing shown needs any more: a second look, beside the writing."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.media.sweep import in_batches
from reviewapp.models.account import Shop
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.review import Review
from reviewapp.widgets.writer import shop_folder

UNTOUCHED = timedelta(hours=1)
"""A younger file may be published before the row that shows it is committed."""

log = structlog.get_logger()


def sweep_published_media(kit: Kit, *, dry_run: bool = False) -> list[str]:
    """Take files out of the published folders that no published review shows; their keys.

    The writers take back what they know of. This finds what they do not know any more: files of
    rows that are gone.
    """
    with kit.database.transaction(EVERY_SHOP) as session:
        shops = session.execute(select(Shop.id, Shop.widget_key)).all()
    taken: list[str] = []
    for shop in shops:
        folder = f"{shop_folder(shop.widget_key)}/media/"
        before = clock.now() - UNTOUCHED
        files = (
            stored.key.removeprefix(folder)
            for stored in kit.published.entries(folder)
            if stored.modified_at < before
        )
        for batch in in_batches(files):
            with kit.database.transaction(shop.id) as session:
                shown = set(
                    session.scalars(
                        select(Rendition.key)
                        .join(MediaAsset, MediaAsset.id == Rendition.asset_id)
                        .join(Review, Review.id == MediaAsset.review_id)
                        .where(
                            Rendition.key.in_(batch),
                            MediaAsset.state.in_(("ready", "attached")),
                            Review.state.in_(("published", "pending", "held")),
                        )
                    )
                )
            taken += [f"{folder}{key}" for key in batch if key not in shown]
    for key in taken if not dry_run else ():
        kit.published.delete(key)
    if taken:
        log.warning("media.swept_published", count=len(taken))
    return taken
