"""Photos and films: staged, attached, rendered, shown only when published."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

MEDIA_KINDS = ("photo", "video")
MEDIA_STATES = ("staged", "attached", "ready", "failed", "hidden")
RENDITION_ROLES = ("image", "poster", "video", "preview", "captions")
CONTENTS = ("people", "children", "brands", "personal_data")
"""What may be seen in a picture or film that its reuse must heed (P5)."""
MEDIA_ACTIONS = ("reject", "hide", "redact", "show", "check")
MEDIA_REASONS = (
    "confidential",
    "abusive",
    "personal_information",
    "discriminatory",
    "clearly_false",
    "not_genuine",
    "unrelated",
    "unlawful",
    "duplicate",
)
"""The list of G13, as far as it can be about a file."""


class MediaAsset(OwnedByShop, Base):
    """One clean picture or film: no metadata in any stored byte (P4).

    A picture is re-encoded on arrival. A film keeps its own encoding until the worker has made
    the renditions; its `placeholder`, colour and hash are those of its poster.
    """

    __tablename__ = "media_asset"
    __table_args__ = (
        CheckConstraint(f"kind IN {MEDIA_KINDS}", name="kind"),
        CheckConstraint("kind = 'photo' OR duration_ms > 0", name="duration"),
        CheckConstraint(f"state IN {MEDIA_STATES}", name="state"),
        Index("ix_media_asset_review_id", "review_id"),
        Index("ix_media_asset_request_id", "request_id"),
        Index("ix_media_asset_case_message_id", "case_message_id"),
        Index("ix_media_asset_staged", "created_at", postgresql_where=text("state = 'staged'")),
        Index("ix_media_asset_waiting", "attached_at", postgresql_where=text("state = 'attached'")),
        CheckConstraint("focus_x BETWEEN 0 AND 1 AND focus_y BETWEEN 0 AND 1", name="focus"),
        Index("ix_media_asset_key", "key"),
        Index(
            "ix_media_asset_sealed_key",
            "sealed_key",
            postgresql_where=text("sealed_key IS NOT NULL"),
        ),
        Index(
            "ix_media_asset_seal_check_at",
            "seal_check_at",
            postgresql_where=text("seal_check_at IS NOT NULL"),
        ),
    )

    kind: Mapped[str] = mapped_column(default="photo")
    state: Mapped[str] = mapped_column(default="staged")
    failure: Mapped[str | None]
    """Why it is `failed`; while `attached`, why the last attempt ended and another will come."""
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How often a worker took it up since it was attached."""
    next_try_at: Mapped[datetime | None]
    """Not to be taken up before; None: at once."""
    request_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("review_request.id", ondelete="SET NULL")
    )
    """The link it came through; only that link may attach it."""
    review_id: Mapped[UUID | None] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    review_version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """The version of the review it came with: shown once that version is."""
    case_message_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("case_message.id", ondelete="CASCADE")
    )
    sha256: Mapped[str]
    """Of the stored clean master; permissions bind to it (P2)."""
    source_sha256: Mapped[str | None]
    """Of the file as it came; stays when that file is deleted."""
    sealed_key: Mapped[str | None]
    """Where the file as it came lies encrypted; None: it is not kept."""
    sealed_key_id: Mapped[str | None]
    """Which of the installation's keys it is sealed with."""
    seal_check_at: Mapped[datetime | None]
    """When to look whether a permission still needs the sealed file; None: nothing to look for."""
    key: Mapped[str]
    """Where the master lies in private storage; a content hash."""
    content_type: Mapped[str]
    byte_count: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int]
    height: Mapped[int]
    placeholder: Mapped[str]
    """A tiny data URL shown until the picture is there."""
    dominant_color: Mapped[str]
    phash: Mapped[int | None] = mapped_column(BigInteger)
    """Perceptual hash as a signed 64-bit number."""
    sharpness: Mapped[float | None] = mapped_column(Float)
    """Variance of the Laplacian of its brightness at 512 px; low means blurred."""
    brightness: Mapped[float | None] = mapped_column(Float)
    """Mean brightness, 0 to 255."""
    focus_x: Mapped[float | None] = mapped_column(Float)
    """The point that crops keep in view, as parts of width and height; None: the middle."""
    focus_y: Mapped[float | None] = mapped_column(Float)
    duration_ms: Mapped[int | None]
    """How long a film runs; None for a picture."""
    poster_key: Mapped[str | None]
    """Where the still of a film lies in private storage, a clean picture; None for a picture."""
    declared: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    """What the uploader said is in it, of CONTENTS (P5)."""
    hidden_reason: Mapped[str | None]
    attached_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    """When a worker took it for rendering; after a lease another may."""

    renditions: Mapped[list[Rendition]] = relationship(lazy="raise", order_by="Rendition.width")

    @property
    def focus(self) -> tuple[float, float]:
        """The point that crops keep in view, as parts of width and height."""
        return (
            0.5 if self.focus_x is None else self.focus_x,
            0.5 if self.focus_y is None else self.focus_y,
        )

    def picture(self, width_px: int) -> Rendition | None:
        """The narrowest still of at least this width, else the widest; None without any.

        WebP or JPEG: where no choice can be offered, every browser has to show it.
        """
        stills = [
            one
            for one in self.renditions
            if one.role in ("image", "poster") and one.content_type != "image/avif"
        ]
        wide = [one for one in stills if one.width >= width_px]
        if wide:
            return min(wide, key=lambda one: (one.width, one.byte_count))
        return max(stills, key=lambda one: (one.width, -one.byte_count), default=None)


class Rendition(OwnedByShop, Base):
    """One size and format of an asset, public once its review is published.

    `role`: `image` of a photo; `poster`, `video`, `preview` (short, silent) and `captions` of a
    film. Captions have no size and a language.
    """

    __tablename__ = "rendition"
    __table_args__ = (
        CheckConstraint(f"role IN {RENDITION_ROLES}", name="role"),
        UniqueConstraint(
            "asset_id",
            "role",
            "width",
            "content_type",
            "language",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_rendition_key", "key"),
    )

    role: Mapped[str] = mapped_column(default="image", server_default="image")
    language: Mapped[str | None]
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("media_asset.id", ondelete="CASCADE"))
    width: Mapped[int]
    height: Mapped[int]
    content_type: Mapped[str]
    byte_count: Mapped[int]
    key: Mapped[str]
    """Content-hash key, the same in private storage and in the published folder."""


class MediaDecision(OwnedByShop, Base):
    """What a person did about one file, why and when; append-only (G13, P5).

    `reject` and `hide` take it off every surface (before and after publication), `show` brings it
    back, `redact` blurs `areas` for good, `check` notes in `found` what of CONTENTS is in it.
    """

    __tablename__ = "media_decision"
    __table_args__ = (
        CheckConstraint(f"action IN {MEDIA_ACTIONS}", name="action"),
        CheckConstraint(f"reason IS NULL OR reason IN {MEDIA_REASONS}", name="reason"),
        CheckConstraint(
            "action IN ('show', 'check') OR (reason IS NOT NULL AND length(btrim(note)) > 0)",
            name="reasoned",
        ),
        CheckConstraint("(action = 'check') = (found IS NOT NULL)", name="found"),
        CheckConstraint("people IS NULL OR action = 'check' AND people > 0", name="people"),
        CheckConstraint("(action = 'redact') = (areas IS NOT NULL)", name="areas"),
        CheckConstraint("actor IN ('member', 'api')", name="actor"),
        CheckConstraint("actor <> 'member' OR member_id IS NOT NULL", name="who"),
        Index("ix_media_decision_asset_id", "asset_id"),
    )

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("media_asset.id", ondelete="CASCADE"))
    action: Mapped[str]
    reason: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    found: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    people: Mapped[int | None] = mapped_column(SmallInteger)
    """How many have to agree, where somebody is in it (P5); None: one, or nobody."""
    areas: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    """Redacted rectangles in per cent of the picture, and how: "blur" or "pixelate"."""
    sha256: Mapped[str]
    """Of the master that was decided on."""
    actor: Mapped[str]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)
