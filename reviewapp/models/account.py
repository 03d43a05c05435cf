"""Shop, its members, their sessions, sign-in links and API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.core import clock
from reviewapp.core.ids import new_id
from reviewapp.models.base import Base, OwnedByShop
from reviewapp.models.shop_settings import ShopSettings

ROLES = ("owner", "moderator", "marketer", "agent", "analyst")


class Shop(Base):
    """A store; everything else belongs to one."""

    __tablename__ = "shop"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    name: Mapped[str]
    email: Mapped[str]
    """Where customers' answers and operators' notices go; shown in letters."""
    url: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    country: Mapped[str | None]
    postal_address: Mapped[str] = mapped_column(default="")
    color: Mapped[str] = mapped_column(default="#3b5bdb")
    logo_key: Mapped[str | None]
    widget_key: Mapped[str] = mapped_column(unique=True)
    """Public, `wk_…`: names the shop in widget addresses; opens nothing."""
    settings_json: Mapped[dict[str, Any]] = mapped_column("settings", default=dict)

    @property
    def settings(self) -> ShopSettings:
        """The shop's choices with every default filled in."""
        return ShopSettings.from_json(self.settings_json)


class Member(OwnedByShop, Base):
    """A person who works in one shop's admin."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("shop_id", "email"),
        CheckConstraint(f"role IN {ROLES}", name="role"),
        Index("ix_member_email", "email"),
    )

    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="en")
    disabled_at: Mapped[datetime | None]
    signed_in_at: Mapped[datetime | None]


class MemberSession(OwnedByShop, Base):
    """A signed-in browser; revocable, kept as a digest (ASVS 7.2, 7.4)."""

    __tablename__ = "member_session"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    agent: Mapped[str | None]


class SignInLink(OwnedByShop, Base):
    """A single-use link that signs a member in or invites one; spent on POST only."""

    __tablename__ = "sign_in_link"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    token_digest: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str] = mapped_column(default="sign_in")
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiKey(OwnedByShop, Base):
    """A program's key; acts with a role's rights."""

    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    name: Mapped[str]
    hint: Mapped[str]
    """The first characters, so that people can tell keys apart."""
    token_digest: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(default="owner", server_default=text("'owner'"))
    created_by: Mapped[UUID | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
