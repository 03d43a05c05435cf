"""What is learnt: mentions of a theme, clusters as one alert, and improvements somebody owns."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

if TYPE_CHECKING:
    from reviewapp.models.account import Member
    from reviewapp.models.catalog import Product

AXES = ("batch", "product", "theme", "route")
"""What problems can have in common, the most telling first."""
SUBJECTS = ("review", "case", "question")
PLACES = ("page", "faq", "policy", "supplier", "script", "other")
"""Where an improvement is made."""
IMPROVEMENT_STATES = ("proposed", "open", "done", "dropped")
ORIGINS = ("reply", "case", "question", "theme", "hand")


class Mention(OwnedByShop, Base):
    """One problem named once: a theme, product, batch or route in one review, case or question.

    Holds no words and no person, so that counts outlive an erasure.
    """

    __tablename__ = "mention"
    __table_args__ = (
        CheckConstraint(f"axis IN {AXES}", name="axis"),
        CheckConstraint(f"subject IN {SUBJECTS}", name="subject"),
        UniqueConstraint("shop_id", "axis", "key", "subject", "subject_id"),
        Index("ix_mention_key", "shop_id", "axis", "key", "mentioned_at"),
        Index("ix_mention_subject", "subject_id"),
    )

    axis: Mapped[str]
    key: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[UUID]
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("product.id", ondelete="SET NULL"))
    mentioned_at: Mapped[datetime] = mapped_column(default=clock.now)


class Alert(OwnedByShop, Base):
    """Problems that have something in common, told once however many there are (playbook 5)."""

    __tablename__ = "alert"
    __table_args__ = (
        CheckConstraint(f"axis IN {AXES}", name="axis"),
        Index(
            "uq_alert_open",
            "shop_id",
            "axis",
            "key",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_alert_shop", "shop_id", "opened_at", "id"),
    )

    axis: Mapped[str]
    key: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_at: Mapped[datetime] = mapped_column(default=clock.now)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))

    items: Mapped[list[AlertItem]] = relationship(lazy="raise", order_by="AlertItem.happened_at")


class AlertItem(OwnedByShop, Base):
    """One of the problems behind an alert."""

    __tablename__ = "alert_item"
    __table_args__ = (
        CheckConstraint(f"subject IN {SUBJECTS}", name="subject"),
        UniqueConstraint("alert_id", "subject", "subject_id"),
        Index("ix_alert_item_subject", "subject_id"),
    )

    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"))
    subject: Mapped[str]
    subject_id: Mapped[UUID]
    happened_at: Mapped[datetime]


class Improvement(OwnedByShop, Base):
    """What changes, where, who does it, by when; and whether it was done (playbook 9)."""

    __tablename__ = "improvement"
    __table_args__ = (
        CheckConstraint(f"place IN {PLACES}", name="place"),
        CheckConstraint(f"state IN {IMPROVEMENT_STATES}", name="state"),
        CheckConstraint(f"origin IN {ORIGINS}", name="origin"),
        CheckConstraint("length(btrim(change)) > 0", name="change"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        Index(
            "uq_improvement_theme",
            "shop_id",
            "theme_key",
            unique=True,
            postgresql_where=text("state IN ('proposed', 'open') AND origin = 'theme'"),
        ),
        Index("uq_improvement_reply", "reply_id", unique=True),
        Index("ix_improvement_shop", "shop_id", "state", "created_at", "id"),
    )

    change: Mapped[str]
    place: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    origin: Mapped[str] = mapped_column(default="hand")
    theme: Mapped[str | None]
    theme_key: Mapped[str | None]
    """Theme and product as one text: the same theme is proposed once while it is open."""
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("product.id", ondelete="SET NULL"))
    review_id: Mapped[UUID | None] = mapped_column(ForeignKey("review.id", ondelete="SET NULL"))
    reply_id: Mapped[UUID | None] = mapped_column(ForeignKey("reply.id", ondelete="SET NULL"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id", ondelete="SET NULL"))
    question_id: Mapped[UUID | None] = mapped_column(ForeignKey("question.id", ondelete="SET NULL"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """What was done, or why nothing will be."""
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))

    owner: Mapped[Member | None] = relationship(lazy="raise", foreign_keys="Improvement.owner_id")
    product: Mapped[Product | None] = relationship(lazy="raise")
