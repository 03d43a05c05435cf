"""What a moderator should look at in a review's pictures: known again, blurred, dark, not ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from reviewapp.models.catalog import Product
from reviewapp.models.known_picture import MediaSignal
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.moderate.blind import SHOWN_MEDIA

SENTENCES = {
    "own": "The same customer sent this picture with another review.",
    "same_picture": "Another customer sent this picture with another review.",
    "product_picture": "This looks like the shop's own picture of the product.",
    "blurred": "This picture looks blurred.",
    "dark": "This picture is very dark.",
    "waiting": "This file could not be prepared yet; it is tried again by itself.",
    "failed": "This file could not be prepared and is not shown.",
}
"""Kind → English sentence (msgid)."""


@dataclass(frozen=True)
class PictureLine:
    """One thing about one picture of the review, and where to see what it is about."""

    number: int | None
    """The picture's place among those shown beside the words, from 1; None: it is not shown."""
    kind: str
    sentence: str
    review_id: UUID | None = None
    """The review with the same picture."""
    product: str = ""
    product_url: str | None = None
    picture_url: str | None = None
    """The shop's own picture."""
    next_try_at: datetime | None = None
    failure: str | None = None


def picture_lines(session: Session, review: Review) -> list[PictureLine]:
    """All there is to look at, in the order of the pictures beside the words (`media` is loaded).

    What cannot be shown comes last, without a number.
    """
    shown = (asset for asset in review.media if asset.state in SHOWN_MEDIA)
    numbers = {asset.id: number for number, asset in enumerate(shown, start=1)}
    lines = [_state_line(asset, numbers.get(asset.id)) for asset in _not_ready(review)]
    return sorted(
        [*_signals(session, review, numbers), *lines],
        key=lambda line: (line.number is None, line.number),
    )


def _signals(session: Session, review: Review, numbers: dict[UUID, int]) -> Sequence[PictureLine]:
    if not numbers:
        return []
    twin, other = aliased(MediaAsset), aliased(Review)
    rows = session.execute(
        select(MediaSignal, other, Product)
        .outerjoin(twin, twin.id == MediaSignal.match_asset_id)
        .outerjoin(other, other.id == twin.review_id)
        .outerjoin(Product, Product.id == MediaSignal.match_product_id)
        .where(MediaSignal.asset_id.in_(numbers))
        .order_by(MediaSignal.kind.desc(), MediaSignal.distance, MediaSignal.id)
    )
    return [_signal_line(numbers[row[0].asset_id], review, *row) for row in rows]


def _signal_line(
    number: int, review: Review, signal: MediaSignal, other: Review | None, product: Product | None
) -> PictureLine:
    own = other is not None and other.customer_id == review.customer_id is not None
    return PictureLine(
        number=number,
        kind=signal.kind,
        sentence=SENTENCES["own" if own else signal.kind],
        review_id=other.id if other else None,
        product=product.title if product else "",
        product_url=product.url if product else None,
        picture_url=product.image_url if product else None,
    )


def _not_ready(review: Review) -> list[MediaAsset]:
    return [
        asset
        for asset in review.media
        if asset.state == "failed" or (asset.state == "attached" and asset.failure)
    ]


def _state_line(asset: MediaAsset, number: int | None) -> PictureLine:
    kind = "failed" if asset.state == "failed" else "waiting"
    return PictureLine(
        number=number,
        kind=kind,
        sentence=SENTENCES[kind],
        next_try_at=asset.next_try_at,
        failure=asset.failure,
    )
