"""Photos and films as published documents tell of them; paths are below the shop's folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reviewapp.core.i18n import own_name
from reviewapp.widgets.values import Film, Photo, PhotoSource, StripItem


def photo_json(photo: Photo) -> dict[str, Any]:
    """A photo with its renditions; sizes in pixels, paths relative to the shop's folder."""
    return {
        "width": photo.width,
        "height": photo.height,
        "color": photo.color,
        "placeholder": photo.placeholder,
        "sources": _pictures(photo.sources),
    }


def film_json(film: Film) -> dict[str, Any]:
    """A film: `duration` in seconds; `sources` is empty while it is still being prepared."""
    return {
        "width": film.width,
        "height": film.height,
        "duration": round(film.duration_ms / 1000, 1),
        "color": film.color,
        "placeholder": film.placeholder,
        "poster": _pictures(film.poster),
        "sources": [
            {
                "path": source.path,
                "width": source.width,
                "height": source.height,
                "content_type": source.content_type,
            }
            for source in film.sources
        ],
        "preview": film.preview,
        "captions": [
            {"path": one.path, "language": one.language, "label": own_name(one.language)}
            for one in film.captions
        ],
    }


def strip_json(shown: StripItem) -> dict[str, Any]:
    """A photo or film of the strip, with its kind and the review it belongs to."""
    film = isinstance(shown.item, Film)
    item = film_json(shown.item) if isinstance(shown.item, Film) else photo_json(shown.item)
    kind = "video" if film else "photo"
    return item | {"kind": kind, "review": shown.review, "position": shown.position}


def _pictures(sources: Sequence[PhotoSource]) -> list[dict[str, Any]]:
    return [
        {"src": s.path, "width": s.width, "height": s.height, "type": s.content_type}
        for s in sources
    ]
