"""The storefront's pages as files: what a web server shows while the demo itself is stopped.

As with any shop, the pages are its own and the reviews are published beside them: the files name
each product's `head.html` by Server Side Includes, so that they never say what was.
"""

from __future__ import annotations

from mimetypes import guess_type

from flask import Flask

from reviewapp.core.i18n import SOURCE_LANGUAGE
from reviewapp.core.kit import Kit
from reviewapp.demo import store
from reviewapp.web.language import speak
from reviewapp.web.static import FOLDER as STATIC
from reviewapp.widgets.rules import product_key

PAGES = "demo/store"
HTML = "text/html; charset=utf-8"


def keep_pages(app: Flask, kit: Kit) -> int:
    """Write the storefront and what its pages load into the published folder; how many pages."""
    pages = _rendered(app)
    for name, page in pages.items():
        kit.published.put(name, page.encode(), content_type=HTML)
    for file in sorted((STATIC / "demo").rglob("*.*")):
        name = f"static/{file.relative_to(STATIC).as_posix()}"
        kind = guess_type(file.name)[0] or "application/octet-stream"
        kit.published.put(name, file.read_bytes(), content_type=kind)
    return len(pages)


def _rendered(app: Flask) -> dict[str, str]:
    """Every page by the file it goes to."""
    with app.test_request_context(f"/{PAGES}"):
        speak(SOURCE_LANGUAGE)
        shop = store.enter()
        pages = {f"{PAGES}.html": store.home_page(shop, kept=True)}
        for kind in store.KINDS:
            pages[f"{PAGES}-{kind}.html"] = store.home_page(shop, kind, kept=True)
        for ware in store.wares(shop):
            name = f"{PAGES}/products/{product_key(ware.id)}.html"
            pages[name] = store.product_page(shop, ware.id, kept=True)
        return pages
