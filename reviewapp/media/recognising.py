"""Pictures known again: a review's against all of the shop's, and what else to look at in them.

Signals are for a person; nothing is refused for them, and no one here is told the stars (G12).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import cast, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import BIT, insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.media.likeness import SAME, bands, measures
from reviewapp.models.catalog import Product
from reviewapp.models.known_picture import KnownPicture, MediaSignal, PictureBand
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Review

MOST_MATCHES = 20
"""Nearest first; a picture that is everywhere is told of often enough."""


def recognise_pictures(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After review.submitted and review.edited: look at pictures that were not looked at yet."""
    review = session.get(Review, UUID(event.payload["review_id"]))
    if review is None:
        return
    unknown = session.scalars(
        select(MediaAsset)
        .outerjoin(KnownPicture, KnownPicture.asset_id == MediaAsset.id)
        .where(
            MediaAsset.review_id == review.id,
            MediaAsset.state != "hidden",
            KnownPicture.id.is_(None),
        )
        .order_by(MediaAsset.id)
        .with_for_update(of=MediaAsset)
    ).all()
    if unknown:
        note_product_picture(session, session.get_one(Product, review.product_id))
    for asset in unknown:
        known = KnownPicture(
            id=new_id(), shop_id=asset.shop_id, asset_id=asset.id, phash=asset.phash
        )
        _know(session, known)
        for kind in measures(asset.sharpness, asset.brightness):
            _signal(session, asset.shop_id, asset.id, kind)
        for other, differing in matches_of(session, known):
            _tell(session, known, other, differing)


def know_product_picture(session: Session, known: KnownPicture, phash: int | None) -> None:
    """The shop's own picture of a product was fetched: tell of customers' pictures like it."""
    known.phash = phash
    session.execute(delete(PictureBand).where(PictureBand.picture_id == known.id))
    session.execute(delete(MediaSignal).where(MediaSignal.match_product_id == known.product_id))
    _know(session, known)
    for other, differing in matches_of(session, known):
        _tell(session, other, known, differing)


def note_product_picture(session: Session, product: Product) -> None:
    """Have the product's picture fetched, unless this very one was."""
    if not product.image_url:
        return
    due = {"image_url": product.image_url, "next_try_at": clock.now(), "attempts": 0}
    session.execute(
        insert(KnownPicture)
        .values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=product.shop_id,
            product_id=product.id,
            **due,
        )
        .on_conflict_do_update(
            index_elements=["product_id"],
            set_=due,
            where=KnownPicture.image_url != product.image_url,
        )
    )
    ping_after_commit(session, "product_pictures")


def matches_of(session: Session, known: KnownPicture) -> Sequence[tuple[KnownPicture, int]]:
    """Other pictures of the shop that look the same, nearest first, with the differing bits.

    Equality of a band finds candidates by index; the bits are counted for those only.
    """
    if known.phash is None:
        return []
    wanted = list(enumerate(bands(known.phash)))
    sharing = select(PictureBand.picture_id).where(
        PictureBand.shop_id == known.shop_id,
        PictureBand.picture_id != known.id,
        tuple_(PictureBand.band, PictureBand.value).in_(wanted),
    )
    differing = func.bit_count(cast(KnownPicture.phash.bitwise_xor(known.phash), BIT(64)))
    rows = session.execute(
        select(KnownPicture, differing)
        .where(KnownPicture.id.in_(sharing), differing <= SAME)
        .order_by(differing, KnownPicture.id)
        .limit(MOST_MATCHES)
    )
    return [(row[0], row[1]) for row in rows]


def _know(session: Session, known: KnownPicture) -> None:
    session.add(known)
    session.flush()
    if known.phash is not None:
        session.add_all(
            PictureBand(picture_id=known.id, band=band, shop_id=known.shop_id, value=value)
            for band, value in enumerate(bands(known.phash))
        )
        session.flush()


def _tell(session: Session, known: KnownPicture, other: KnownPicture, differing: int) -> None:
    """A signal on the picture `known` of a review about `other`; none within one review."""
    if known.asset_id is None:
        return
    if other.product_id is not None:
        _signal(
            session,
            known.shop_id,
            known.asset_id,
            "product_picture",
            match_product_id=other.product_id,
            distance=differing,
        )
    elif not _of_one_review(session, known.asset_id, other.asset_id):
        _signal(
            session,
            known.shop_id,
            known.asset_id,
            "same_picture",
            match_asset_id=other.asset_id,
            distance=differing,
        )


def _of_one_review(session: Session, one: UUID, other: UUID | None) -> bool:
    reviews = session.scalars(select(MediaAsset.review_id).where(MediaAsset.id.in_((one, other))))
    return len(set(reviews)) == 1


def _signal(
    session: Session, shop_id: UUID, asset_id: UUID, kind: str, **facts: UUID | int | None
) -> None:
    session.execute(
        insert(MediaSignal)
        .values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=shop_id,
            asset_id=asset_id,
            kind=kind,
            **facts,
        )
        .on_conflict_do_nothing()
    )
