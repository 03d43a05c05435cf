"""Reviews with their versions, flags, decisions and replies."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

if TYPE_CHECKING:
    from reviewapp.models.catalog import Customer, Product
    from reviewapp.models.media import MediaAsset

REVIEW_STATES = ("pending", "held", "published", "refused", "withdrawn")
ACTIONS = ("publish", "refuse", "redact", "hold", "undo")
REASONS = (
    "confidential",
    "abusive",
    "personal_information",
    "discriminatory",
    "clearly_false",
    "not_genuine",
    "unrelated",
    "unlawful",
    "author_withdrew",
    "duplicate",
)
"""The closed list of G13; "too negative" cannot be expressed."""
WAITING_SINCE = (
    "CASE WHEN edit_sent_at IS NOT NULL THEN edit_sent_at"
    " WHEN state::text = 'pending'::text OR state::text = 'held'::text THEN submitted_at"
    " ELSE NULL::timestamp with time zone END"
)


def _shown(name: str, *columns: str, only: str | None = None) -> Index:
    """An index over what a listing shows, in the order of its columns."""
    condition = "state = 'published'" + (f" AND {only}" if only else "")
    return Index(name, "listing_id", *columns, postgresql_where=text(condition))


class Review(OwnedByShop, Base):
    """What one author says of one product; words and stars are only ever the author's (G15)."""

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint(f"state IN {REVIEW_STATES}", name="state"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("NOT verified_buyer OR order_line_id IS NOT NULL", name="verified"),
        Index(
            "uq_review_order_line",
            "order_line_id",
            unique=True,
            postgresql_where=text("state <> 'withdrawn' AND order_line_id IS NOT NULL"),
        ),
        Index(
            "uq_review_external",
            "shop_id",
            "source",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        CheckConstraint("edit_state IN ('pending', 'held')", name="edit_state"),
        CheckConstraint(
            "(edit_version IS NULL) = (edit_state IS NULL)"
            " AND (edit_version IS NULL) = (edit_sent_at IS NULL)"
            " AND (edit_version IS NULL OR state = 'published')",
            name="edit",
        ),
        Index(
            "ix_review_queue",
            "shop_id",
            "waiting_since",
            "id",
            postgresql_where=text("waiting_since IS NOT NULL"),
        ),
        Index("ix_review_product", "product_id", "submitted_at", "id"),
        Index("ix_review_position", "listing_id", "position"),
        _shown("ix_review_shown", "rating", "position"),
        _shown("ix_review_shown_media", "rating", "position", only="photo_count + video_count > 0"),
        _shown("ix_review_shown_photos", "rating", "position", only="photo_count > 0"),
        _shown("ix_review_shown_videos", "rating", "position", only="video_count > 0"),
        _shown("ix_review_shown_language", "language", "rating", "position"),
        _shown("ix_review_shown_helpful", "rating", "helpful_weight", "position"),
        Index("ix_review_store", "shop_id", "store_position"),
        Index(
            "ix_review_store_unplaced",
            "shop_id",
            postgresql_where=text("state = 'published' AND store_position IS NULL"),
        ),
        Index("ix_review_shop", "shop_id", "submitted_at", "id"),
        Index("ix_review_state", "shop_id", "state", "submitted_at", "id"),
        Index("ix_review_customer", "customer_id"),
        Index("ix_review_request", "request_id"),
        Index(
            "ix_review_decide_by",
            "decide_by",
            postgresql_where=text("waiting_since IS NOT NULL"),
        ),
    )

    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"))
    order_line_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("order_line.id", ondelete="SET NULL")
    )
    request_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("review_request.id", ondelete="SET NULL")
    )
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"))
    rating: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str]
    """The author's words of the current version, never changed by the shop."""
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Answers to the product type's questions by question id."""
    display_name: Mapped[str]
    locale: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending")
    version: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime] = mapped_column(default=clock.now)
    edited_at: Mapped[datetime | None]
    decide_by: Mapped[datetime | None]
    """When it is published by itself if nobody decided (G14); a hold has its own."""
    edit_version: Mapped[int | None]
    """The author's newer version that waits while this one, decided on, stays shown."""
    edit_state: Mapped[str | None]
    edit_sent_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None] = mapped_column(Computed(WAITING_SINCE, persisted=True))
    """Its place in the queue; null when nothing of it waits for a decision."""
    decided_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    """First publication; edits keep it."""
    listing_id: Mapped[UUID | None]
    """The product whose set it is shown with: its own, or the one its variant is grouped with.

    Made from the product by counting; no foreign key, `product_id` is the one that is meant.
    """
    position: Mapped[int | None]
    """Ordinal among the listing's publications, from 0; chunk = position // 20. Never reused."""
    store_position: Mapped[int | None]
    """The same among all publications of the shop; given when the store's page is written."""
    counted_rating: Mapped[int | None]
    """The stars the listing's summary holds for this review; None: it is not counted."""
    photo_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Photos shown with it; kept beside `counted_rating`, for the "with photos" filter."""
    video_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    language: Mapped[str | None]
    """The first part of its locale, such as `en`; kept with the counts, for the filter."""
    helpful_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many readers found it helpful."""
    helpful_weight: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    """What "most helpful" orders by: votes that fade with age; see `widgets.votes`."""
    verified_buyer: Mapped[bool] = mapped_column(default=False)
    incentivized: Mapped[bool] = mapped_column(default=False)
    incentive_disclosure: Mapped[str | None]
    relation: Mapped[str | None]
    """'staff' where the author belongs to the shop: shown as a label (G25)."""
    source: Mapped[str] = mapped_column(default="own")
    external_id: Mapped[str | None]
    """The id elsewhere; set for imported reviews (G23)."""
    redactions: Mapped[list[Any]] = mapped_column(default=list)
    """[{"field": "title"|"body", "start", "end", "reason"}], code points of this version (G15)."""

    product: Mapped[Product] = relationship(lazy="raise")
    customer: Mapped[Customer | None] = relationship(lazy="raise")
    flags: Mapped[list[Flag]] = relationship(lazy="raise", order_by="Flag.id")
    decisions: Mapped[list[ModerationDecision]] = relationship(
        lazy="raise", order_by="ModerationDecision.id"
    )
    replies: Mapped[list[Reply]] = relationship(lazy="raise", order_by="Reply.id")
    media: Mapped[list[MediaAsset]] = relationship(
        lazy="raise",
        primaryjoin="foreign(MediaAsset.review_id) == Review.id",
        viewonly=True,
        order_by="MediaAsset.id",
    )


class ReviewVersion(OwnedByShop, Base):
    """One version as the author sent it; append-only, hashed (G15, G28)."""

    __tablename__ = "review_version"
    __table_args__ = (UniqueConstraint("review_id", "version"),)

    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    version: Mapped[int]
    rating: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    display_name: Mapped[str]
    sha256: Mapped[str]
    """Over the canonical JSON of rating, title, body, answers and display name."""


class Flag(OwnedByShop, Base):
    """A signal for a person, never a verdict; computed without the score (G12)."""

    __tablename__ = "flag"
    __table_args__ = (Index("ix_flag_review_id", "review_id"),)

    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str]
    """language, profanity, personal_data, link, duplicate, staff, blocked_word, velocity, report,
    colleague, spam, machine_written, competitor"""
    explanation: Mapped[str]
    """One sentence for the moderator (English msgid)."""
    field: Mapped[str | None]
    start: Mapped[int | None]
    end: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """What it matched: ids of reviews, an entry of a list, figures, a colleague's note."""


class ModerationDecision(OwnedByShop, Base):
    """Who decided what, when and why; append-only (G13)."""

    __tablename__ = "moderation_decision"
    __table_args__ = (
        CheckConstraint(f"action IN {ACTIONS}", name="action"),
        CheckConstraint(f"reason IS NULL OR reason IN {REASONS}", name="reason"),
        CheckConstraint(
            "action IN ('publish', 'undo') OR (reason IS NOT NULL AND length(btrim(note)) > 0)",
            name="reasoned",
        ),
        CheckConstraint("actor IN ('member', 'api', 'clock', 'author')", name="actor"),
        CheckConstraint("actor <> 'member' OR member_id IS NOT NULL", name="who"),
        Index("ix_moderation_decision_review_id", "review_id"),
    )

    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    version: Mapped[int]
    action: Mapped[str]
    reason: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    actor: Mapped[str]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)
    taken_at: Mapped[datetime | None]
    """When the review was taken from the queue for this decision."""
    rules_version: Mapped[str]
    event_id: Mapped[UUID | None]
    """The event that carries it out; while it is pending the decision can be undone."""
    before: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """How the review stood before, by references: what an undo restores."""
    undoes: Mapped[UUID | None]
    """The decision that this row takes back."""


class Reply(OwnedByShop, Base):
    """The shop's public answer; `improvement` is internal and mandatory (playbook 5)."""

    __tablename__ = "reply"
    __table_args__ = (
        CheckConstraint("length(btrim(improvement)) > 0", name="improvement"),
        CheckConstraint("approved_by <> member_id", name="four_eyes"),
        Index("ix_reply_review_id", "review_id"),
        Index(
            "ix_reply_waiting",
            "shop_id",
            "id",
            postgresql_where=text("published_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    kind: Mapped[str]
    body: Mapped[str]
    improvement: Mapped[str]
    place: Mapped[str] = mapped_column(default="other", server_default=text("'other'"))
    """Where the improvement is made; "nothing" where none is, with the reason in its words."""
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    published_at: Mapped[datetime | None]
    """None while it waits for a second person."""
    withdrawn_at: Mapped[datetime | None]
    """Taken back, replaced by a newer version, or sent back to its writer."""
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    returned_note: Mapped[str | None]
    """Why the second person sent it back."""
    drafted_by: Mapped[str | None]
    """`rules` or `endpoint` where the words began as a draft of the machine."""
