"""Changing a shop: its facts and choices, within the rules, every change in the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from reviewapp.accounts.question_text import labels
from reviewapp.accounts.rules import BOUNDS, problems
from reviewapp.accounts.shop_form import Read
from reviewapp.audit.service import record
from reviewapp.core.errors import Invalid
from reviewapp.core.i18n import LANGUAGES
from reviewapp.core.json import canonical_sha256
from reviewapp.models.account import Shop
from reviewapp.models.shop_settings import ShopSettings
from reviewapp.outbox.letter_rules import objections
from reviewapp.outbox.messages import emit

MOST_NAME, MOST_ADDRESS, MOST_URL = 100, 500, 300
LOGGED_AS_THEY_ARE = (*BOUNDS, "experience_page", "reminder_days", "reply_approval")
"""Of other choices the log keeps that they changed, and a hash: they may hold people's words."""


def change_shop(session: Session, shop: Shop, read: Read, *, by: str) -> list[str]:
    """Keep what was read; the names of what changed. Invalid names every field that is wrong."""
    wrong = _facts_wrong(read.facts) | _wording_wrong(read.settings)
    wrong |= problems(read.settings) | read.problems
    if wrong:
        raise Invalid(fields={name: [text] for name, text in wrong.items()})
    before = shop.settings
    changed = _changed_facts(shop, read.facts)
    for name in changed:
        setattr(shop, name, read.facts[name] or None if name in _OPTIONAL else read.facts[name])
    choices = [
        f.name for f in fields(before) if getattr(before, f.name) != getattr(read.settings, f.name)
    ]
    if choices:
        shop.settings_json = read.settings.to_json()
    if changed or choices:
        _log(session, shop, before, changed + choices, by)
        emit(session, "shop.changed", shop_id=shop.id, changed=changed + choices)
    return changed + choices


_OPTIONAL = ("url", "country")


def _log(session: Session, shop: Shop, before: ShopSettings, changed: list[str], by: str) -> None:
    now = shop.settings
    record(
        session,
        shop_id=shop.id,
        actor=by,
        action="shop.changed",
        subject=f"shop:{shop.id}",
        changed=changed,
        values={
            name: {"was": getattr(before, name), "is": getattr(now, name)}
            for name in changed
            if name in LOGGED_AS_THEY_ARE
        },
        settings_sha256=canonical_sha256(now.to_json()),
    )


def _changed_facts(shop: Shop, facts: Mapping[str, str]) -> list[str]:
    return [name for name, value in facts.items() if (getattr(shop, name) or "") != value]


def _facts_wrong(facts: Mapping[str, str]) -> dict[str, str]:
    checks: dict[str, tuple[bool, str]] = {
        "name": (0 < len(facts["name"]) <= MOST_NAME, "The name customers know you by."),
        "email": (_address(facts["email"]), "Write a full address, such as team@example.com."),
        "url": (not facts["url"] or _web(facts["url"]), "Begin with https:// or http://."),
        "locale": (facts["locale"] in LANGUAGES, "One of the languages in the list."),
        "time_zone": (facts["time_zone"] in available_timezones(), "Such as Europe/Berlin."),
        "country": (_country(facts["country"]), "Two capital letters, such as DE, or nothing."),
        "postal_address": (
            0 < len(facts["postal_address"]) <= MOST_ADDRESS,
            "Every mail must name a postal address; without one no request goes out.",
        ),
        "color": (_color(facts["color"]), "A colour as # and six digits, such as #3b5bdb."),
    }
    return {name: text for name, (right, text) in checks.items() if not right}


def _wording_wrong(settings: ShopSettings) -> dict[str, str]:
    """G6, G8, G20: no text that customers read may gate, press or pay for stars."""
    texts: dict[str, Any] = {
        "incentive": settings.incentive,
        "incentive_disclosure": settings.incentive_disclosure,
        "questions": "\n".join(labels(settings.questions_by_product_type)),
    }
    return {
        name: f"“{found[0].passage}” may not be said to a customer ({found[0].rule})."
        for name, text in texts.items()
        if (found := objections(text or ""))
    }


def _address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(
        at and local and "." in domain and len(text) <= 254 and not any(c.isspace() for c in text)
    )


def _web(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = len(text) <= MOST_URL and not any(c.isspace() for c in text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain


def _country(text: str) -> bool:
    return not text or (len(text) == 2 and text.isascii() and text.isalpha() and text.isupper())


def _color(text: str) -> bool:
    return len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdef" for c in text[1:])
