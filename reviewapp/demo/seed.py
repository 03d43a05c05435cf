"""The demo shop, made once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from reviewapp.accounts import service as accounts
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop


@dataclass(frozen=True)
class DemoShop:
    """The shop and the secrets that are shown."""

    shop_id: UUID
    api_key: str
    widget_key: str


def seed(kit: Kit) -> DemoShop:
    """Make the shop on the first start; later starts find it and keep its key."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = session.scalars(select(Shop).limit(1)).first()
        if shop is None:
            made = accounts.create_shop(
                session, name="Marlow & Finch", email="hello@marlow.example",
                time_zone="Europe/Berlin", country="DE",
            )  # fmt: skip
            return DemoShop(made.shop.id, made.api_key, made.shop.widget_key)
        kept = _kept_key(kit)
        if kept is None:
            kept = accounts.create_api_key(
                session, shop, name="Demo", role="owner", by="system"
            )
        return DemoShop(shop.id, kept, shop.widget_key)


def _kept_key(kit: Kit) -> str | None:
    try:
        told: dict[str, str] = json.loads((kit.settings.data_dir / "demo.json").read_text())
    except (OSError, ValueError):
        return None
    return told.get("api_key")
