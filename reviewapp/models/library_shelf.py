"""What marketers add to content: stars, notes, excerpts, collections, filters they come back to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

if TYPE_CHECKING:
    from reviewapp.models.account import Member

QUOTED_FIELDS = ("title", "body")


class LibraryStar(Base):
    """A piece the team likes; one star, whoever gave it."""

    __tablename__ = "library_star"
    __table_args__ = (Index("ix_library_star_review_id", "review_id"),)

    piece_id: Mapped[UUID] = mapped_column(primary_key=True)
    """`LibraryAsset.id`; the star outlives the row, that is made anew at any time."""
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    starred_at: Mapped[datetime] = mapped_column(default=clock.now)


class LibraryNote(OwnedByShop, Base):
    """A word among the team about a piece; nobody else ever sees it."""

    __tablename__ = "library_note"
    __table_args__ = (
        CheckConstraint("length(btrim(body)) > 0", name="body"),
        Index("ix_library_note_piece_id", "piece_id"),
        Index("ix_library_note_review_id", "review_id"),
    )

    piece_id: Mapped[UUID]
    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    body: Mapped[str]

    member: Mapped[Member | None] = relationship(lazy="raise")


class LibraryExcerpt(OwnedByShop, Base):
    """A passage of a review's words as they stand (G15), always shown as an excerpt of it.

    In the library only while the passage still stands in the published words.
    """

    __tablename__ = "library_excerpt"
    __table_args__ = (
        CheckConstraint(f"field IN {QUOTED_FIELDS}", name="field"),
        CheckConstraint("length(btrim(words)) > 0", name="words"),
        UniqueConstraint("review_id", "field", "words"),
    )

    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    field: Mapped[str]
    words: Mapped[str]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))


class LibraryCollection(OwnedByShop, Base):
    """Pieces picked by hand for one purpose, in the order they are to be looked at."""

    __tablename__ = "library_collection"
    __table_args__ = (UniqueConstraint("shop_id", "title"),)

    title: Mapped[str]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))


class LibraryCollectionItem(Base):
    """One piece of a collection; in sight while the library shows the piece."""

    __tablename__ = "library_collection_item"
    __table_args__ = (
        Index("ix_library_collection_item_position", "collection_id", "position"),
        Index("ix_library_collection_item_piece_id", "piece_id"),
        Index("ix_library_collection_item_review_id", "review_id"),
    )

    collection_id: Mapped[UUID] = mapped_column(
        ForeignKey("library_collection.id", ondelete="CASCADE"), primary_key=True
    )
    piece_id: Mapped[UUID] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Order from 0; holes are fine."""


class LibraryFilter(OwnedByShop, Base):
    """A filter with a name: its owner's, or everybody's of the shop."""

    __tablename__ = "library_filter"
    __table_args__ = (
        CheckConstraint("length(btrim(name)) > 0", name="name"),
        UniqueConstraint("shop_id", "member_id", "name"),
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[str]
    """The address's query, as `Wanted.query` writes it."""
    shared: Mapped[bool] = mapped_column(server_default=false())

    member: Mapped[Member] = relationship(lazy="raise")
