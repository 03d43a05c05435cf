"""Deciding on one photo or film, as pure rules: what may be done, and for which reasons (G13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

REASONS = (
    "personal_information",
    "abusive",
    "discriminatory",
    "confidential",
    "clearly_false",
    "not_genuine",
    "unrelated",
    "unlawful",
    "duplicate",
)
REDACT_REASONS = ("personal_information", "abusive")
"""Like words: parts are taken out for somebody's privacy or dignity only (G15)."""
CONTENTS = ("people", "children", "brands", "personal_data")
MANNERS = ("blur", "pixelate")
MOST_AREAS = 20
SMALLEST_AREA_PERCENT = 0.5
BY_AUTHOR = "author"
"""Why a file is hidden that its author took away; that is theirs to undo."""


def media_options(
    *, kind: str, state: str, hidden_reason: str | None, waiting: bool
) -> dict[str, tuple[str, ...]]:
    """Action → reasons (none for showing and checking); `waiting`: the review is not decided."""
    if state == "staged" or hidden_reason == BY_AUTHOR:
        return {}
    checked: dict[str, tuple[str, ...]] = {"check": ()}
    if state == "hidden":
        return checked | {"show": ()}
    options = checked | {"reject" if waiting else "hide": REASONS}
    if kind == "photo":
        options["redact"] = REDACT_REASONS
    return options


def area_of(typed: Mapping[str, str]) -> dict[str, Any] | None:
    """A rectangle in per cent of the picture; None when it is none or lies outside."""
    try:
        left, top, width, height = (
            round(float(typed.get(name, "").replace(",", ".")), 2)
            for name in ("left", "top", "width", "height")
        )
    except ValueError:
        return None
    how = typed.get("how", MANNERS[0])
    inside = 0 <= left < 100 and 0 <= top < 100 and left + width <= 100 and top + height <= 100
    large_enough = min(width, height) >= SMALLEST_AREA_PERCENT
    if not (inside and large_enough and how in MANNERS):
        return None
    return {"left": left, "top": top, "width": width, "height": height, "how": how}


def known_contents(told: Sequence[str]) -> list[str]:
    """Those of CONTENTS among `told`, in their order (P5)."""
    return [content for content in CONTENTS if content in told]
