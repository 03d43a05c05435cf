"""Stored films as the values that are shown: a poster at once, what plays once it is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, any_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from reviewapp.core.reading import Reading
from reviewapp.media.claims import HAS_POSTER
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.review import Review
from reviewapp.widgets.values import Captions, Film, PhotoSource, media_path

_SHOWN = aliased(Review)
OF_SHOWN_VERSION = (
    MediaAsset.review_version
    <= select(_SHOWN.version).where(_SHOWN.id == MediaAsset.review_id).scalar_subquery()
)
"""It came with the version that is shown, not with an author's edit that still waits."""
SHOWN_FILM = and_(
    OF_SHOWN_VERSION,
    MediaAsset.kind == "video",
    or_(MediaAsset.state == "ready", and_(MediaAsset.state == "attached", HAS_POSTER)),
)
"""What makes an asset a film that may be shown with its published review, playable or not yet."""
SHOWN_PHOTO = and_(OF_SHOWN_VERSION, MediaAsset.kind == "photo", MediaAsset.state == "ready")
SHOWN_MEDIA = or_(SHOWN_PHOTO, SHOWN_FILM)
OF_REVIEWS = bindparam("review_ids", type_=ARRAY(Uuid))

_FILMS = (
    select(
        MediaAsset.review_id,
        MediaAsset.id,
        MediaAsset.state,
        MediaAsset.width,
        MediaAsset.height,
        MediaAsset.duration_ms,
        MediaAsset.dominant_color,
        MediaAsset.placeholder,
        Rendition.role,
        Rendition.language,
        Rendition.key,
        Rendition.width.label("rendition_width"),
        Rendition.height.label("rendition_height"),
        Rendition.content_type,
    )
    .join(Rendition, Rendition.asset_id == MediaAsset.id)
    .where(MediaAsset.review_id == any_(OF_REVIEWS), SHOWN_FILM)
    .order_by(
        MediaAsset.review_id,
        MediaAsset.id,
        Rendition.content_type.desc(),  # webp, jpeg, avif, like photos
        Rendition.width,
        Rendition.language,
    )
)


def films_of(
    session: Session | Reading, review_ids: Sequence[UUID], only: frozenset[UUID] | None = None
) -> dict[UUID, tuple[Film, ...]]:
    """The shown films of these reviews, in the order they came; `only` these, if given."""
    if not review_ids:
        return {}
    rows = session.execute(_FILMS, {"review_ids": list(review_ids)}).all()
    return _by_review(row for row in rows if only is None or row.id in only)


def _by_review(rows: Iterable[Any]) -> dict[UUID, tuple[Film, ...]]:
    found: defaultdict[UUID, dict[UUID, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.review_id][row.id].append(row)
    return {
        review_id: tuple(_film(of_asset) for of_asset in assets.values())
        for review_id, assets in found.items()
    }


def _film(rows: Sequence[Any]) -> Film:
    first = rows[0]
    # Files of an earlier encoding may still be noted while a film is made anew.
    playable = first.state == "ready"
    preview = next((row.key for row in rows if row.role == "preview"), None)
    return Film(
        width=first.width,
        height=first.height,
        duration_ms=first.duration_ms,
        color=first.dominant_color,
        placeholder=first.placeholder,
        poster=_sources(rows, "poster"),
        sources=_sources(rows, "video") if playable else (),
        preview=media_path(preview) if preview and playable else None,
        captions=tuple(
            Captions(media_path(row.key), row.language) for row in rows if row.role == "captions"
        ),
    )


def _sources(rows: Sequence[Any], role: str) -> tuple[PhotoSource, ...]:
    return tuple(
        PhotoSource(
            media_path(row.key), row.rendition_width, row.rendition_height, row.content_type
        )
        for row in rows
        if row.role == role
    )
