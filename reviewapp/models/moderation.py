"""What deciding keeps beside a review: sketches of its words, and who has it in hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base


class ReviewSketch(Base):
    """One band of a review's MinHash sketch: reviews that share a band may be near-copies.

    Plain equality on numbers is what an index can serve behind row-level security; text search
    operators are not leak-proof and would read every row.
    """

    __tablename__ = "review_sketch"
    __table_args__ = (Index("ix_review_sketch_band", "shop_id", "band", "value"),)

    review_id: Mapped[UUID] = mapped_column(
        ForeignKey("review.id", ondelete="CASCADE"), primary_key=True
    )
    band: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    value: Mapped[int] = mapped_column(BigInteger)


class ReviewClaim(Base):
    """Who has a waiting review in hand, and until when: no two people decide on one (lease)."""

    __tablename__ = "review_claim"
    __table_args__ = (Index("ix_review_claim_member", "member_id"),)

    review_id: Mapped[UUID] = mapped_column(
        ForeignKey("review.id", ondelete="CASCADE"), primary_key=True
    )
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    taken_at: Mapped[datetime]
    expires_at: Mapped[datetime]
