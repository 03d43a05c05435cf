"""What the demo shop's marketer picked for the front page: allowed pictures, any rating."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from reviewapp.models.account import Shop
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.rights import StandingRight
from reviewapp.moderate.media import Verdict, decide_on_media
from reviewapp.moderate.service import By
from reviewapp.widgets.collections import SELECTION_USE, create_collection, pick

TITLE = "Seen on customers"
KEY = "seen-on-customers"
PICKED = 8


def pick_pictured(session: Session, shop_id: UUID, members: Mapping[str, UUID]) -> None:
    """The newest published reviews whose photos may stand on other pages, one of each product.

    The moderator looks at what is picked; the rest is left for whoever looks at the demo. Asked
    of the files themselves: photos are rendered, and then counted, after the demo starts.
    """
    allowed = exists().where(
        StandingRight.review_id == Review.id,
        StandingRight.subject_sha256 == MediaAsset.sha256,
        StandingRight.use == SELECTION_USE,
    )
    pictured = session.execute(
        select(MediaAsset, Review)
        .join(Review, MediaAsset.review_id == Review.id)
        .where(Review.shop_id == shop_id, Review.state == "published", allowed)
        .order_by(Review.published_at.desc(), Review.id)
    )
    newest: dict[UUID, tuple[MediaAsset, Review]] = {}
    for asset, review in pictured:
        newest.setdefault(review.product_id, (asset, review))
    if not newest:
        return
    marketer, moderator = members["marketer"], members["moderator"]
    shop = session.get_one(Shop, shop_id)
    made = create_collection(session, shop, TITLE, by=f"member:{marketer}")
    for asset, review in list(newest.values())[:PICKED]:
        by = By("member", f"member:{moderator}", moderator)
        decide_on_media(session, asset, review, Verdict("check"), by=by)
        pick(session, made, review.id, by=f"member:{marketer}")
