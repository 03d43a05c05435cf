"""What every letter says about the shop it comes from."""

from __future__ import annotations

from typing import Any

from reviewapp.models.account import Shop


def shop_facts(shop: Shop, to_name: str | None) -> dict[str, Any]:
    """The facts common to all letters (`letter_facts.SHOP`), as JSON-ready values."""
    return {
        "shop_name": shop.name,
        "shop_address": shop.postal_address or None,
        "shop_url": shop.url,
        "shop_color": shop.color,
        "time_zone": shop.time_zone,
        "to_name": to_name,
    }
