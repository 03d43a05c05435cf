"""What a shop may choose: bounds within which no setting can relax a rule (G2, G14, G20, G31)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reviewapp.models.shop_settings import EXPERIENCE_PAGES, ShopSettings

BOUNDS: Mapping[str, tuple[int, int]] = {
    "usage_days": (0, 365),
    "send_from_hour": (7, 20),
    "send_until_hour": (8, 21),
    "merge_days": (0, 14),
    "partial_wait_days": (0, 30),
    "max_messages": (1, 10),
    "max_messages_days": (7, 365),
    "same_product_days": (30, 730),
    "delay_days": (0, 14),
    "max_age_days": (14, 365),
    "link_days": (30, 365),
    "transit_days": (0, 60),
    "auto_publish_days": (1, 14),
}
"""Whole number → (least, most). 14 is the law of G2 and G14; daytime that of playbook 2."""
MOST_REMINDERS = 2
LAST_REMINDER_DAY = 30
MOST_ENTRIES = 200
"""Entries of any one list: types, tags, words, domains."""
MOST_CHARACTERS = 100
MOST_DISCLOSURE = 300
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)

Problem = tuple[str, str]
"""(setting, what is wrong and what would be right)."""


def problems(settings: ShopSettings) -> dict[str, str]:
    """What is wrong with a shop's choices by setting; empty when they may be stored."""
    found: dict[str, str] = {}
    for name, text in (
        *_numbers(settings),
        *_windows(settings),
        *_asking(settings),
        *_incentive(settings),
        *_deciding(settings),
    ):
        found.setdefault(name, text)
    return found


def _numbers(settings: ShopSettings) -> Iterator[Problem]:
    for name, (least, most) in BOUNDS.items():
        if not _within(getattr(settings, name), least, most):
            yield name, f"A whole number from {least} to {most}."


def _windows(settings: ShopSettings) -> Iterator[Problem]:
    least, most = BOUNDS["usage_days"]
    for name in ("usage_days_by_product_type", "usage_days_by_tag"):
        days = getattr(settings, name)
        if len(days) > MOST_ENTRIES:
            yield name, f"At most {MOST_ENTRIES} entries."
        for key, value in days.items():
            if not 0 < len(key) <= MOST_CHARACTERS or not _within(value, least, most):
                yield name, f"Each line is a name and days from {least} to {most}: {key}."


def _asking(settings: ShopSettings) -> Iterator[Problem]:
    if settings.send_from_hour >= settings.send_until_hour:
        yield "send_until_hour", "Later than the hour at which sending begins."
    reminders = settings.reminder_days
    if len(reminders) > MOST_REMINDERS:
        yield "reminder_days", f"At most {MOST_REMINDERS} reminders."
    rising = list(reminders) == sorted(set(reminders))
    if not rising or not all(_within(day, 1, LAST_REMINDER_DAY) for day in reminders):
        yield "reminder_days", f"Rising numbers of days from 1 to {LAST_REMINDER_DAY}."
    if settings.experience_page not in EXPERIENCE_PAGES:
        yield "experience_page", "One of the two pages there are."


def _incentive(settings: ShopSettings) -> Iterator[Problem]:
    """G20: what is offered is offered to all, before writing, and disclosed wherever shown."""
    for name in ("incentive", "incentive_disclosure"):
        if len(getattr(settings, name) or "") > MOST_DISCLOSURE:
            yield name, f"At most {MOST_DISCLOSURE} characters."
    if settings.incentive and not settings.incentive_disclosure:
        yield "incentive_disclosure", "An incentive needs the sentence that discloses it."


def _deciding(settings: ShopSettings) -> Iterator[Problem]:
    for name in ("blocked_words", "competitor_names", "staff_domains"):
        entries = getattr(settings, name)
        if len(entries) > MOST_ENTRIES or any(len(entry) > MOST_CHARACTERS for entry in entries):
            yield name, f"At most {MOST_ENTRIES} lines of {MOST_CHARACTERS} characters."
    for domain in settings.staff_domains:
        if not _DOMAIN.fullmatch(domain):
            yield "staff_domains", f"A domain is what stands behind the @: {domain}."


def _within(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
