"""From one page to the next: whoever goes on afterwards stands on the new one, and it is whole."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def follow(way: Locator) -> None:
    """Click what leads to another page and wait until that one has loaded.

    A click alone returns while the old page is still there: what is done next may be done to it.
    """
    with way.page.expect_navigation():
        way.click()


def follow_key(page: Page, key: str) -> None:
    """Press what leads to another page and wait until that one has loaded."""
    with page.expect_navigation():
        page.keyboard.press(key)
