"""A tag in a frame, for builders that take no scripts; and what a shop's server included itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.widgets.rebuilding import rebuild
from reviewapp.widgets.snippets import RESIZE
from tests.browser.shelf import layout_shifts
from tests.browser.storefront import Storefront, fill, open_storefront
from tests.widgets.stories import shop_with_product


@pytest.fixture
def shop(kit: Kit) -> Shop:
    """A shop whose mug has 22 reviews: a page of them and two more."""
    made, product = shop_with_product(kit)
    fill(kit, made, product, 22)
    rebuild(kit)
    return made


@pytest.fixture
def storefront(live: str, shop: Shop) -> Iterator[Storefront]:
    """Serves that shop's page; call it with the page's body."""
    with open_storefront(live, shop) as serve:
        yield serve


TAKEN_OVER = "document.querySelector('review-list').shadowRoot !== null"


def frame(live: str, shop: Shop, tag: str, attributes: str = "") -> str:
    address = f"{live}/widget/v1/frame.html?shop={shop.widget_key}&amp;tag=review-{tag}"
    return (
        f'<iframe class="reviews" src="{address}&amp;product=MUG&amp;lang=de" title="Reviews" '
        f'width="100%" height="300" {attributes}></iframe>'
    )


def test_a_frame_shows_a_tag_in_a_sandbox_and_scrolls_by_itself(
    page: Page, storefront: Storefront, live: str, shop: Shop
) -> None:
    body = frame(live, shop, "list", 'sandbox="allow-scripts allow-popups"')
    page.goto(storefront(f"<main><h1>Mug</h1>{body}</main>"))
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("article")).to_have_count(20)
    expect(inside.get_by_role("region", name="Kundenbewertungen")).to_be_visible()
    expect(page.locator("iframe")).to_have_attribute("height", "300")
    inside.get_by_role("article").nth(19).scroll_into_view_if_needed()
    expect(inside.get_by_role("article").nth(19)).to_be_in_viewport()
    link = inside.get_by_role("link", name="Alle Bewertungen")
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value).to_have_url(re.compile("/products/MUG/index.html$"))
    assert page.context.cookies() == []


def test_a_frame_grows_where_the_page_listens(
    page: Page, storefront: Storefront, live: str, shop: Shop
) -> None:
    body = f"<main><h1>Mug</h1>{frame(live, shop, 'form')}</main>{RESIZE}"
    page.goto(storefront(body))
    inside = page.frame_locator("iframe")
    expect(inside.get_by_label("Ihre Bewertung")).to_be_visible()
    page.wait_for_function("Number(document.querySelector('iframe').height) > 700")
    fits = "document.documentElement.scrollHeight <= innerHeight + 1"
    page.frames[1].wait_for_function(fits)


def test_a_frame_for_nothing_or_a_strange_tag_stays_empty(page: Page, live: str) -> None:
    for query in ("", "?tag=script&shop=wk_x", "?tag=review-list", "?shop=wk_x&tag=img src=x"):
        page.goto(f"{live}/widget/v1/frame.html{query}")
        assert page.evaluate("document.body.childElementCount") == 0


def included(kit: Kit, shop: Shop) -> str:
    head = kit.published.read(f"p/v1/{shop.widget_key}/products/MUG/head.html").decode()
    return f'<review-list product="MUG">{head}</review-list>'


@pytest.mark.parametrize("above", [50, 0], ids=["below the view", "in the view"])
def test_what_the_server_included_is_taken_over_without_a_flash(
    page: Page, storefront: Storefront, live: str, shop: Shop, kit: Kit, above: int
) -> None:
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url.rpartition("/")[2]))
    body = f"<main><h1>Mug</h1>{'<br>' * above}{included(kit, shop)}<footer>Us</footer></main>"
    with page.expect_response("**/take-over-*.js"):
        page.goto(storefront(body, csp=True))
    said = page.locator("review-list").text_content() or ""
    expect(page.get_by_role("button", name="Show more reviews")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(20)
    assert layout_shifts(page) == []
    assert asked.count("head.json") == 1
    told = page.locator("section[part=list]").text_content() or ""
    for number in range(2, 22):
        assert f"No. {number}" in said
        assert f"No. {number}" in told
    assert "22 reviews" in said
    assert "22 reviews" in told


def test_a_short_list_waits_for_a_press_so_that_nothing_below_it_moves(
    page: Page, storefront: Storefront, live: str, shop: Shop, kit: Kit
) -> None:
    body = f"<main><h1>Mug</h1>{included(kit, shop)}<footer>Us</footer></main>"
    page.set_viewport_size({"width": 1280, "height": 8000})
    with page.expect_response("**/take-over-*.js"):
        page.goto(storefront(body))
    page.wait_for_load_state("networkidle")
    assert not page.evaluate(TAKEN_OVER)
    expect(page.get_by_text("No. 21")).to_be_visible()
    assert layout_shifts(page) == []
    while not page.evaluate(TAKEN_OVER):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show more reviews")).to_be_visible()
