"""Keeping what the library looks through in line with reviews, files, rights and marks."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, ping_after_commit
from reviewapp.core.kit import Kit
from reviewapp.library.projection_sql import FORGET_WORDS, KEEP_PIECES, KEEP_WORDS
from reviewapp.library.quoting import quoted, seen_words
from reviewapp.models.library import ExportItem
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.library_shelf import LibraryExcerpt
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Review

BATCH = 500
"""Reviews a transaction of the errand."""

log = structlog.get_logger()


def keep_pieces(session: Session, review_ids: Sequence[UUID]) -> None:
    """Make the rows of these reviews what they should be now.

    Reviews are held until the transaction ends: two who keep the same one take turns.
    """
    held = sorted(set(review_ids))
    session.flush()
    session.execute(
        select(Review.id)
        .where(Review.id.in_(held))
        .order_by(Review.id)
        .with_for_update(key_share=True)
    )
    told = {"reviews": held, "standing": _standing(session, held), "now": clock.now()}
    session.execute(text(KEEP_PIECES), told)
    session.execute(text(FORGET_WORDS), told)
    session.execute(text(KEEP_WORDS), told)


def follow_content(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After whatever changes a review, its files or its permissions: `review_id` in the event."""
    if review_id := event.payload.get("review_id"):
        keep_pieces(session, [UUID(review_id)])


def follow_export(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After an export was made: what is in it is used."""
    export_id = UUID(event.payload["export_id"])
    items = select(ExportItem.review_id).where(ExportItem.export_id == export_id)
    keep_pieces(session, session.scalars(items).all())


def follow_product(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After a product changed its name or tags: its rows are due, the errand does the work."""
    session.execute(
        update(LibraryAsset)
        .where(LibraryAsset.product_id == UUID(event.payload["product_id"]))
        .values(due_at=clock.now())
    )
    ping_after_commit(session, "library")


def keep_due(kit: Kit) -> int:
    """The errand "library": make anew the rows that are due; returns of how many reviews."""
    kept = 0
    while batch := _keep_batch(kit):
        kept += batch
    if kept:
        log.info("library.kept", reviews=kept)
    return kept


def rebuild(kit: Kit, batch: int = 5_000) -> int:
    """Make every row of every shop anew; returns of how many reviews."""
    kept, last = 0, None
    while found := _reviews_after(kit, last, batch):
        with kit.database.transaction(EVERY_SHOP) as session:
            keep_pieces(session, found)
        kept, last = kept + len(found), found[-1]
    return kept


def _keep_batch(kit: Kit) -> int:
    with kit.database.transaction(EVERY_SHOP) as session:
        due = session.scalars(
            select(LibraryAsset.review_id)
            .where(LibraryAsset.due_at <= clock.now())
            .group_by(LibraryAsset.review_id)
            .order_by(func.min(LibraryAsset.due_at))
            .limit(BATCH)
        ).all()
        if due:
            keep_pieces(session, due)
        return len(due)


def _reviews_after(kit: Kit, last: UUID | None, batch: int) -> Sequence[UUID]:
    wanted = select(Review.id).order_by(Review.id).limit(batch)
    if last is not None:
        wanted = wanted.where(Review.id > last)
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalars(wanted).all()


def _standing(session: Session, review_ids: Sequence[UUID]) -> list[UUID]:
    """Excerpts that still stand in the published words of these reviews."""
    rows = session.execute(
        select(LibraryExcerpt, Review.title, Review.body, Review.redactions)
        .join(Review, Review.id == LibraryExcerpt.review_id)
        .where(LibraryExcerpt.review_id.in_(review_ids))
    )
    return [
        excerpt.id
        for excerpt, title, body, redactions in rows
        if quoted(excerpt.words, seen_words(title, body, redactions, excerpt.field))
    ]
