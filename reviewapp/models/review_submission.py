"""Reviews written on a storefront, waiting until their author confirms the mail address."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop


class ReviewSubmission(OwnedByShop, Base):
    """What came through a storefront's form; a review only once its mail link is confirmed.

    Until then nobody but the mailbox's owner sees it, and it is deleted when its term is over.
    Confirmed, it keeps nothing but where the review went.
    """

    __tablename__ = "review_submission"
    __table_args__ = (
        UniqueConstraint("shop_id", "digest"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("(confirmed_at IS NULL) = (request_id IS NULL)", name="confirmed"),
        Index("ix_review_submission_email_digest", "shop_id", "email_digest"),
        Index("ix_review_submission_expires_at", "expires_at"),
    )

    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    email: Mapped[str | None]
    """None once confirmed: the customer holds the address then."""
    email_digest: Mapped[str]
    locale: Mapped[str]
    rating: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    display_name: Mapped[str]
    digest: Mapped[str]
    """SHA-256 over product, address and words: the same again is the same submission."""
    mails: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """Confirmation mails queued so far; sending the form again asks for another one."""
    mailed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    request_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("review_request.id", ondelete="CASCADE")
    )
    """The link that leads to the author's own page, once confirmed."""
