"""What a card of the library shows beside the piece: its review, rights, uses, checks, notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from reviewapp.core import clock
from reviewapp.core.errors import NotFound
from reviewapp.library.finding import EXPIRING
from reviewapp.library.quoting import quoted, seen_words
from reviewapp.models.library import Export, ExportItem
from reviewapp.models.library_asset import FOREVER, LibraryAsset
from reviewapp.models.library_shelf import LibraryExcerpt, LibraryNote
from reviewapp.models.media import MediaAsset, MediaDecision
from reviewapp.models.review import Review
from reviewapp.models.rights import USES


@dataclass
class Card:
    """One piece with what stands around it."""

    piece: LibraryAsset
    review: Review
    asset: MediaAsset | None = None
    """None: words or an excerpt of them."""
    words: str = ""
    """As readers see them; of an excerpt with its ellipses."""
    title: str = ""
    exports: int = 0
    notes: int = 0
    checked: list[str] | None = None
    """What a person saw in the picture; None: nobody has looked (P5)."""
    rights: dict[str, datetime | None] = field(default_factory=dict)
    """Use → when it ends by itself; only what holds now."""

    @property
    def ends_soon(self) -> datetime | None:
        """The first day within EXPIRING on which something ends by itself."""
        ends = [end for end in self.rights.values() if end and end <= clock.now() + EXPIRING]
        return min(ends, default=None)

    @property
    def must_be_checked(self) -> bool:
        """Whether somebody has to look who is in it before it may leave."""
        return self.asset is not None and self.checked is None


def one_card(session: Session, shop_id: UUID, piece_id: UUID) -> Card:
    """A piece of the shop's library; NotFound for any other."""
    found = session.scalars(
        select(LibraryAsset).where(LibraryAsset.id == piece_id, LibraryAsset.shop_id == shop_id)
    ).all()
    if not found:
        raise NotFound
    return cards(session, found)[0]


def chosen_pieces(session: Session, shop_id: UUID, ids: Sequence[UUID]) -> list[LibraryAsset]:
    """The shop's pieces of these ids, in that order; what is no longer shown is left out."""
    rows = session.scalars(
        select(LibraryAsset).where(LibraryAsset.shop_id == shop_id, LibraryAsset.id.in_(ids))
    )
    by_id = {row.id: row for row in rows}
    return [by_id[one] for one in dict.fromkeys(ids) if one in by_id]


def cards(session: Session, found: Iterable[LibraryAsset]) -> list[Card]:
    """A page of pieces, in six look-ups whatever its size."""
    found = list(found)
    if not found:
        return []
    reviews, assets = _reviews(session, found), _assets(session, found)
    made = [Card(one, reviews[one.review_id], assets.get(one.id)) for one in found]
    excerpts, taken = _excerpts(session, found), _taken(session, found)
    notes, seen = _notes(session, found), _seen(session, found)
    for card in made:
        piece = card.piece
        _put_words(card, excerpts.get(piece.id))
        card.rights = rights_of_piece(piece)
        card.exports = taken.get((piece.review_id, piece.subject_sha256), 0)
        card.notes = notes.get(piece.id, 0)
        card.checked = seen.get((piece.id, piece.subject_sha256))
    return made


def rights_of_piece(piece: LibraryAsset) -> dict[str, datetime | None]:
    """Use → when it ends by itself, of the uses allowed at this instant."""
    now = clock.now()
    until = {use: getattr(piece, f"{use}_until") for use in USES}
    return {use: None if end == FOREVER else end for use, end in until.items() if end and end > now}


def _put_words(card: Card, excerpt: LibraryExcerpt | None) -> None:
    review = card.review
    told = (review.title, review.body, review.redactions)
    if excerpt is not None:
        whole = seen_words(*told, excerpt.field)
        card.words = quoted(excerpt.words, whole) or excerpt.words
    else:
        card.title, card.words = seen_words(*told, "title"), seen_words(*told, "body")


def _reviews(session: Session, found: Sequence[LibraryAsset]) -> dict[UUID, Review]:
    rows = session.scalars(
        select(Review)
        .where(Review.id.in_({one.review_id for one in found}))
        .options(joinedload(Review.product))
    )
    return {row.id: row for row in rows}


def _assets(session: Session, found: Sequence[LibraryAsset]) -> dict[UUID, MediaAsset]:
    ids = [one.id for one in found if one.kind in ("photo", "video")]
    rows = session.scalars(select(MediaAsset).where(MediaAsset.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}


def _excerpts(session: Session, found: Sequence[LibraryAsset]) -> dict[UUID, LibraryExcerpt]:
    ids = [one.id for one in found if one.kind == "excerpt"]
    rows = session.scalars(select(LibraryExcerpt).where(LibraryExcerpt.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}


def _taken(session: Session, found: Sequence[LibraryAsset]) -> dict[tuple[UUID, str], int]:
    used = {one.review_id for one in found if one.used}
    if not used:
        return {}
    rows = session.execute(
        select(ExportItem.review_id, ExportItem.subject_sha256, func.count())
        .join(Export, Export.id == ExportItem.export_id)
        .where(ExportItem.review_id.in_(used), Export.state == "made")
        .group_by(ExportItem.review_id, ExportItem.subject_sha256)
    )
    return {(review_id, sha256): count for review_id, sha256, count in rows}


def _notes(session: Session, found: Sequence[LibraryAsset]) -> dict[UUID, int]:
    rows = session.execute(
        select(LibraryNote.piece_id, func.count())
        .where(LibraryNote.piece_id.in_([one.id for one in found]))
        .group_by(LibraryNote.piece_id)
    )
    return dict(rows.all())


def _seen(session: Session, found: Sequence[LibraryAsset]) -> dict[tuple[UUID, str], Any]:
    rows = session.execute(
        select(MediaDecision.asset_id, MediaDecision.sha256, MediaDecision.found)
        .where(
            MediaDecision.asset_id.in_([one.id for one in found]),
            MediaDecision.action == "check",
        )
        .order_by(MediaDecision.id)
    )
    return {(asset_id, sha256): list(seen or ()) for asset_id, sha256, seen in rows}
