"""Hand-picked selections: made, filled, ordered; any published review, whatever its stars (G17)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from reviewapp.audit.service import record
from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.collection import Collection, CollectionItem
from reviewapp.models.review import Review
from reviewapp.outbox.messages import emit
from reviewapp.rights.leaving import free_for

SELECTION_USE = "site"
"""A selection stands on other pages than the product's: that needs this permission (P1)."""
MOST_PICKED = 24
TITLE_CHARS = 80
KEY_CHARS = 40
NO_TITLE = "Give it a title that shoppers will read."
FULL = f"A selection holds {MOST_PICKED} reviews at most. Take one out first."


def create_collection(session: Session, shop: Shop, title: str, *, by: str) -> Collection:
    """A new, empty selection; its key is made of its title and stays what it is.

    Invalid without a title.
    """
    made = Collection(shop_id=shop.id, key=_free_key(session, shop.id, title), title=_title(title))
    session.add(made)
    session.flush()
    _tell(session, made, by, "collection.created")
    return made


def rename_collection(session: Session, found: Collection, title: str, *, by: str) -> None:
    """Another title; storefronts that show it follow."""
    found.title = _title(title)
    _tell(session, found, by, "collection.renamed")


def delete_collection(session: Session, found: Collection, *, by: str) -> None:
    """Take it away; tags that still name it keep what stands inside them."""
    _tell(session, found, by, "collection.deleted")
    session.delete(found)


def pick(session: Session, found: Collection, review_id: UUID, *, by: str) -> None:
    """Put a published review at the end; the same again changes nothing.

    NotFound for what is not published in this shop, Conflict for a full selection.
    """
    _lock(session, found)
    review = session.scalars(
        select(Review).where(
            Review.id == review_id, Review.shop_id == found.shop_id, Review.state == "published"
        )
    ).first()
    if review is None:
        raise NotFound
    items = _items(session, found)
    if any(item.review_id == review_id for item in items):
        return
    if len(items) >= MOST_PICKED:
        raise Conflict("collection_full", FULL)
    session.add(
        CollectionItem(
            shop_id=found.shop_id,
            collection_id=found.id,
            review_id=review_id,
            position=items[-1].position + 1 if items else 0,
        )
    )
    _tell(session, found, by, "collection.picked", review=review_id)


def drop(session: Session, found: Collection, review_id: UUID, *, by: str) -> None:
    """Take a review out of the selection; it stays published."""
    _lock(session, found)
    session.execute(
        delete(CollectionItem).where(
            CollectionItem.collection_id == found.id, CollectionItem.review_id == review_id
        )
    )
    _tell(session, found, by, "collection.dropped", review=review_id)


def move(session: Session, found: Collection, review_id: UUID, step: int, *, by: str) -> None:
    """One place up (-1) or down (1); at either end it stays where it is."""
    _lock(session, found)
    items = _items(session, found)
    at = next((n for n, item in enumerate(items) if item.review_id == review_id), None)
    if at is None:
        raise NotFound
    to = min(max(at + step, 0), len(items) - 1)
    items.insert(to, items.pop(at))
    for position, item in enumerate(items):
        item.position = position
    _tell(session, found, by, "collection.arranged", review=review_id)


def collections_of(session: Session, shop_id: UUID) -> Sequence[tuple[Collection, int]]:
    """Every selection by title, with how many reviews it shows."""
    shown = (
        select(func.count())
        .select_from(CollectionItem)
        .join(Review, Review.id == CollectionItem.review_id)
        .where(CollectionItem.collection_id == Collection.id, Review.state == "published")
        .scalar_subquery()
    )
    rows = session.execute(
        select(Collection, shown)
        .where(Collection.shop_id == shop_id)
        .order_by(Collection.title, Collection.id)
    )
    return [(row[0], row[1] or 0) for row in rows]


def one_collection(session: Session, shop_id: UUID, collection_id: UUID) -> Collection:
    """The shop's selection with this id, or NotFound."""
    found = session.scalars(
        select(Collection).where(Collection.id == collection_id, Collection.shop_id == shop_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def picked(session: Session, found: Collection) -> Sequence[Review]:
    """Its reviews in order, those not published any more too: the page says so."""
    return session.scalars(
        select(Review)
        .join(CollectionItem, CollectionItem.review_id == Review.id)
        .where(CollectionItem.collection_id == found.id)
        .order_by(CollectionItem.position, CollectionItem.id)
        .options(joinedload(Review.product))
    ).all()


def shown_of(session: Session, reviews: Sequence[Review]) -> frozenset[UUID]:
    """Those of these reviews that a selection may show: published, and allowed there."""
    published = [review.id for review in reviews if review.state == "published"]
    return free_for(session, published, SELECTION_USE).words


def pickable(found: Collection, pattern: str | None) -> Select[Review]:
    """Published reviews not picked yet, found by words in text, name or product, never by stars."""
    taken = exists().where(
        CollectionItem.collection_id == found.id, CollectionItem.review_id == Review.id
    )
    statement = (
        select(Review)
        .join(Product, Product.id == Review.product_id)
        .where(Review.shop_id == found.shop_id, Review.state == "published", ~taken)
        .options(joinedload(Review.product))
    )
    if pattern is None:
        return statement
    fields = (Review.title, Review.body, Review.display_name, Product.title)
    return statement.where(or_(*(field.ilike(pattern) for field in fields)))


def _title(title: str) -> str:
    text = " ".join(title.split())
    if not text or len(text) > TITLE_CHARS:
        raise Invalid(fields={"title": [NO_TITLE]})
    return text


def _free_key(session: Session, shop_id: UUID, title: str) -> str:
    """A name for addresses: the title in plain letters, numbered where it is taken."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:KEY_CHARS].strip("-") or "selection"
    taken = set(session.scalars(select(Collection.key).where(Collection.shop_id == shop_id)))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(key for key in numbered if key not in taken)


def _lock(session: Session, found: Collection) -> None:
    session.execute(select(Collection.id).where(Collection.id == found.id).with_for_update())


def _items(session: Session, found: Collection) -> list[CollectionItem]:
    return list(
        session.scalars(
            select(CollectionItem)
            .where(CollectionItem.collection_id == found.id)
            .order_by(CollectionItem.position, CollectionItem.id)
        )
    )


def _tell(session: Session, found: Collection, by: str, action: str, **detail: UUID) -> None:
    emit(
        session,
        "collection.changed",
        shop_id=found.shop_id,
        collection_id=found.id,
        key=found.key,
    )
    record(
        session,
        shop_id=found.shop_id,
        actor=by,
        action=action,
        subject=f"collection:{found.id}",
        **detail,
    )
