"""What readers of a storefront send without an account: helpful votes and reports."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

REPORT_REASONS = (
    "abusive",
    "personal_information",
    "discriminatory",
    "clearly_false",
    "not_genuine",
    "unrelated",
    "unlawful",
    "confidential",
    "other",
)
"""What a reader may find wrong: the reasons of a refusal (G13), and anything else."""
REPORT_STATES = ("open", "upheld", "dismissed")
VOTED_ON = ("review", "question", "answer")


class ReviewReport(OwnedByShop, Base):
    """A notice that something is wrong with a review; decided by a person, with an answer.

    A flag for the moderator, never a verdict: any number of reports changes nothing by itself.
    """

    __tablename__ = "review_report"
    __table_args__ = (
        CheckConstraint(f"reason IN {REPORT_REASONS}", name="reason"),
        CheckConstraint(f"state IN {REPORT_STATES}", name="state"),
        CheckConstraint(
            "state = 'open' OR (decided_at IS NOT NULL AND length(btrim(answer)) > 0)",
            name="answered",
        ),
        UniqueConstraint("review_id", "visitor"),
        Index("ix_review_report_shop", "shop_id", "state", "id"),
    )

    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """The reader's words."""
    email: Mapped[str | None]
    """Where the answer is mailed to, once; never shown, emptied when it was sent."""
    locale: Mapped[str] = mapped_column(default="en", server_default=text("'en'"))
    """The language the answer is to be in."""
    visitor: Mapped[str]
    """Says within one day that it is the same reader again; means nothing the day after."""
    state: Mapped[str] = mapped_column(default="open", server_default=text("'open'"))
    decided_at: Mapped[datetime | None]
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    answer: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """Why it was decided so, in the words the reader is told."""
    answered_at: Mapped[datetime | None]
    """When the answer was mailed; None where no address was left."""


class HelpfulVote(Base):
    """One reader found something helpful; forgotten after two days, when only the count is left."""

    __tablename__ = "helpful_vote"
    __table_args__ = (
        CheckConstraint(f"kind IN {VOTED_ON}", name="kind"),
        Index("ix_helpful_vote_network", "subject_id", "network"),
        Index("ix_helpful_vote_voted_at", "voted_at"),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The review, question or answer; each knows its own count."""
    visitor: Mapped[str] = mapped_column(primary_key=True)
    """A keyed digest of the reader's address under a key of the day that is kept nowhere."""
    shop_id: Mapped[UUID] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    network: Mapped[str]
    """The same of the address range: what bounds a script with many addresses."""
    voted_at: Mapped[datetime] = mapped_column(default=clock.now)
