"""API keys come and go; a key's secret is shown once and kept as a digest."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import rows_changed
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.ids import digest, new_secret
from reviewapp.models.account import ROLES, ApiKey, Shop

HINT_CHARACTERS = 8


def create_api_key(
    session: Session, shop: Shop, *, name: str, role: str, by: str, member_id: UUID | None = None
) -> str:
    """A new key's secret, shown this once."""
    if role not in ROLES:
        raise Invalid(fields={"role": [f"One of {', '.join(ROLES)}."]})
    secret = new_secret("sk")
    key = ApiKey(
        shop_id=shop.id,
        name=name.strip() or "Key",
        hint=secret[:HINT_CHARACTERS],
        token_digest=digest(secret),
        role=role,
        created_by=member_id,
    )
    session.add(key)
    session.flush()
    record(
        session, shop_id=shop.id, actor=by, action="key.created", subject=f"key:{key.id}", role=role
    )
    return secret


def revoke_api_key(session: Session, shop: Shop, key_id: UUID, *, by: str) -> None:
    """The key opens nothing from now on; NotFound when it is not this shop's or gone."""
    revoke = (
        update(ApiKey)
        .where(ApiKey.shop_id == shop.id, ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    if rows_changed(session, revoke) != 1:
        raise NotFound()
    record(session, shop_id=shop.id, actor=by, action="key.revoked", subject=f"key:{key_id}")


def api_keys(session: Session, shop_id: UUID) -> Sequence[ApiKey]:
    """The shop's keys, those in force first, newest first."""
    return session.scalars(
        select(ApiKey)
        .where(ApiKey.shop_id == shop_id)
        .order_by(ApiKey.revoked_at.desc().nulls_first(), ApiKey.id.desc())
    ).all()
