"""What the demo's customers photographed and filmed: sent as their phones wrote it, looked at."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reviewapp.core.kit import Kit
from reviewapp.demo.catalogue import captions_files, film_file, photo_file
from reviewapp.media.captioning import set_captions, store_captions
from reviewapp.media.captions import clean_captions
from reviewapp.media.service import stage_photo, stage_video
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.moderate.media import Verdict, decide_on_media
from reviewapp.moderate.service import By


class Shots:
    """Photos and films of one shop's customers, on their way through its own doors."""

    def __init__(self, kit: Kit, shop_id: UUID) -> None:
        self._kit, self._shop_id = kit, shop_id

    def stage(self, request_id: UUID, photo: str | None, film: str | None = None) -> list[UUID]:
        """Hand in what there is; the ids to attach."""
        link = {"shop_id": self._shop_id, "request_id": request_id}
        staged = []
        if photo is not None:
            with photo_file(photo).open("rb") as upload:
                name = f"{photo}.jpg"
                staged.append(stage_photo(self._kit, upload=upload, client_name=name, **link))
        if film is not None:
            path = film_file(film)
            staged.append(stage_video(self._kit, path=path, client_name=path.name, **link))
        return [one.id for one in staged]

    def caption(self, review_id: UUID, film: str, *, by: By) -> None:
        """Put the captions beside the film of a review, one file a language."""
        for language, path in captions_files(film):
            with self._kit.database.transaction(self._shop_id) as session:
                asset = session.scalars(_films_of(review_id)).one()
            clean = clean_captions(path.read_bytes(), asset.duration_ms or 0)
            key = store_captions(self._kit, clean)
            with self._kit.database.transaction(self._shop_id) as session:
                set_captions(session, asset, language, key, len(clean), actor=by.label)


def look_at(session: Session, review_id: UUID, *, by: By) -> None:
    """Note for each photo and film of a review that only the shop's own goods are in it (P5)."""
    rows = session.execute(
        select(MediaAsset, Review)
        .join(Review, Review.id == MediaAsset.review_id)
        .where(Review.id == review_id)
    ).all()
    for asset, review in rows:
        decide_on_media(session, asset, review, Verdict("check"), by=by)


def _films_of(review_id: UUID) -> Select[MediaAsset]:
    return select(MediaAsset).where(MediaAsset.review_id == review_id, MediaAsset.kind == "video")
