"""Questions of shoppers about a product, and their answers by the shop or by buyers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

if TYPE_CHECKING:
    from reviewapp.models.catalog import Product

QUESTION_STATES = ("pending", "published", "refused", "withdrawn")
ANSWER_STATES = ("pending", "published", "refused", "withdrawn")
ANSWERERS = ("shop", "buyer")


class Question(OwnedByShop, Base):
    """What a shopper wants to know before buying; shown once somebody of the shop has read it."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint(f"state IN {QUESTION_STATES}", name="state"),
        CheckConstraint(
            "state <> 'refused' OR (refused_reason IS NOT NULL AND length(btrim(note)) > 0)",
            name="reasoned",
        ),
        CheckConstraint("votes >= 0", name="votes"),
        Index("ix_question_shop", "shop_id", "state", "submitted_at", "id"),
        Index(
            "ix_question_shown",
            "product_id",
            "published_at",
            "id",
            postgresql_where=text("state = 'published'"),
        ),
        Index(
            "ix_question_faq",
            "shop_id",
            "faq_position",
            postgresql_where=text("faq_position IS NOT NULL"),
        ),
    )

    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"))
    body: Mapped[str]
    """The asker's words, never changed by the shop."""
    author_name: Mapped[str] = mapped_column(default="", server_default=text("''"))
    author_email: Mapped[str | None]
    """Where the answer is mailed to, once; then forgotten. Never shown."""
    locale: Mapped[str] = mapped_column(default="en", server_default=text("'en'"))
    state: Mapped[str] = mapped_column(default="pending", server_default=text("'pending'"))
    submitted_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    """First publication; taking it back and showing it again keeps it."""
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    refused_reason: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="", server_default=text("''"))
    votes: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many found it helpful."""
    faq_position: Mapped[int | None]
    """Its place on the shop's FAQ page, from 0; None: it is not on it."""

    product: Mapped[Product] = relationship(lazy="raise")
    answers: Mapped[list[Answer]] = relationship(
        lazy="raise", order_by="Answer.id", back_populates="question"
    )


class Answer(OwnedByShop, Base):
    """One answer; a changed answer of the shop is a new row, the earlier one is withdrawn."""

    __tablename__ = "answer"
    __table_args__ = (
        CheckConstraint(f"state IN {ANSWER_STATES}", name="state"),
        CheckConstraint(f'"by" IN {ANSWERERS}', name="by"),
        CheckConstraint("votes >= 0", name="votes"),
        Index("ix_answer_question_id", "question_id"),
        Index(
            "uq_answer_of_shop",
            "question_id",
            unique=True,
            postgresql_where=text("\"by\" = 'shop' AND state = 'published'"),
        ),
    )

    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    body: Mapped[str]
    by: Mapped[str] = mapped_column(default="shop", server_default=text("'shop'"))
    author_name: Mapped[str]
    """Shown with it: the shop's name, or a buyer's display name."""
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    state: Mapped[str] = mapped_column(default="pending", server_default=text("'pending'"))
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    votes: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    question: Mapped[Question] = relationship(lazy="raise", back_populates="answers")
