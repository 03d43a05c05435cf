"""The settings page's form: a shop's choices as typed texts, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reviewapp.accounts.question_text import QuestionsUnclear, as_text, from_text
from reviewapp.accounts.rules import BOUNDS
from reviewapp.models.account import Shop
from reviewapp.models.shop_settings import ShopSettings

FACTS = ("name", "email", "url", "locale", "time_zone", "country", "postal_address", "color")
LISTS = ("blocked_words", "competitor_names", "staff_domains")
WINDOWS = ("usage_days_by_product_type", "usage_days_by_tag")
_DAYS = re.compile(r"(.+?)\s*[:=]\s*(\d{1,4})")
_WHOLE = re.compile(r"[+-]?\d{1,6}", re.ASCII)

Typed = Mapping[str, str]


@dataclass
class Read:
    """What was read from a form, and what could not be read, by field."""

    facts: dict[str, str]
    settings: ShopSettings
    problems: dict[str, str] = field(default_factory=dict)


def as_typed(shop: Shop) -> dict[str, str]:
    """Every field of the form as a text, for a shop as it is."""
    settings = shop.settings
    typed = {name: str(getattr(shop, name) or "") for name in FACTS}
    typed |= {name: str(getattr(settings, name)) for name in BOUNDS}
    for name in WINDOWS:
        typed[name] = "\n".join(f"{key}: {days}" for key, days in getattr(settings, name).items())
    for name in LISTS:
        typed[name] = "\n".join(getattr(settings, name))
    reminders = [str(day) for day in settings.reminder_days]
    typed["reminder_1"], typed["reminder_2"] = (*reminders, "", "")[:2]
    typed["experience_page"] = settings.experience_page
    typed["reply_approval"] = "1" if settings.reply_approval else ""
    typed["incentive"] = settings.incentive or ""
    typed["incentive_disclosure"] = settings.incentive_disclosure or ""
    typed["questions"] = as_text(settings.questions_by_product_type)
    return typed


def from_typed(typed: Typed, now: ShopSettings) -> Read:
    """The choices behind a filled-in form; fields nobody knows are not looked at (G31).

    Only reads; whether the values may be kept is for `rules.problems` to say.
    """
    problems: dict[str, str] = {}
    values: dict[str, Any] = {
        name: _whole(typed, name, problems, getattr(now, name)) for name in BOUNDS
    }
    for name in WINDOWS:
        values[name] = _windows(typed, name, problems)
    for name in LISTS:
        values[name] = tuple(dict.fromkeys(_lines(typed.get(name, ""))))
    values["staff_domains"] = tuple(
        domain.lower().removeprefix("@") for domain in values["staff_domains"]
    )
    reminders = [
        _whole(typed, name, problems, 0) for name in _given(typed, "reminder_1", "reminder_2")
    ]
    values["reminder_days"] = tuple(reminders)
    values["experience_page"] = typed.get("experience_page", now.experience_page)
    values["reply_approval"] = typed.get("reply_approval") == "1"
    values["incentive"] = typed.get("incentive", "").strip() or None
    values["incentive_disclosure"] = typed.get("incentive_disclosure", "").strip() or None
    values["questions_by_product_type"] = _questions(typed, now, problems)
    facts = {name: typed.get(name, "").strip() for name in FACTS}
    return Read(facts, replace(now, **values), problems)


def _whole(typed: Typed, name: str, problems: dict[str, str], otherwise: int) -> int:
    text = typed.get(name, "").strip()
    if _WHOLE.fullmatch(text):
        return int(text)
    problems[name] = "Write a whole number."
    return otherwise


def _given(typed: Typed, *names: str) -> list[str]:
    return [name for name in names if typed.get(name, "").strip()]


def _lines(text: str) -> list[str]:
    return [kept for line in text.splitlines() if (kept := " ".join(line.split()))]


def _windows(typed: Typed, name: str, problems: dict[str, str]) -> dict[str, int]:
    days: dict[str, int] = {}
    for line in _lines(typed.get(name, "")):
        if read := _DAYS.fullmatch(line):
            days[read[1].strip()] = int(read[2])
        else:
            problems[name] = f"Write each line as a name and days, such as “mattress: 30”: {line}"
    return days


def _questions(
    typed: Typed, now: ShopSettings, problems: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    try:
        return from_text(typed.get("questions", ""), now.questions_by_product_type)
    except QuestionsUnclear as error:
        problems["questions"] = str(error)
        return now.questions_by_product_type
