"""What marketers add to a piece: stars, notes, excerpts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from reviewapp.core import clock
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.library.projecting import keep_pieces
from reviewapp.library.projection_sql import KEEP_TRAITS
from reviewapp.library.quoting import LEAST_QUOTED, MOST_QUOTED, found_in, seen_words
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.library_shelf import (
    QUOTED_FIELDS,
    LibraryExcerpt,
    LibraryNote,
    LibraryStar,
)
from reviewapp.models.review import Review

MOST_NOTE = 1_000
MOST_EXCERPTS = 20
"""Of one review: more are no excerpts, they are the review."""


class Marker(Protocol):
    """The member who marks."""

    @property
    def id(self) -> UUID:
        """The member's id."""


def star(session: Session, found: Sequence[LibraryAsset], *, on: bool, by: Marker) -> None:
    """Star these pieces, or take their stars away; what is so already stays so."""
    ids = [piece.id for piece in found]
    if not ids:
        return
    if on:
        rows = [
            {"piece_id": piece.id, "shop_id": piece.shop_id, "review_id": piece.review_id,
             "member_id": by.id, "starred_at": clock.now()}
            for piece in found
        ]  # fmt: skip
        session.execute(insert(LibraryStar).values(rows).on_conflict_do_nothing())
    else:
        session.execute(delete(LibraryStar).where(LibraryStar.piece_id.in_(ids)))
    session.execute(update(LibraryAsset).where(LibraryAsset.id.in_(ids)).values(picked=on))
    told = sorted({piece.review_id for piece in found})
    session.execute(text(KEEP_TRAITS), {"reviews": told})


def notes_of(session: Session, piece_id: UUID) -> Sequence[LibraryNote]:
    """The notes on a piece with their writers, oldest first."""
    return session.scalars(
        select(LibraryNote)
        .where(LibraryNote.piece_id == piece_id)
        .order_by(LibraryNote.id)
        .options(joinedload(LibraryNote.member))
    ).all()


def add_note(session: Session, piece: LibraryAsset, body: str, *, by: Marker) -> LibraryNote:
    """Write a note; Invalid when it is empty or too long."""
    if not body.strip():
        raise Invalid(fields={"note": ["Write a word or two."]})
    if len(body) > MOST_NOTE:
        raise Invalid(fields={"note": [f"At most {MOST_NOTE} characters."]})
    note = LibraryNote(
        shop_id=piece.shop_id,
        piece_id=piece.id,
        review_id=piece.review_id,
        member_id=by.id,
        body=body.strip(),
    )
    session.add(note)
    session.flush()
    return note


def drop_note(session: Session, piece: LibraryAsset, note_id: UUID, *, by: Marker) -> None:
    """Take a note of one's own away; NotFound for anybody else's."""
    note = session.scalars(
        select(LibraryNote).where(
            LibraryNote.id == note_id,
            LibraryNote.piece_id == piece.id,
            LibraryNote.member_id == by.id,
        )
    ).first()
    if note is None:
        raise NotFound
    session.delete(note)


def excerpts_of(session: Session, review_id: UUID) -> Sequence[LibraryExcerpt]:
    """What was marked in a review, oldest first, standing or not."""
    return session.scalars(
        select(LibraryExcerpt)
        .where(LibraryExcerpt.review_id == review_id)
        .order_by(LibraryExcerpt.id)
    ).all()


def passages_of(session: Session, excerpt_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The words of these excerpts."""
    if not excerpt_ids:
        return {}
    found = select(LibraryExcerpt).where(LibraryExcerpt.id.in_(excerpt_ids))
    return {one.id: one.words for one in session.scalars(found)}


def add_excerpt(session: Session, review: Review, passage: str, *, by: Marker) -> LibraryExcerpt:
    """Mark a passage of the published words; Invalid unless it stands there as it is (G15).

    The same passage again is the excerpt that is there already.
    """
    field, words = _place_of(review, passage)
    known = excerpts_of(session, review.id)
    for one in known:
        if (one.field, one.words) == (field, words):
            return one
    if len(known) >= MOST_EXCERPTS:
        raise Invalid(fields={"passage": [f"{MOST_EXCERPTS} excerpts of one review are enough."]})
    excerpt = LibraryExcerpt(
        shop_id=review.shop_id, review_id=review.id, field=field, words=words, member_id=by.id
    )
    session.add(excerpt)
    keep_pieces(session, [review.id])
    return excerpt


def drop_excerpt(session: Session, shop_id: UUID, excerpt_id: UUID) -> UUID:
    """Take an excerpt away; the id of its review. NotFound for another shop's."""
    excerpt = session.scalars(
        select(LibraryExcerpt).where(
            LibraryExcerpt.id == excerpt_id, LibraryExcerpt.shop_id == shop_id
        )
    ).first()
    if excerpt is None:
        raise NotFound
    session.delete(excerpt)
    keep_pieces(session, [excerpt.review_id])
    return excerpt.review_id


def _place_of(review: Review, passage: str) -> tuple[str, str]:
    """The field a passage stands in, and the passage as it is written there."""
    if not LEAST_QUOTED <= len(passage.strip()) <= MOST_QUOTED:
        raise Invalid(
            fields={"passage": [f"Mark {LEAST_QUOTED} to {MOST_QUOTED} characters of the review."]}
        )
    for field in reversed(QUOTED_FIELDS):
        shown = seen_words(review.title, review.body, review.redactions, field)
        if (words := found_in(passage, shown)) and "[…]" not in words:
            return field, words
    raise Invalid(
        fields={"passage": ["These words do not stand in the review. Copy them as they are."]}
    )
