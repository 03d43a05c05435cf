"""What the library looks through: one row per piece that may be seen, one per word of a review.

A projection: made from reviews, files, the ledger and the marketers' marks, and at any time made
anew from them (`library.projecting`). For searching only; to let something out, ask the ledger.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base
from reviewapp.models.library_traits import TRAITS_SQL

PIECE_KINDS = ("photo", "video", "words", "excerpt")
ORIENTATIONS = ("portrait", "landscape", "square")
LENGTHS = ("short", "medium", "long")
COLOURS = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white",
    "grey", "beige",
)  # fmt: skip
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""In a `…_until`: until it is taken back."""
ORDER = ("place", "id")
"""How every list of the library is ordered, newest first: pieces of one review stay together."""


def _ordered(name: str, *first: str, only: str | None = None, also: str | None = None) -> Index:
    """An index that hands out one filter's pieces in the order of the list, with their traits."""
    return Index(
        f"ix_library_asset_{name}",
        "shop_id",
        *first,
        *ORDER,
        postgresql_where=text(only) if only else None,
        postgresql_include=["traits", *([also] if also else [])],
    )


class LibraryAsset(Base):
    """A shown photo, film, text or excerpt with what the filters ask for."""

    __tablename__ = "library_asset"
    __table_args__ = (
        CheckConstraint(f"kind IN {PIECE_KINDS}", name="kind"),
        CheckConstraint(f"orientation IN {ORIENTATIONS}", name="orientation"),
        CheckConstraint(f"length IN {LENGTHS}", name="length"),
        CheckConstraint(f"colour IN {COLOURS}", name="colour"),
        Index("ix_library_asset_review_id", "review_id"),
        Index("ix_library_asset_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        _ordered("ends_at", only="ends_at IS NOT NULL", also="ends_at"),
        _ordered("shop"),
        *(_ordered(column, column) for column in ("product_id", "kind", "rating", "language")),
        *(
            _ordered(column, column, only=f"{column} IS NOT NULL")
            for column in ("orientation", "length", "colour")
        ),
        _ordered("used", only="used"),
        _ordered("picked", only="picked"),
        *(
            _ordered(use, only=f"{use}_until IS NOT NULL", also=f"{use}_until")
            for use in (
                "site", "email", "homepage", "social", "ads", "marketplace", "print", "partners",
            )
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Of the media asset, of the review for its words, or of the excerpt."""
    shop_id: Mapped[UUID]
    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    product_id: Mapped[UUID]
    kind: Mapped[str]
    subject_sha256: Mapped[str]
    """What its permissions bind to (P2); of an excerpt that of the whole words."""
    place: Mapped[UUID]
    """Of its review: the milliseconds of its submission, then the end of its id (see `placed_at`).

    One column that orders the list and joins it to the words, so that the planner knows how many.
    """
    rating: Mapped[int] = mapped_column(SmallInteger)
    language: Mapped[str]
    """The first part of the review's locale, such as `en`."""
    orientation: Mapped[str | None]
    length: Mapped[str | None]
    """Of a film in time, of words in characters; None for a photo."""
    colour: Mapped[str | None]
    """The dominant one, coarsely; None for words."""
    used: Mapped[bool] = mapped_column(server_default=false())
    """Whether it was ever taken out."""
    picked: Mapped[bool] = mapped_column(server_default=false())
    """Whether somebody of the team starred it."""
    site_until: Mapped[datetime | None]
    """Until when this use is allowed; None: it is not. So the seven below."""
    email_until: Mapped[datetime | None]
    homepage_until: Mapped[datetime | None]
    social_until: Mapped[datetime | None]
    ads_until: Mapped[datetime | None]
    marketplace_until: Mapped[datetime | None]
    print_until: Mapped[datetime | None]
    partners_until: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    """The earliest of them that is a day; None: nothing ends by itself."""
    due_at: Mapped[datetime | None]
    """When the row has to be looked at again: a permission begins, or its product changed."""
    traits: Mapped[int] = mapped_column(BigInteger, Computed(TRAITS_SQL, persisted=True))
    """What of all this the filters ask for, in bits: see `library_traits`."""


class LibraryWord(Base):
    """A lexeme of a published review's words and product, or a tag of the product as `#tag`.

    Looked up by equality, in the order of the list: see decision 0130 why this is no GIN index.
    """

    __tablename__ = "library_word"
    __table_args__ = (
        PrimaryKeyConstraint("shop_id", "word", "place", postgresql_include=["traits"]),
        Index("ix_library_word_review_id", "review_id"),
    )

    shop_id: Mapped[UUID]
    word: Mapped[str]
    place: Mapped[UUID]
    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    traits: Mapped[int] = mapped_column(BigInteger)
    """What any piece of the review is: see `library_traits`."""


def placed_at(instant: datetime) -> UUID:
    """The first place of an instant; a review's own ends with the end of its id."""
    return UUID(int=int(instant.timestamp() * 1000) << 80)
