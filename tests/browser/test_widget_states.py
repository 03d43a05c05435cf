"""Each tag in each of its states: axe finds nothing, nothing moves late or overflows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.barriers import barriers
from tests.browser.shelf import Shelf, layout_shifts, open_shelf
from tests.browser.shelf_documents import shop_documents
from tests.browser.widget_states import (
    CAROUSEL,
    GALLERY,
    LIST,
    SHOP_CSS,
    STARS,
    STATES,
    SUMMARY,
    State,
)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A review host and a shop without an application."""
    with open_shelf() as opened:
        yield opened


def overflowing(page: Page) -> list[str]:
    """What is wider than the window, and text that is cut off inside its box."""
    found: list[str] = page.evaluate(
        """() => {
          const wide = [];
          const walk = (root) => root.querySelectorAll("*").forEach(each => {
            if (each.shadowRoot) walk(each.shadowRoot);
            const style = getComputedStyle(each);
            const cut = each.scrollWidth > each.clientWidth + 1 && style.overflowX === "hidden";
            if (cut && each.localName !== "span") wide.push(each.outerHTML.slice(0, 120));
          });
          walk(document);
          const page = document.documentElement;
          return page.scrollWidth > page.clientWidth ? ["the page", ...wide] : wide;
        }"""
    )
    return found


LOOKS: list[dict[str, Any]] = [
    {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
    {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
]


@pytest.mark.parametrize("tag", list(STATES))
def test_every_state_is_accessible_keeps_still_and_fits(
    browser: Browser, shelf: Shelf, tag: str
) -> None:
    for number, look in enumerate(LOOKS):
        context = browser.new_context(**look)
        page = context.new_page()
        # Narrow and dark for all states; wide and light for the one that shows most.
        for name, state in list(STATES[tag].items())[: None if number == 0 else 1]:
            state.open(shelf, page)
            assert barriers(page) == [], name
            assert overflowing(page) == [], name
            assert layout_shifts(page) == [], name
        context.close()


def test_zoom_of_200_and_400_percent_loses_nothing(browser: Browser, shelf: Shelf) -> None:
    tags = STARS + SUMMARY + CAROUSEL + GALLERY + LIST
    for width, size in ((320, "100%"), (640, "200%")):
        context = browser.new_context(viewport={"width": width, "height": 256})
        page = context.new_page()
        State(tags, "[part=slide]").open(shelf, page, css=f"{SHOP_CSS}html{{font-size:{size}}}")
        page.locator("review-list").scroll_into_view_if_needed()
        expect(page.locator("[part=review] >> nth=6")).to_be_attached()
        assert overflowing(page) == [], size
        page.get_by_role("button", name="Report").first.click()
        expect(page.get_by_role("button", name="Send report")).to_be_enabled()
        page.get_by_role("button", name="Send report").scroll_into_view_if_needed()
        expect(page.get_by_role("button", name="Send report")).to_be_in_viewport()
        page.keyboard.press("Escape")
        page.locator("review-gallery [part=photo]").first.click()
        expect(page.get_by_role("button", name="Close")).to_be_in_viewport()
        context.close()


def test_nothing_moves_when_data_comes_late(page: Page, shelf: Shelf) -> None:
    waiting: list[Route] = []
    page.route("**/*.json", lambda route: waiting.append(route))
    tags = f"<div>{STARS}</div>{LIST}<footer>Imprint</footer>"
    page.goto(shelf.show(tags, css=SHOP_CSS))
    expect(page.get_by_text("See what customers say.")).to_be_visible()
    page.wait_for_function("() => performance.now() > 700")
    shelf.documents = shop_documents()
    let_go(waiting, lambda: page.locator("[part=review]").count(), page)
    expect(page.locator("[part=stars]")).to_be_visible()
    page.get_by_role("button", name="Show more reviews").click()
    let_go(waiting, lambda: page.locator("[part=review]").count() > 20, page)
    assert layout_shifts(page) == []


def let_go(waiting: list[Route], enough: Callable[[], object], page: Page) -> None:
    """Let what was asked for through until it is enough."""
    while not enough():
        while waiting:
            waiting.pop().continue_()
        page.evaluate("() => new Promise(requestAnimationFrame)")


def test_forced_colours_and_reduced_motion_are_followed(browser: Browser, shelf: Shelf) -> None:
    context = browser.new_context(forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    State(STARS + SUMMARY + GALLERY, "[part=bars]").open(shelf, page)
    empty, filled = page.locator("review-stars path").evaluate_all(
        "all => all.map(each => getComputedStyle(each).fill)"
    )
    assert empty == "none" != filled
    bar = page.locator("[part=bar-fill]").first
    assert bar.evaluate("e => getComputedStyle(e).backgroundColor") != "rgba(0, 0, 0, 0)"
    page.locator("review-gallery [part=photo]").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("button", name="Play one after another")).to_be_hidden()
    assert page.locator("video").evaluate("film => film.paused && !film.autoplay")
    context.close()
