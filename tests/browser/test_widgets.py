"""The tags in a real browser: what shoppers see and do, by any means and in any language."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.widgets.rebuilding import rebuild
from tests import factories
from tests.browser.barriers import barriers
from tests.browser.following import follow
from tests.browser.storefront import (
    PRODUCT_PAGE,
    Storefront,
    fill,
    open_storefront,
    shop_with_45_reviews,
)


@pytest.fixture
def shop(kit: Kit) -> Shop:
    """A shop whose mug has 45 reviews."""
    return shop_with_45_reviews(kit)


@pytest.fixture
def storefront(live: str, shop: Shop) -> Iterator[Storefront]:
    """Serves that shop's page; call it with the page's body."""
    with open_storefront(live, shop) as serve:
        yield serve


def test_stars_and_list_appear(page: Page, storefront: Storefront) -> None:
    page.goto(storefront(PRODUCT_PAGE))
    expect(page.get_by_role("img", name="3.0 out of 5 stars, 45 reviews").first).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(20)
    expect(page.get_by_role("article").first).to_contain_text("No. 44")
    expect(page.get_by_role("region", name="Customer reviews")).to_be_visible()


def test_show_more_walks_down_to_the_oldest(page: Page, storefront: Storefront) -> None:
    page.goto(storefront(PRODUCT_PAGE))
    more = page.get_by_role("button", name="Show more reviews")
    expect(page.get_by_role("article")).to_have_count(20)
    while more.is_visible():
        before = page.get_by_role("article").count()
        more.click()
        expect(page.get_by_role("article").nth(before)).to_be_focused()
    expect(page.get_by_role("article")).to_have_count(45)
    expect(page.get_by_role("status")).to_have_text("45 of 45 reviews shown")
    titles = page.locator("[part=title]").all_text_contents()
    assert titles == [f"No. {number}" for number in reversed(range(45))]


def test_the_shopper_filters_and_orders(page: Page, storefront: Storefront) -> None:
    page.goto(storefront(PRODUCT_PAGE))
    page.get_by_role("button", name="5 stars").click()
    expect(page.get_by_role("status")).to_have_text("9 reviews shown")
    page.get_by_role("button", name="1 star", exact=False).last.click()
    expect(page.get_by_role("status")).to_have_text("18 reviews shown")
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_label("Order").select_option("lowest")
    expect(page.get_by_role("article").first).to_contain_text("No. 40")
    expect(page.get_by_role("article").first.get_by_role("img").first).to_have_attribute(
        "aria-label", "1 out of 5 stars"
    )


@pytest.mark.parametrize(
    ("lang", "name", "region"),
    [
        ("de-AT", "3,0 von 5 Sternen, 45 Bewertungen", "Kundenbewertungen"),
        ("fr", "3,0 sur 5 étoiles, 45 avis", "Avis clients"),
        ("es_MX", "3.0 de 5 estrellas, 45 reseñas", "Opiniones de clientes"),
        ("pt-BR", "3,0 de 5 estrelas, 45 avaliações", "Avaliações de clientes"),
    ],
)
def test_the_page_decides_the_language(
    page: Page, storefront: Storefront, lang: str, name: str, region: str
) -> None:
    page.goto(storefront(PRODUCT_PAGE, lang=lang))
    expect(page.get_by_role("img", name=name).first).to_be_visible()
    expect(page.get_by_role("region", name=region)).to_be_visible()


def test_a_product_without_reviews_says_so_and_shows_no_stars(
    page: Page, storefront: Storefront
) -> None:
    page.goto(
        storefront(
            '<review-stars product="NEW">new</review-stars>'
            '<review-list product="NEW"></review-list>'
        )
    )
    expect(page.get_by_text("No reviews yet.")).to_be_visible()
    expect(page.get_by_text("new", exact=True)).to_be_visible()


def test_a_product_with_an_odd_id_is_found(
    page: Page, storefront: Storefront, kit: Kit, shop: Shop
) -> None:
    odd = "../größe/Ø 12? & more"
    with kit.database.transaction(EVERY_SHOP) as session:
        product = factories.product(session, shop, odd)
    fill(kit, shop, product, 2)
    rebuild(kit)
    named = f'product="{escape(odd)}"'
    tags = f"<review-stars {named}></review-stars><review-list {named}></review-list>"
    page.goto(storefront(tags))
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_label("Order").select_option("oldest")
    expect(page.get_by_role("article").first).to_contain_text("No. 0")


def test_a_changed_product_attribute_is_followed(page: Page, storefront: Storefront) -> None:
    page.goto(storefront('<review-stars product="NONE">none</review-stars>'))
    page.locator("review-stars").evaluate("e => e.setAttribute('product', 'MUG')")
    expect(page.get_by_role("img", name="3.0 out of 5 stars, 45 reviews")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows(
    browser: Browser, storefront: Storefront, width: int, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    css = ":root{color-scheme:light dark;font-family:sans-serif}"
    page.goto(storefront(PRODUCT_PAGE, css=css))
    expect(page.get_by_role("article")).to_have_count(20)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_everything_can_be_done_by_keyboard(page: Page, storefront: Storefront) -> None:
    page.goto(storefront(PRODUCT_PAGE))
    expect(page.get_by_role("article")).to_have_count(20)
    page.get_by_role("button", name="5 stars").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="5 stars")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("status")).to_have_text("9 reviews shown")


def test_right_to_left_pages_keep_their_shape(page: Page, storefront: Storefront) -> None:
    page.goto(storefront(PRODUCT_PAGE, lang="ar", direction="rtl"))
    expect(page.get_by_role("article")).to_have_count(20)
    summary = page.locator("[part=summary-text]").bounding_box()
    bars = page.locator("[part=bars]").bounding_box()
    assert summary is not None
    assert bars is not None
    assert summary["x"] > bars["x"]


def test_the_published_pages_stand_alone(page: Page, live: str, shop: Shop, app: Flask) -> None:
    folder = f"{live}/p/v1/{shop.widget_key}"
    page.goto(f"{folder}/products/MUG/index.html")
    expect(page.get_by_role("heading", level=1)).to_have_text("Reviews of Stoneware mug")
    assert page.evaluate("getComputedStyle(document.body).maxWidth") == "704px"
    follow(page.get_by_role("link", name="Older reviews"))
    follow(page.get_by_role("link", name="How reviews are collected and checked"))
    expect(page.get_by_role("heading", level=1)).to_have_text("How our reviews work")
    assert barriers(page) == []
