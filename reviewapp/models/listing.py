"""What is shown together for one product or one group of variants: its numbers and bars."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base


class ReviewAttribute(Base):
    """A shown review's answer to one question with choices: what its filter reads."""

    __tablename__ = "review_attribute"
    __table_args__ = (
        Index("ix_review_attribute_shown", "listing_id", "name", "value", "rating", "position"),
    )

    review_id: Mapped[UUID] = mapped_column(
        ForeignKey("review.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    listing_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    rating: Mapped[int]
    position: Mapped[int]


class AttributeCount(Base):
    """How many shown reviews of a listing gave this answer: the bars of the summary."""

    __tablename__ = "attribute_count"

    listing_id: Mapped[UUID] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    count: Mapped[int]


class RatingSummary(Base):
    """Count, sum and histogram of all published reviews of a listing: the one number (G16)."""

    __tablename__ = "rating_summary"

    product_id: Mapped[UUID] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    ones: Mapped[int] = mapped_column(default=0)
    twos: Mapped[int] = mapped_column(default=0)
    threes: Mapped[int] = mapped_column(default=0)
    fours: Mapped[int] = mapped_column(default=0)
    fives: Mapped[int] = mapped_column(default=0)
    next_position: Mapped[int] = mapped_column(default=0)
    """The position the product's next publication gets."""
    topics: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    """[{"word", "count"}]: what its newest reviews speak of; made anew by the hour."""
    topics_at: Mapped[datetime | None]
    """When the topics were last made; None: they are due."""

    @property
    def histogram(self) -> tuple[int, int, int, int, int]:
        """Counts of one to five stars."""
        return (self.ones, self.twos, self.threes, self.fours, self.fives)

    @property
    def count(self) -> int:
        """All published reviews."""
        return sum(self.histogram)

    @property
    def total(self) -> int:
        """The sum of all stars."""
        return sum(stars * number for stars, number in enumerate(self.histogram, start=1))

    @property
    def average(self) -> float:
        """Mean stars to one decimal, half up, 0.0 without reviews: the same everywhere (G16)."""
        return (self.total * 20 + self.count) // (2 * self.count) / 10 if self.count else 0.0
