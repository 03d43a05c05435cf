"""Questions to people who can be seen in a picture, and to guardians of children in it (P5)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.core import clock
from reviewapp.models.base import Base, OwnedByShop

RELEASE_STATES = ("open", "granted", "declined", "withdrawn", "expired", "taken_back")
RELEASE_PARTIES = ("depicted", "guardian")


class ReleaseAsk(OwnedByShop, Base):
    """One question to one person: may this very picture be used for this very use?

    The ledger knows the person by this row's id only. The address is here until the question is
    settled; then its digest alone stays, so that nobody is written to twice.
    """

    __tablename__ = "release_ask"
    __table_args__ = (
        CheckConstraint(f"party IN {RELEASE_PARTIES}", name="party"),
        CheckConstraint(f"state IN {RELEASE_STATES}", name="state"),
        CheckConstraint(
            "state NOT IN ('granted', 'declined', 'withdrawn') OR answered_at IS NOT NULL",
            name="answered",
        ),
        CheckConstraint("state = 'open' OR address IS NULL", name="address_forgotten"),
        UniqueConstraint("asset_id", "use", "address_digest"),
        Index("ix_release_ask_review_id", "review_id"),
        Index("ix_release_ask_shop", "shop_id", "asked_at", "id"),
        Index("ix_release_ask_open", "asked_at", postgresql_where=text("state = 'open'")),
    )

    review_id: Mapped[UUID] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("media_asset.id", ondelete="CASCADE"))
    subject_sha256: Mapped[str]
    """Of the very file that is shown and asked about (P2)."""
    use: Mapped[str]
    """One of `rights.USES`."""
    party: Mapped[str]
    """One of RELEASE_PARTIES."""
    address: Mapped[str | None]
    """None: a link that the author hands over; or the question is settled."""
    address_digest: Mapped[str | None]
    """As suppression lists keep it; None: nobody was written to."""
    language: Mapped[str]
    note: Mapped[str] = mapped_column(default="", server_default=text("''"))
    """Where the shop would use it, in its own words; shown to whoever is asked."""
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id"))
    state: Mapped[str] = mapped_column(default="open", server_default=text("'open'"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
