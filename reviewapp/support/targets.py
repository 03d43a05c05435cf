"""What a shop promises to those who ask for help, and when a person must take a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core.errors import Invalid
from reviewapp.models.account import Shop
from reviewapp.models.case import ROUTES
from reviewapp.models.shop_settings import ShopSettings
from reviewapp.outbox.messages import emit

TARGETS: Mapping[str, tuple[int, int]] = {
    "first_response_hours": (1, 72),
    "next_update_hours": (1, 72),
    "resolution_hours": (1, 400),
}
"""Working hours for every route: (least, most)."""
LIMITS: Mapping[str, tuple[int, int]] = {
    "refund_limit": (0, 100_000),
    "high_value": (0, 1_000_000),
    "repeat_cases": (2, 20),
    "repair_follow_up_days": (0, 90),
    "repeat_purchase_days": (0, 365),
}
SWITCHES = ("case_feedback", "recommendation")


def as_typed(settings: ShopSettings) -> dict[str, str]:
    """Every field of the page as a text."""
    typed = {
        f"{name}_{route}": str(getattr(settings, name).get(route, ""))
        for name in TARGETS
        for route in ROUTES
    }
    typed |= {name: str(getattr(settings, name)) for name in LIMITS}
    return typed | {name: "1" if getattr(settings, name) else "" for name in SWITCHES}


def save_targets(session: Session, shop: Shop, typed: Mapping[str, str], *, by: str) -> list[str]:
    """Keep what was typed; the names of what changed. Invalid names every field that is wrong."""
    wrong: dict[str, list[str]] = {}

    def whole(field: str, bounds: tuple[int, int]) -> int:
        text = typed.get(field, "").strip()
        if text.isascii() and text.isdigit() and bounds[0] <= int(text[:9]) <= bounds[1]:
            return int(text)
        wrong[field] = [f"A whole number from {bounds[0]} to {bounds[1]}."]
        return bounds[0]

    values: dict[str, Any] = {
        name: {route: whole(f"{name}_{route}", bounds) for route in ROUTES}
        for name, bounds in TARGETS.items()
    }
    values |= {name: whole(name, bounds) for name, bounds in LIMITS.items()}
    values |= {name: typed.get(name) == "1" for name in SWITCHES}
    if wrong:
        raise Invalid(fields=wrong)
    before, after = shop.settings, replace(shop.settings, **values)
    changed = [name for name in values if getattr(before, name) != getattr(after, name)]
    if changed:
        shop.settings_json = after.to_json()
        told = {
            name: {"was": getattr(before, name), "is": getattr(after, name)} for name in changed
        }
        record(session, shop_id=shop.id, actor=by, action="shop.changed",
               subject=f"shop:{shop.id}", changed=changed, values=told)  # fmt: skip
        emit(session, "shop.changed", shop_id=shop.id, changed=changed)
    return changed
