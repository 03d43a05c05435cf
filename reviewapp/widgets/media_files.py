"""Photos and films in the published folder: there while their review is shown, gone with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, String, and_, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from reviewapp.core.errors import NotFound
from reviewapp.core.kit import Kit
from reviewapp.core.reading import Reading
from reviewapp.models.account import Shop
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Review
from reviewapp.widgets.film_view import SHOWN_MEDIA
from reviewapp.widgets.purging import request_purge
from reviewapp.widgets.queries import positions_of
from reviewapp.widgets.values import media_path
from reviewapp.widgets.writer import put_file, shop_folder

IN_PUBLIC = and_(Review.state == "published", SHOWN_MEDIA)
"""Of an asset and its review: everybody may see it."""


def media_query(
    product_id: UUID, listing_id: UUID, chunks: Sequence[int]
) -> tuple[Select[Any], dict[str, Any]]:
    """Every rendition of the product's reviews in these chunks; for `media_shown`."""
    told = {"product_id": product_id, "listing_id": listing_id, "positions": positions_of(chunks)}
    return _OF_CHUNKS, told


_OF_CHUNKS = (
    select(Rendition.key, func.bool_or(IN_PUBLIC).label("visible"))
    .join(MediaAsset, MediaAsset.id == Rendition.asset_id)
    .join(Review, Review.id == MediaAsset.review_id)
    .where(
        Review.product_id == bindparam("product_id"),
        Review.listing_id == bindparam("listing_id"),
        Review.position == any_(bindparam("positions", type_=ARRAY(Integer))),
    )
    .group_by(Rendition.key)
)


def media_shown(reading: Reading, found: Sequence[Any]) -> dict[str, bool]:
    """Every rendition key of `media_query`, and whether it is to be shown.

    A file is kept as long as any shown review of the shop uses it: names are content hashes.
    """
    keys = {row.key: bool(row.visible) for row in found}
    hidden = [key for key, visible in keys.items() if not visible]
    return keys | dict.fromkeys(_shown(reading, hidden), True)


def sync_media(kit: Kit, folder: str, keys: dict[str, bool]) -> None:
    """Copy what is shown out of private storage; take back what is not shown any more."""
    for key, shown in keys.items():
        target = f"{folder}/{media_path(key)}"
        if not shown:
            kit.published.delete(target)
        elif not kit.published.exists(target):
            try:
                # A stream: a minute of film is too much to be held in memory.
                with kit.storage.open(key) as content:
                    put_file(kit.published, target, content)
            except NotFound:
                # The rendition is made anew by the media room; its readiness publishes again.
                continue


def unpublish_media(kit: Kit, shop_id: UUID, keys: Collection[str]) -> None:
    """Take these files out of the shop's published folder, whatever the documents still say."""
    if not keys:
        return
    with kit.database.transaction(shop_id) as session:
        folder = shop_folder(session.get_one(Shop, shop_id).widget_key)
    for key in keys:
        kit.published.delete(f"{folder}/{media_path(key)}")
    with kit.database.transaction(shop_id) as session:
        request_purge(session, kit.settings, shop_id, [media_path(key) for key in keys])


def unpublish_replaced(kit: Kit, event: OutboxEvent) -> None:
    """After a file was replaced: take those of its `keys` off the storefront that nothing shows."""
    keys = set(event.payload["keys"])
    with kit.database.transaction(event.shop_id) as session:
        keys -= set(_shown(session, keys))
    unpublish_media(kit, event.shop_id, keys)


def _shown(session: Session | Reading, keys: Collection[str]) -> list[str]:
    """Those of these renditions that some published review of the shop shows."""
    if not keys:
        return []
    return [row.key for row in session.execute(_SHOWN, {"keys": list(keys)}).all()]


_SHOWN = (
    select(Rendition.key)
    .join(MediaAsset, MediaAsset.id == Rendition.asset_id)
    .join(Review, Review.id == MediaAsset.review_id)
    .where(Rendition.key == any_(bindparam("keys", type_=ARRAY(String))), IN_PUBLIC)
)
