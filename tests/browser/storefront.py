"""A shop's page from another origin than ours, with the tags on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.widgets.rebuilding import rebuild
from tests.widgets.stories import publish, shop_with_product

STRICT = (
    "default-src 'none'; script-src {host}; connect-src {host}; img-src {host}; "
    "style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
STARS = '<review-stars product="MUG">&nbsp;</review-stars>'
LIST = '<review-list product="MUG"><p>See what customers say.</p></review-list>'
PRODUCT_PAGE = f"<main><h1>Stoneware mug</h1>{STARS}<p>A mug.</p>{LIST}</main>"
Storefront = Callable[..., str]


def shop_with_45_reviews(kit: Kit) -> Shop:
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


@contextmanager
def open_storefront(live: str, shop: Shop) -> Iterator[Storefront]:
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
