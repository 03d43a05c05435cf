"""When problems are one problem: clusters and repeated themes (playbook 4, 5, 9). Pure."""

from __future__ import annotations

from datetime import timedelta

WINDOW = timedelta(days=7)
LEAST = 3
"""So many on one product, batch, theme or route within WINDOW (playbook 4)."""
BASELINE_WEEKS = 4
OVER_BASELINE = 2.0
"""A cluster is at least twice what the weeks before brought, so that a large shop is not told
every day what is always so."""
THEME_WINDOW = timedelta(days=30)
THEME_LEAST = 3
"""A theme seen three times is one problem, not three customers (playbook 9)."""

PLACE_OF_THEME = {
    "shipping": "policy",
    "refund": "policy",
    "exchange": "policy",
    "payment": "policy",
    "sizing": "page",
    "mismatch": "page",
    "usage": "page",
    "price": "page",
    "damage": "supplier",
    "wrong_item": "supplier",
    "quality": "supplier",
    "support": "script",
    "risk": "script",
}
"""Where a theme's lesson usually belongs (playbook 4, "write back to")."""


def is_cluster(now: int, before: int) -> bool:
    """Whether `now` problems within WINDOW stand out; `before`: of the BASELINE_WEEKS before."""
    return now >= LEAST and now >= OVER_BASELINE * before / BASELINE_WEEKS


def place_for(theme: str, *, questions: int, all_mentions: int) -> str:
    """Where the improvement belongs: the FAQ when mostly questions brought it up."""
    return "faq" if questions * 2 > all_mentions else PLACE_OF_THEME.get(theme, "other")
