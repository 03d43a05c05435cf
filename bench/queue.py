"""A hundred reviews worked off in the queue, in Chromium, by keyboard alone.

python -m bench.queue [--reviews N]   (goal: 200 ms to the next item; CHROME_BIN or on PATH)

From the press of a key to the next page loaded, its scripts run and its frame drawn; the clock is
the browser's. The application runs as the product runs it. What is typed is not counted.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from datetime import timedelta
from itertools import cycle, islice

from playwright.sync_api import Page, sync_playwright

from bench.lists import spread
from bench.publish import installation, show
from bench.reads import application
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.review import ReviewVersion
from reviewapp.web.auth import SESSION_COOKIE
from tests import factories
from tests.served import QUIET
from tests.served import chromium as find_chromium

GOAL_MS = 200
WAITING = 1_000
BODY = "The glaze is even and keeps the tea warm. Mail ada@quist.example about pot {number}."
STEPS = ("publish", "refuse", "publish", "next", "publish", "redact", "publish", "undo", "ask",
         "publish")  # fmt: skip
"""What a moderator does, again and again; "undo" takes back the publication just before it."""
CLOCK = """
const now = () => performance.timeOrigin + performance.now();
addEventListener("keydown", () => sessionStorage.setItem("pressed", now()), true);
window.took = new Promise(tell => addEventListener("load", () => requestAnimationFrame(() =>
  setTimeout(() => tell(now() - sessionStorage.getItem("pressed"))))));
"""

Took = defaultdict[str, list[float]]


def main() -> None:
    """Print one JSON line per kind of step."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--reviews", type=int, default=100)
    reviews = asked.parse_args().reviews
    chromium = find_chromium()
    if chromium is None:
        sys.exit("bench.queue needs Chromium: set CHROME_BIN")
    with installation() as kit, sync_playwright() as playwright:
        token = fill(kit, max(WAITING, 2 * reviews))
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        with application(kit) as live:
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": live}])
            context.add_init_script(CLOCK)
            took = work_off(context.new_page(), live, reviews)
        browser.close()
    tell(took)


def fill(kit: Kit, count: int) -> str:
    """So many waiting reviews of one product, the oldest an hour old; a moderator's session."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session)
        item = factories.product(session, shop)
        begun = clock.now() - timedelta(hours=1)
        for number in range(count):
            review = factories.review(
                session, shop, item, body=BODY.format(number=number),
                submitted_at=begun + timedelta(seconds=number),
            )  # fmt: skip
            factories.add(
                session,
                ReviewVersion(
                    shop_id=shop.id, review_id=review.id, version=1, rating=review.rating,
                    title=review.title, body=review.body, display_name=review.display_name,
                    sha256="0" * 64,
                ),
            )  # fmt: skip
        token, _ = factories.signed_in_member(session, kit, shop, "moderator")
    return token


def work_off(page: Page, live: str, reviews: int) -> Took:
    """Milliseconds by kind of step."""
    took: Took = defaultdict(list)
    page.goto(f"{live}/admin/queue")
    pressed(page, "n")
    for step in islice(cycle(STEPS), reviews):
        if step in ("refuse", "redact", "ask"):
            took[f"{step}, to the form"].append(pressed(page, FORM_KEYS[step]))
            fill_form(page, step)
            took[f"{step}, sent"].append(pressed(page, "Control+Enter"))
        else:
            took[step].append(pressed(page, {"publish": "p", "next": "n", "undo": "u"}[step]))
    return took


FORM_KEYS = {"refuse": "r", "redact": "d", "ask": "f"}


def fill_form(page: Page, step: str) -> None:
    """Type what the decision needs, going from field to field by Tab."""
    if step == "redact":
        tab_to(page, "passage")
        page.keyboard.type("ada@quist.example")
    if step != "ask":
        tab_to(page, "reason")
        page.keyboard.press("Space")
    tab_to(page, "note")
    page.keyboard.type("Somebody's address stands in it.")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field of this name has the focus."""
    for _ in range(40):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    sys.exit(f"no field {name} within 40 presses of Tab: {page.url}")


def pressed(page: Page, key: str) -> float:
    """Press the key; milliseconds until the page that follows is ready for the next one."""
    before = page.url
    with page.expect_event("load", timeout=15_000):
        page.keyboard.press(key)
    took = float(page.evaluate("window.took"))
    if not page.locator("[data-in-hand]").count():
        sys.exit(f"{key} on {before} led to {page.url}, where nothing is in hand")
    return took


def tell(took: Took) -> None:
    """A line per kind of step and one over all of them."""
    for step, figures in sorted(took.items()):
        show(step, **spread(figures), goal_ms=GOAL_MS)
    show("all steps", **spread([one for some in took.values() for one in some]), goal_ms=GOAL_MS)


if __name__ == "__main__":
    main()
