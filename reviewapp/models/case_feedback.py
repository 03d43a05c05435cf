"""How it was to be helped: satisfaction, effort, and whether they would recommend the shop."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop


class CaseFeedback(OwnedByShop, Base):
    """One answer for a case; private, never part of a rating (G10), read by no asking rule (G1)."""

    __tablename__ = "case_feedback"
    __table_args__ = (
        UniqueConstraint("case_id"),
        CheckConstraint("csat BETWEEN 1 AND 5", name="csat"),
        CheckConstraint("effort BETWEEN 1 AND 5", name="effort"),
        Index("ix_case_feedback_shop", "shop_id", "created_at"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    """Whose case it was when it was answered."""
    csat: Mapped[int | None]
    """1 very dissatisfied to 5 very satisfied."""
    effort: Mapped[int | None]
    """1 very hard to 5 very easy."""
    words: Mapped[str] = mapped_column(default="", server_default="")


class NpsAnswer(OwnedByShop, Base):
    """How likely they are to recommend the shop, where the shop chose to ask."""

    __tablename__ = "nps_answer"
    __table_args__ = (
        UniqueConstraint("case_id"),
        CheckConstraint("score BETWEEN 0 AND 10", name="score"),
        Index("ix_nps_answer_shop", "shop_id", "created_at"),
        Index("ix_nps_answer_customer_id", "customer_id"),
    )

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    score: Mapped[int]
