"""What the demo shop's marketer picked for the front page: pictures of customers, any rating."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models.account import Shop
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.widgets.collections import create_collection, pick

TITLE = "Seen on customers"
KEY = "seen-on-customers"
PICKED = 8


def pick_pictured(session: Session, shop_id: UUID, *, by: str) -> None:
    """The newest published reviews with photos, one of each product; none without such.

    Asked of the files themselves: photos are rendered, and then counted, after the demo starts.
    """
    pictured = session.execute(
        select(Review.id, Review.product_id)
        .join(MediaAsset, MediaAsset.review_id == Review.id)
        .where(Review.shop_id == shop_id, Review.state == "published")
        .order_by(Review.published_at.desc(), Review.id)
    )
    newest: dict[UUID, UUID] = {}
    for review_id, product_id in pictured:
        newest.setdefault(product_id, review_id)
    if not newest:
        return
    made = create_collection(session, session.get_one(Shop, shop_id), TITLE, by=by)
    for review_id in list(newest.values())[:PICKED]:
        pick(session, made, review_id, by=by)
