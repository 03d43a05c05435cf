"""Uploads on their way: which bytes of a file are safely here, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop

UPLOAD_STATES = ("open", "received", "staged", "refused", "removed")


class Upload(OwnedByShop, Base):
    """One file a customer sends: open → received → staged or refused; removed by its sender.

    The row is the truth (decision 0070): `received` counts bytes that lie in storage as `parts`.
    """

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint(f"state IN {UPLOAD_STATES}", name="state"),
        CheckConstraint("received BETWEEN 0 AND length", name="received"),
        Index("ix_upload_request_id", "request_id", "created_at"),
        Index("ix_upload_address_digest", "address_digest", "created_at"),
        Index("ix_upload_asset_id", "asset_id"),
        Index("ix_upload_expires_at", "expires_at"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("review_request.id", ondelete="CASCADE"))
    """The link it comes through; only that link may go on with it."""
    form: Mapped[str]
    """Which form of the link's pages it was chosen in, such as `help`; the client's word."""
    address_digest: Mapped[str]
    """Of the sender's address, keyed: for the quota only."""
    filename: Mapped[str]
    content_type: Mapped[str]
    """As the client says, checked against the content; may be empty."""
    state: Mapped[str] = mapped_column(default="open")
    failure: Mapped[str | None]
    """Code of the refusal, or of what failed when the file was last looked at."""
    length: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    parts: Mapped[list[Any]] = mapped_column(default=list)
    """Storage keys in the order of the bytes."""
    sha256: Mapped[str | None]
    """Of the whole file as it arrived."""
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("media_asset.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    """When somebody began to look at the whole file; after a lease another may."""
