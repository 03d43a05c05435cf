"""Bringing summaries and dirty marks in line with what happened to reviews and products."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.models.catalog import Product
from reviewapp.models.listing import RatingSummary
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.widget import Publication, ShopDocument
from reviewapp.widgets.reader import shown_photo
from reviewapp.widgets.rules import chunk_of, key_hash, product_key, shard_count, shard_of

ERRAND = "publish"
"""What a worker is woken for; see `publishing.publish_due`."""
POLICY, TRANSPARENCY, STARS_FOLDER = "policy.html", "transparency.json", "stars/"
STARS_BY_RATING = ("ones", "twos", "threes", "fours", "fives")


def refresh_review(session: Session, review_id: UUID) -> None:
    """Bring the summary in line with one review, whatever happened to it and in any order.

    To be called after a review was published, edited, redacted or withdrawn, answered, or a
    photo of it became ready or was hidden. The review remembers what the summary holds for it,
    so that a repeated or late call changes nothing. A review not shown before and not to be
    shown now leaves no trace.
    """
    product_id = session.scalar(select(Review.product_id).where(Review.id == review_id))
    if product_id is None:
        return
    # The summary's row is always locked before its reviews: rebuilding does the same.
    summary = locked_summary(session, product_id)
    review = session.scalars(
        select(Review)
        .where(Review.id == review_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    shown = review.state == "published"
    if not shown and review.counted_rating is None and review.position is None:
        return
    _recount(summary, review, review.rating if shown else None)
    if shown and review.position is None:
        review.position, summary.next_position = summary.next_position, summary.next_position + 1
        review.published_at = review.published_at or clock.now()
    review.photo_count = count_photos(session, review_id)
    session.flush()
    if review.position is not None:
        mark_product(session, product_id, [chunk_of(review.position)])


def refresh_product(session: Session, product_id: UUID) -> None:
    """A product's title, address or identifiers changed: all its documents name them."""
    summary = session.get(RatingSummary, product_id)
    if summary is not None and summary.next_position:
        last = chunk_of(summary.next_position - 1)
        mark_product(session, product_id, range(last + 1))


def refresh_shop(session: Session, shop_id: UUID) -> None:
    """The shop's name, language or rules of asking changed: its policy page tells them."""
    mark_shop(session, shop_id, [POLICY, TRANSPARENCY, *shard_paths(session, shop_id)])


def locked_summary(session: Session, product_id: UUID) -> RatingSummary:
    """The product's summary, held until the transaction ends; made where there was none."""
    held = (
        select(RatingSummary)
        .where(RatingSummary.product_id == product_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalars(held).first()
    if found is None:
        shop_id = select(Product.shop_id).where(Product.id == product_id).scalar_subquery()
        session.execute(
            insert(RatingSummary)
            .values(product_id=product_id, shop_id=shop_id)
            .on_conflict_do_nothing()
        )
        found = session.scalars(held).one()
    return found


def count_photos(session: Session, review_id: UUID) -> int:
    """How many photos of the review may be shown."""
    return (
        session.scalar(
            select(func.count()).where(MediaAsset.review_id == review_id, *shown_photo())
        )
        or 0
    )


def mark_product(session: Session, product_id: UUID, chunks: Sequence[int]) -> None:
    """Note that the head and these chunks are behind; a worker is woken after the commit."""
    shop_id, external_id = session.execute(_PRODUCT_KEY, {"product_id": product_id}).one()
    session.execute(
        _MARK_PRODUCT,
        {
            "product_id": product_id,
            "shop_id": shop_id,
            "key_hash": key_hash(product_key(external_id)),
            "dirty_at": clock.now(),
            "dirty_chunks": list(chunks),
            "revision": 1,
        },
    )
    ping_after_commit(session, ERRAND)


def _mark_product_statement() -> Insert:
    """The upsert behind `mark_product`.

    While a publisher holds the row, chunks are always appended: it takes away only those that
    were there when it began. Otherwise a chunk that waits already is not added again.
    """
    new = insert(Publication)
    waiting = (Publication.claimed_at.is_(None)) & Publication.dirty_chunks.contains(
        new.excluded.dirty_chunks
    )
    both = Publication.dirty_chunks.op("||")(new.excluded.dirty_chunks)
    return new.on_conflict_do_update(
        index_elements=[Publication.product_id],
        set_={
            "dirty_at": func.coalesce(Publication.dirty_at, new.excluded.dirty_at),
            "dirty_chunks": case((waiting, Publication.dirty_chunks), else_=both),
            "revision": Publication.revision + 1,
        },
    )


# Built once: building a statement costs more than running it.
_MARK_PRODUCT = _mark_product_statement()
_PRODUCT_KEY = select(Product.shop_id, Product.external_id).where(
    Product.id == bindparam("product_id")
)


def mark_shop(
    session: Session, shop_id: UUID, paths: Sequence[str], *, at_once: bool = False
) -> None:
    """Note that these documents of the whole shop are behind; `at_once` lets none of them rest."""
    new = insert(ShopDocument).values(
        [
            {"shop_id": shop_id, "path": path, "dirty_at": clock.now(), "revision": 1}
            for path in sorted(paths)
        ]
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=[ShopDocument.shop_id, ShopDocument.path],
            set_={
                "dirty_at": func.coalesce(ShopDocument.dirty_at, new.excluded.dirty_at),
                "revision": ShopDocument.revision + 1,
                "published_at": None if at_once else ShopDocument.published_at,
            },
        )
    )
    ping_after_commit(session, ERRAND)


def mark_shard(session: Session, shop_id: UUID, hashed: int, *, grown: bool) -> None:
    """Note that the star shard with this key hash is behind; all are when the shop outgrew them.

    `grown`: the product had no documents before, so that the number of shards may change.
    """
    before = shards_of(session, shop_id)
    after = len(shard_paths(session, shop_id)) if grown else before
    moved = range(after) if after > before else [shard_of(hashed, before)]
    mark_shop(session, shop_id, [f"{STARS_FOLDER}{shard}.json" for shard in moved])


def shards_of(session: Session, shop_id: UUID) -> int:
    """How many star shards the shop has; at least one."""
    found = session.scalar(
        select(func.count()).where(
            ShopDocument.shop_id == shop_id, ShopDocument.path.startswith(STARS_FOLDER)
        )
    )
    return max(1, found or 0)


def shard_paths(session: Session, shop_id: UUID) -> list[str]:
    """The star shards the shop should have; never fewer than it has, since tags remember."""
    products = session.scalar(select(func.count()).where(Publication.shop_id == shop_id)) or 0
    shards = max(shards_of(session, shop_id), shard_count(products))
    return [f"{STARS_FOLDER}{shard}.json" for shard in range(shards)]


def shard_of_path(path: str) -> int:
    """The shard a path of `shard_paths` names."""
    return int(path.removeprefix(STARS_FOLDER).removesuffix(".json"))


def recount_product(session: Session, product_id: UUID) -> int:
    """Count all published reviews anew and mark every document; how many chunks there are."""
    summary = locked_summary(session, product_id)
    _place_unplaced(session, summary)
    counted = case((Review.state == "published", Review.rating), else_=None)
    photos = (
        select(func.count())
        .where(MediaAsset.review_id == Review.id, *shown_photo())
        .scalar_subquery()
    )
    session.execute(
        update(Review)
        .where(Review.product_id == product_id, Review.position.is_not(None))
        .values(counted_rating=counted, photo_count=photos)
        .execution_options(synchronize_session=False)
    )
    rows = session.execute(
        select(Review.counted_rating.label("rating"), func.count().label("number"))
        .where(Review.product_id == product_id, Review.counted_rating.is_not(None))
        .group_by(Review.counted_rating)
    )
    counts = {row.rating: row.number for row in rows}
    for rating, name in enumerate(STARS_BY_RATING, start=1):
        setattr(summary, name, counts.get(rating, 0))
    session.flush()
    chunks = chunk_of(summary.next_position - 1) + 1 if summary.next_position else 0
    if chunks:
        mark_product(session, product_id, range(chunks))
    return chunks


def _recount(summary: RatingSummary, review: Review, wanted: int | None) -> None:
    if wanted == review.counted_rating:
        return
    for rating, step in ((review.counted_rating, -1), (wanted, +1)):
        if rating is not None:
            name = STARS_BY_RATING[rating - 1]
            setattr(summary, name, getattr(summary, name) + step)
    review.counted_rating = wanted


def _place_unplaced(session: Session, summary: RatingSummary) -> None:
    """Give published reviews without a position the next ones, oldest publication first."""
    unplaced = (
        select(
            Review.id,
            func.row_number()
            .over(order_by=(Review.published_at, Review.submitted_at, Review.id))
            .label("ordinal"),
        )
        .where(
            Review.product_id == summary.product_id,
            Review.state == "published",
            Review.position.is_(None),
        )
        .subquery()
    )
    placed = session.execute(
        update(Review)
        .where(Review.id == unplaced.c.id)
        .values(position=summary.next_position + unplaced.c.ordinal - 1)
        .returning(Review.id)
        .execution_options(synchronize_session=False)
    )
    summary.next_position += len(placed.all())
