"""Stored reviews as the values that are shown: redacted, labelled, with photos and answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import Row, any_, select
from sqlalchemy.orm import Session

from reviewapp.core.i18n import Translator, zone_of
from reviewapp.core.reading import Reading
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.widgets.film_view import OF_REVIEWS, SHOWN_PHOTO, films_of
from reviewapp.widgets.rules import redacted_text, redaction_reasons
from reviewapp.widgets.values import (
    Photo,
    PhotoSource,
    PublishedReview,
    ShopReply,
    media_path,
)

OWN_SOURCES = ("own", "demo")
SOURCE_NAMES = {
    "judgeme": "Judge.me",
    "loox": "Loox",
    "yotpo": "Yotpo",
    "okendo": "Okendo",
    "stamped": "Stamped",
    "shopify": "Shopify",
    "woocommerce": "WooCommerce",
    "csv": "CSV",
}

ReviewRow = Row[Any]

_PHOTOS = (
    select(
        MediaAsset.review_id,
        MediaAsset.id,
        MediaAsset.width,
        MediaAsset.height,
        MediaAsset.dominant_color,
        MediaAsset.placeholder,
        Rendition.key,
        Rendition.width.label("rendition_width"),
        Rendition.height.label("rendition_height"),
        Rendition.content_type,
    )
    .join(Rendition, Rendition.asset_id == MediaAsset.id)
    .where(MediaAsset.review_id == any_(OF_REVIEWS), SHOWN_PHOTO, Rendition.role == "image")
    .order_by(
        MediaAsset.review_id,
        MediaAsset.id,
        Rendition.content_type.desc(),  # webp, jpeg, avif
        Rendition.width,
    )
)


@dataclass(frozen=True, slots=True)
class Reader:
    """The shop's voice and zone: what turns stored rows into shown values."""

    translator: Translator
    time_zone: str

    def shown(
        self, session: Session | Reading, rows: Sequence[ReviewRow]
    ) -> dict[int, PublishedReview]:
        """Rows of one listing as values by position."""
        values = self.in_order(session, rows)
        return {row.position: value for row, value in zip(rows, values, strict=True)}

    def in_order(
        self,
        session: Session | Reading,
        rows: Sequence[ReviewRow],
        only: frozenset[UUID] | None = None,
    ) -> list[PublishedReview]:
        """Rows of `queries` as values, their photos loaded by id; `only` these files, if given."""
        zone = zone_of(self.time_zone)
        photos = photos_of(session, [row.id for row in rows if row.photo_count], only)
        films = films_of(session, [row.id for row in rows if row.video_count], only)
        return [
            self._value(
                row,
                zone,
                photos=photos.get(row.id, ()),
                videos=films.get(row.id, ()),
                reply=_reply(row, zone),
            )
            for row in rows
        ]

    def bare(self, row: ReviewRow) -> PublishedReview:
        """A row as a value without its photos, films and answer."""
        return self._value(row, zone_of(self.time_zone))

    def _value(self, row: ReviewRow, zone: tzinfo, **beside: Any) -> PublishedReview:
        title, body, redactions = row.title, row.body, row.redactions
        if redactions:
            title = redacted_text(title, "title", redactions)
            body = redacted_text(body, "body", redactions)
        return PublishedReview(
            id=str(row.id),
            position=row.position,
            rating=row.rating,
            title=title,
            body=body,
            author=row.display_name.strip() or self.translator.gettext("Anonymous"),
            written_on=row.submitted_at.astimezone(zone).date(),
            language=row.locale.replace("_", "-"),
            verified=row.verified_buyer,
            incentive=self._incentive(row) if row.incentivized else None,
            imported_from=imported_from(row.source),
            staff=row.relation == "staff",
            edited=row.edited_at is not None,
            redacted=redaction_reasons(redactions) if redactions else (),
            helpful=row.helpful_count,
            **beside,
        )

    def _incentive(self, row: ReviewRow) -> str:
        return row.incentive_disclosure or self.translator.gettext(
            "Something was offered in return for this review."
        )


def _reply(row: ReviewRow, zone: tzinfo) -> ShopReply | None:
    if row.reply_body is None:
        return None
    return ShopReply(row.reply_body, row.replied_at.astimezone(zone).date())


def imported_from(source: str) -> str | None:
    """The name of the system a review was taken over from; None for our own (G23)."""
    return None if source in OWN_SOURCES else SOURCE_NAMES.get(source, source)


def photos_of(
    session: Session | Reading, review_ids: Sequence[UUID], only: frozenset[UUID] | None = None
) -> dict[UUID, tuple[Photo, ...]]:
    """The shown photos of these reviews, each with its renditions: by type, by rising width.

    `only`: none but these files.
    """
    if not review_ids:
        return {}
    rows = session.execute(_PHOTOS, {"review_ids": list(review_ids)}).all()
    found: defaultdict[Any, dict[UUID, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if only is None or row.id in only:
            found[row.review_id][row.id].append(row)
    return {
        review_id: tuple(_photo(of_asset) for of_asset in assets.values())
        for review_id, assets in found.items()
    }


def _photo(rows: Sequence[ReviewRow]) -> Photo:
    first = rows[0]
    return Photo(
        width=first.width,
        height=first.height,
        color=first.dominant_color,
        placeholder=first.placeholder,
        sources=tuple(
            PhotoSource(
                media_path(row.key), row.rendition_width, row.rendition_height, row.content_type
            )
            for row in rows
        ),
    )
