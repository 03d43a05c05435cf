"""The queue in a browser: the words that wait, what is in view, what was decided."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy import select

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review import ModerationDecision

FIRST, SECOND, THIRD = (
    "The first glaze is even.", "The second rim is chipped.", "The third is for Ada.",
)  # fmt: skip


def decisions(kit: Kit, shop: Shop) -> list[tuple[str, str | None]]:
    """What was done and for which reason, in order."""
    with kit.database.transaction(shop.id) as session:
        rows = session.scalars(select(ModerationDecision).order_by(ModerationDecision.decided_at))
        return [(row.action, row.reason) for row in rows]


def reads(page: Page, words: str) -> None:
    """Wait until a moderator can read these words: they are drawn, not only sent."""
    expect(page.locator("[data-in-view] [data-passage-of=body]")).to_have_text(words)
