"""What axe finds on a page that has arrived, by one set of rules for every page we make."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
AT_REST = """() => Promise.allSettled(document.getAnimations()
  .filter((each) => Number.isFinite(each.effect.getComputedTiming().endTime))
  .map((each) => each.finished))"""
"""Half faded in, a text has too little contrast."""


def barriers(page: Page) -> list[str]:
    """What stands in somebody's way: the rule, the element, the reason; waits for the page first.

    A click that leads here has to be waited for by its caller (`following.follow`): until the
    answer is there, the page that has arrived is still the one before.
    """
    page.wait_for_load_state()
    page.evaluate(AT_REST)
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']} {node['target']} {node['html'][:200]}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
