"""Collections of pieces in an order made by hand, and filters kept under a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from reviewapp.core.errors import Invalid, NotFound
from reviewapp.library.marking import Marker
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.library_shelf import (
    LibraryCollection,
    LibraryCollectionItem,
    LibraryFilter,
)

MOST_COLLECTIONS, MOST_COLLECTED, MOST_FILTERS = 200, 1_000, 50
MOST_NAME = 80


@dataclass(frozen=True)
class Shelf:
    """A collection with how many of its pieces are in sight."""

    collection: LibraryCollection
    count: int


def collections_of(session: Session, shop_id: UUID) -> list[Shelf]:
    """Every collection by title; pieces that are not shown any more are not counted."""
    rows = session.execute(
        select(LibraryCollection, func.count(LibraryAsset.id))
        .outerjoin(LibraryCollectionItem)
        .outerjoin(LibraryAsset, LibraryAsset.id == LibraryCollectionItem.piece_id)
        .where(LibraryCollection.shop_id == shop_id)
        .group_by(LibraryCollection.id)
        .order_by(LibraryCollection.title)
    )
    return [Shelf(collection, count) for collection, count in rows]


def titles_of(session: Session, shop_id: UUID) -> list[tuple[UUID, str]]:
    """What can be chosen from a list, by title; nothing is counted."""
    rows = session.execute(
        select(LibraryCollection.id, LibraryCollection.title)
        .where(LibraryCollection.shop_id == shop_id)
        .order_by(LibraryCollection.title)
    )
    return [(collection_id, title) for collection_id, title in rows]


def one_collection(session: Session, shop_id: UUID, collection_id: UUID) -> LibraryCollection:
    """A collection of the shop; NotFound for any other."""
    found = session.scalars(
        select(LibraryCollection).where(
            LibraryCollection.id == collection_id, LibraryCollection.shop_id == shop_id
        )
    ).first()
    if found is None:
        raise NotFound
    return found


def make_collection(session: Session, shop_id: UUID, title: str, *, by: Marker) -> UUID:
    """Make an empty collection; Invalid without a title or with one that is taken."""
    _check_title(session, shop_id, title)
    count = select(func.count()).where(LibraryCollection.shop_id == shop_id)
    if (session.scalar(count) or 0) >= MOST_COLLECTIONS:
        raise Invalid(fields={"title": [f"At most {MOST_COLLECTIONS} collections."]})
    made = LibraryCollection(shop_id=shop_id, title=title, member_id=by.id)
    session.add(made)
    session.flush()
    return made.id


def rename_collection(session: Session, collection: LibraryCollection, title: str) -> None:
    """Give it another title; Invalid as in `make_collection`."""
    if title != collection.title:
        _check_title(session, collection.shop_id, title)
        collection.title = title


def drop_collection(session: Session, collection: LibraryCollection) -> None:
    """Take the collection away; its pieces stay where they are."""
    session.execute(delete(LibraryCollection).where(LibraryCollection.id == collection.id))


def collect(session: Session, collection: LibraryCollection, found: Sequence[LibraryAsset]) -> int:
    """Put pieces at the end; what is in it already keeps its place. How many were added."""
    mine = LibraryCollectionItem.collection_id == collection.id
    session.scalars(
        select(LibraryCollection.id).where(LibraryCollection.id == collection.id).with_for_update()
    ).all()
    count, last = session.execute(
        select(func.count(), func.max(LibraryCollectionItem.position)).where(mine)
    ).one()
    if count + len(found) > MOST_COLLECTED:
        raise Invalid(fields={"collection": [f"At most {MOST_COLLECTED} pieces in one."]})
    begin = 0 if last is None else last + 1
    rows = [
        {"collection_id": collection.id, "piece_id": piece.id, "shop_id": piece.shop_id,
         "review_id": piece.review_id, "position": begin + number}
        for number, piece in enumerate(found)
    ]  # fmt: skip
    if not rows:
        return 0
    added = session.scalars(
        insert(LibraryCollectionItem)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(LibraryCollectionItem.piece_id)
    )
    return len(added.all())


def uncollect(session: Session, collection: LibraryCollection, piece_ids: Sequence[UUID]) -> None:
    """Take pieces out of a collection."""
    session.execute(
        delete(LibraryCollectionItem).where(
            LibraryCollectionItem.collection_id == collection.id,
            LibraryCollectionItem.piece_id.in_(piece_ids),
        )
    )


def move_item(session: Session, collection: LibraryCollection, piece_id: UUID, step: int) -> None:
    """Change places with the piece before (-1) or after (1); at the edge nothing moves."""
    items = session.scalars(
        select(LibraryCollectionItem)
        .join(LibraryAsset, LibraryAsset.id == LibraryCollectionItem.piece_id)
        .where(LibraryCollectionItem.collection_id == collection.id)
        .order_by(LibraryCollectionItem.position, LibraryCollectionItem.piece_id)
        .with_for_update(of=LibraryCollectionItem)
    ).all()
    at = next((n for n, item in enumerate(items) if item.piece_id == piece_id), None)
    if at is None:
        raise NotFound
    other = at + step
    if 0 <= other < len(items):
        places = [item.position for item in items]
        items[at].position, items[other].position = places[other], places[at]


def holding(session: Session, piece_id: UUID) -> Sequence[LibraryCollection]:
    """The collections a piece is in, by title."""
    return session.scalars(
        select(LibraryCollection)
        .join(LibraryCollectionItem)
        .where(LibraryCollectionItem.piece_id == piece_id)
        .order_by(LibraryCollection.title)
    ).all()


def filters_of(session: Session, shop_id: UUID, member_id: UUID) -> Sequence[LibraryFilter]:
    """The member's own filters and those shared with them, by name."""
    return session.scalars(
        select(LibraryFilter)
        .where(LibraryFilter.shop_id == shop_id, _seen_by(member_id))
        .order_by(LibraryFilter.name, LibraryFilter.id)
        .options(joinedload(LibraryFilter.member))
    ).all()


def keep_filter(
    session: Session, shop_id: UUID, name: str, query: str, *, shared: bool, by: Marker
) -> LibraryFilter:
    """Keep a filter under a name; one's own of that name is replaced. Invalid names what is wrong.

    `query` is what `Wanted.query` writes, as an address has it.
    """
    wrong = {} if 0 < len(name) <= MOST_NAME else {"name": [f"1 to {MOST_NAME} characters."]}
    if not query:
        wrong["name"] = ["Filter for something first, then keep it."]
    if wrong:
        raise Invalid(fields=wrong)
    own = and_(LibraryFilter.shop_id == shop_id, LibraryFilter.member_id == by.id)
    kept = session.scalars(select(LibraryFilter).where(own, LibraryFilter.name == name)).first()
    if kept is None:
        if (session.scalar(select(func.count()).where(own)) or 0) >= MOST_FILTERS:
            raise Invalid(fields={"name": [f"At most {MOST_FILTERS} filters of one's own."]})
        kept = LibraryFilter(shop_id=shop_id, member_id=by.id, name=name)
        session.add(kept)
    kept.query, kept.shared = query, shared
    session.flush()
    return kept


def drop_filter(session: Session, shop_id: UUID, filter_id: UUID, *, by: Marker) -> None:
    """Forget a filter of one's own; NotFound for anybody else's."""
    found = session.scalars(
        select(LibraryFilter).where(
            LibraryFilter.id == filter_id,
            LibraryFilter.shop_id == shop_id,
            LibraryFilter.member_id == by.id,
        )
    ).first()
    if found is None:
        raise NotFound
    session.delete(found)


def _seen_by(member_id: UUID) -> ColumnElement[bool]:
    return or_(LibraryFilter.member_id == member_id, LibraryFilter.shared)


def _check_title(session: Session, shop_id: UUID, title: str) -> None:
    if not 0 < len(title) <= MOST_NAME:
        raise Invalid(fields={"title": [f"A title of 1 to {MOST_NAME} characters."]})
    taken = select(LibraryCollection.id).where(
        LibraryCollection.shop_id == shop_id, LibraryCollection.title == title
    )
    if session.scalar(taken) is not None:
        raise Invalid(fields={"title": ["There is a collection of this title already."]})
