"""The tags where it is hard: strict, slow or cut-off pages, hostile styles and text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.widgets.rebuilding import rebuild
from tests import factories
from tests.browser.shelf import layout_shifts
from tests.browser.storefront import (
    LIST,
    PRODUCT_PAGE,
    STARS,
    Storefront,
    open_storefront,
    shop_with_45_reviews,
)
from tests.widgets.stories import publish


@pytest.fixture
def shop(kit: Kit) -> Shop:
    """A shop whose mug has 45 reviews."""
    return shop_with_45_reviews(kit)


@pytest.fixture
def storefront(live: str, shop: Shop) -> Iterator[Storefront]:
    """Serves that shop's page; call it with the page's body."""
    with open_storefront(live, shop) as serve:
        yield serve


def test_nothing_moves_while_they_load(page: Page, storefront: Storefront) -> None:
    tall = f'<main><h1>Mug</h1>{STARS}<p class="tall">A mug.</p>{LIST}<footer>Us</footer></main>'
    url = storefront(tall, css=".tall{height:700px}")

    def late(route: Route) -> None:
        page.wait_for_timeout(250)
        route.continue_()

    page.route("**/widget/v1/**", late)
    page.goto(url)
    expect(page.get_by_role("img", name="3.0 out of 5 stars, 45 reviews").first).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(20)
    assert layout_shifts(page) == []


def test_one_code_and_one_data_request_before_the_first_stars(
    page: Page, storefront: Storefront, live: str
) -> None:
    asked: list[str] = []
    page.on(
        "request",
        lambda r: asked.append(r.url.removeprefix(live)) if r.url.startswith(live) else None,
    )
    page.goto(storefront(f"<main>{STARS}{STARS}</main>"))
    expect(page.get_by_role("img", name="3.0 out of 5 stars, 45 reviews")).to_have_count(2)
    assert [url.rpartition("/")[2] for url in asked] == ["embed.js", "0.json"]


def test_a_strict_policy_and_a_hostile_style_sheet_do_no_harm(
    page: Page, storefront: Storefront
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(storefront(PRODUCT_PAGE, csp=True))
    expect(page.get_by_role("article")).to_have_count(20)
    assert [text for text in complaints if "page.css" not in text] == []
    page.goto(storefront(PRODUCT_PAGE, css="body * {all: unset}"))
    expect(page.get_by_role("article")).to_have_count(20)
    box = page.locator("[part=star-row]").first.bounding_box()
    assert box is not None
    assert box["width"] == 5 * box["height"] > 50


def test_a_host_that_is_down_leaves_the_page_as_it_was(page: Page, storefront: Storefront) -> None:
    page.route("**/p/v1/**", lambda route: route.abort())
    page.goto(storefront(PRODUCT_PAGE))
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("See what customers say.")).to_be_visible()
    assert page.locator("review-stars").evaluate("e => e.shadowRoot") is None


def test_a_host_that_fails_leaves_the_page_as_it_was(page: Page, storefront: Storefront) -> None:
    page.route("**/p/v1/**", lambda route: route.fulfill(status=503, body="no"))
    page.goto(storefront(PRODUCT_PAGE))
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("See what customers say.")).to_be_visible()


def test_filters_that_cannot_be_had_say_so_and_keep_the_list(
    page: Page, storefront: Storefront
) -> None:
    page.route("**/w/v1/**", lambda route: route.abort())
    page.goto(storefront(PRODUCT_PAGE))
    page.get_by_role("button", name="5 stars").click()
    expect(page.get_by_role("status")).to_contain_text("cannot be loaded right now")
    expect(page.get_by_role("article")).to_have_count(20)


@pytest.mark.shared
def test_hostile_text_is_shown_as_text(
    page: Page, storefront: Storefront, kit: Kit, shop: Shop, shared_data: Path
) -> None:
    lines: list[str] = []
    for file in sorted((shared_data / "hostile_text" / "xss").iterdir()):
        text = file.read_text(errors="replace").replace("\0", "")
        lines += [line for line in text.splitlines() if line.strip()]
    with kit.database.transaction(EVERY_SHOP) as session:
        product = factories.product(session, shop, "HOSTILE", title=lines[0])
    for start in range(0, len(lines), 150):
        part = lines[start : start + 150]
        name = part[0][:200]
        publish(kit, shop, product, title=part[-1][:300], body="\n".join(part), display_name=name)
    rebuild(kit)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(storefront('<review-list product="HOSTILE"></review-list>'))
    expect(page.get_by_role("article").first).to_be_visible()
    shown = page.locator("[part=body]").all_text_contents()
    assert shown[-1] == "\n".join(lines[:150])
    assert dialogs == []
