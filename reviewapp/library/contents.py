"""What a review offers to take out: its words and its files, each with the hash rights bind to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.core.errors import NotFound
from reviewapp.library.quoting import quoted, seen_words
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.rights.leaving import seen_in_files
from reviewapp.rights.rules import Seen

WORDS = "words"


@dataclass(frozen=True)
class Content:
    """One thing a permission can be about (P2)."""

    sha256: str
    kind: str
    """photo, video or words."""
    asset: MediaAsset | None = None
    excerpt: str = ""
    """A passage of the words, as it stands in them; empty: all of them."""

    @property
    def asset_id(self) -> UUID | None:
        """Of a file; None for words."""
        return self.asset.id if self.asset else None


def shop_review(session: Session, shop_id: UUID, review_id: UUID) -> Review:
    """A review of the shop with files, product and author; NotFound for any other."""
    found = session.scalars(
        select(Review)
        .where(Review.id == review_id, Review.shop_id == shop_id)
        .options(
            joinedload(Review.product),
            joinedload(Review.customer),
            selectinload(Review.media).selectinload(MediaAsset.renditions),
        )
    ).first()
    if found is None:
        raise NotFound
    return found


def contents_of(session: Session, review: Review) -> list[Content]:
    """Its shown files, then its words as they stand."""
    words = session.scalars(
        select(ReviewVersion.sha256).where(
            ReviewVersion.review_id == review.id, ReviewVersion.version == review.version
        )
    ).first()
    files = [
        Content(asset.sha256, asset.kind, asset)
        for asset in review.media
        if asset.state not in ("hidden", "failed")
    ]
    return [*files, *([Content(words, WORDS)] if words else [])]


def one_file(session: Session, shop_id: UUID, asset_id: UUID) -> tuple[Review, Content]:
    """A file of the shop's reviews with its review; NotFound for any other, and a hidden one."""
    found = session.get(MediaAsset, asset_id)
    if found is None or found.review_id is None:
        raise NotFound
    review = shop_review(session, shop_id, found.review_id)
    content = next((c for c in contents_of(session, review) if c.asset_id == asset_id), None)
    if content is None:
        raise NotFound
    return review, content


def chosen(contents: Sequence[Content], hashes: Sequence[str]) -> list[Content]:
    """Those of `contents` that were ticked; a hash that is none of them is left out."""
    wanted = set(hashes)
    return [content for content in contents if content.sha256 in wanted]


def seen_in(session: Session, content: Content) -> Seen | None:
    """What a person noted in a file (P5); nothing is in words; None: nobody has looked yet."""
    if content.asset is None:
        return Seen()
    seen = seen_in_files(session, [content.asset.id])
    return seen.get((content.asset.id, content.sha256))


def as_read(review: Review, field: str) -> str:
    """The title or body of a review as readers see it, redacted passages left out (G15)."""
    return seen_words(review.title, review.body, review.redactions, field)


def quoted_in(review: Review, words: str) -> str | None:
    """An excerpt as it is shown, dots where it was cut; None where it stands there no more."""
    shown = (quoted(words, as_read(review, field)) for field in ("body", "title"))
    return next(filter(None, shown), None)
