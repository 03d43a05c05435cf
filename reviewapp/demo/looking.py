"""A moderator's look at the demo's photos: who and what is in them, noted before any reuse (P5)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.moderate.media import Verdict, decide_on_media
from reviewapp.moderate.service import By


def look_at_photos(session: Session, review_id: UUID, *, by: By) -> None:
    """Note for each photo of a review that only the shop's own goods are in it."""
    rows = session.execute(
        select(MediaAsset, Review)
        .join(Review, Review.id == MediaAsset.review_id)
        .where(Review.id == review_id, MediaAsset.kind == "photo")
    ).all()
    for asset, review in rows:
        decide_on_media(session, asset, review, Verdict("check", found=()), by=by)
