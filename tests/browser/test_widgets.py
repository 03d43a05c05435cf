"""The tags in a real browser, on shop pages that are hostile, strict, slow or cut off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.widgets.publishing import rebuild
from tests import factories
from tests.widgets.stories import publish, shop_with_product

STRICT = (
    "default-src 'none'; script-src {host}; connect-src {host}; img-src {host}; "
    "style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
Storefront = Callable[..., str]


@pytest.fixture
def shop(kit: Kit) -> Shop:
    """A shop whose mug has 45 reviews."""
    made, product = shop_with_product(kit)
    fill(kit, made, product, 45)
    rebuild(kit)
    return made


def fill(kit: Kit, shop: Shop, product: Product, count: int, **values: Any) -> None:
    for number in range(count):
        stars = 1 + number % 5
        body = f"Used it {number} times.\n\nStill fine."
        publish(
            kit, shop, product, **{"rating": stars, "title": f"No. {number}", "body": body} | values
        )


@pytest.fixture
def storefront(live: str, shop: Shop) -> Iterator[Storefront]:
    """Serves a shop's page from another origin than ours; call it with the page's body."""
    page: dict[str, Response] = {}

    def shop_page(environ: Any, start: Any) -> Any:
        known = page.get(Request(environ).path, Response(status=404))
        return known(environ, start)

    server = make_server("127.0.0.1", 0, shop_page, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def serve(
        body: str, *, csp: bool = False, lang: str = "en", css: str = "", direction: str = "ltr"
    ) -> str:
        address = f"{live}/widget/v1/embed.js"
        tag = f'<script type="module" src="{address}" data-shop="{shop.widget_key}"></script>'
        html = (
            f'<!doctype html><html lang="{lang}" dir="{direction}"><head><title>Mug</title>'
            f'<meta name="viewport" content="width=device-width">{tag}'
            f'<link rel="stylesheet" href="/page.css"></head><body>{body}</body></html>'
        )
        page["/"] = Response(html, content_type="text/html; charset=utf-8")
        page["/page.css"] = Response(css, content_type="text/css")
        if csp:
            page["/"].headers["Content-Security-Policy"] = STRICT.format(host=live)
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    server.shutdown()
    thread.join()
    server.server_close()


STARS = '<review-stars product="MUG">&nbsp;</review-stars>'
LIST = '<review-list product="MUG"><p>See what customers say.</p></review-list>'
PRODUCT_PAGE = f"<main><h1>Stoneware mug</h1>{STARS}<p>A mug.</p>{LIST}</main>"


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
    expect(page.get_by_role("article").first.get_by_role("img")).to_have_attribute(
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
    shift = page.evaluate(
        """() => new Promise(done => {
          let sum = 0;
          new PerformanceObserver(all => all.getEntries().forEach(e => sum += e.value))
            .observe({type: "layout-shift", buffered: true});
          setTimeout(() => done(sum), 300);
        })"""
    )
    assert shift == 0


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
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
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
    page.get_by_role("link", name="Older reviews").click()
    page.get_by_role("link", name="How reviews are collected and checked").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How our reviews work")
    assert Axe().run(page).violations_count == 0
