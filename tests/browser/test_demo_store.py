"""The demo's storefront through nginx: the same with everything behind it stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.ImageChops import difference, lighter, subtract
from PIL.ImageFilter import MaxFilter, MinFilter
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import select
from werkzeug.serving import make_server

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.core.storage import LocalStorage
from reviewapp.demo.kept_pages import keep_pages
from reviewapp.demo.seed import seed
from reviewapp.demo.selection import KEY, TITLE
from reviewapp.demo.serving import demo_app
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.review import Review
from reviewapp.widgets.collections import create_collection, pick
from reviewapp.widgets.marks import collection_path, mark_shop
from reviewapp.widgets.publishing import publish_due
from tests.journeys.stack import free_port, waited_for
from tests.widgets import nginx
from tests.widgets.stories import give_photo

DEMO = Path(__file__).resolve().parents[2] / "docs" / "demo.md"
PARTS = "#pieces, .picked, .product-stars, .reviews"
PLACES = ("/demo/store", "/demo/store/products/juniper-dress")
TALL: ViewportSize = {"width": 1280, "height": 3500}
"""Nothing is scrolled to: what was in sight once has another size (content-visibility)."""
UNSEEN = 8
"""Levels of 256 by which a picture's colour may differ."""
REACH = 5
"""Pixels across within which a colour may lie: what scrolls by itself is drawn on whole pixels, and
from half of one it is up to the browser which way."""
PICTURE = "aa/bb/aabb-320.webp"
ONLY_THE_SHOP = """() => {
  document.getElementById("demo").remove();
  document.querySelector(".buy-form")?.remove();
}"""
SHOWN = """(parts) => {
  const told = (node) => [...node.querySelectorAll("*")].flatMap((one) =>
    one.shadowRoot ? [one.localName, one.shadowRoot.innerHTML, ...told(one.shadowRoot)] : []);
  return [...document.querySelectorAll(parts)].flatMap((part) => [part.outerHTML, ...told(part)]);
}"""
PICTURES = """async (parts) => {
  const look = (node) => [...node.querySelectorAll("*")].flatMap((one) =>
    one.localName === "img" ? [one] : one.shadowRoot ? look(one.shadowRoot) : []);
  const found = [...document.querySelectorAll(parts)].flatMap(look);
  await Promise.all(found.map((one) => one.complete && one.decode().catch(() => {})));
  return found.map((one) =>
    [new URL(one.currentSrc || one.src).pathname, one.complete && one.naturalWidth]);
}"""
"""Which pictures there are, and how wide once whole: the width is known before it is painted."""
pytestmark = [pytest.mark.nginx, pytest.mark.timeout(300)]


def test_with_all_stopped_nginx_shows_the_same_stars_lists_and_photos(
    kit: Kit, browser: Browser, tmp_path: Path
) -> None:
    binary = nginx.nginx_binary()
    if binary is None:
        pytest.skip("no nginx: set NGINX_BIN or put nginx on PATH")
    port = free_port()
    demo = Kit(kit.settings.changed(public_url=f"http://127.0.0.1:{port}"))
    _fill(demo)
    app = demo_app(demo)
    keep_pages(app, demo)
    behind = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=behind.serve_forever, daemon=True)
    serving.start()
    assert isinstance(demo.published, LocalStorage)
    root = demo.published.root
    own = {"http": "demo http", "server": "demo server"}
    lines = {part: nginx.documented(name, root, DEMO) for part, name in own.items()}
    lines["server"] = lines["server"].replace("127.0.0.1:8000", f"127.0.0.1:{behind.server_port}")
    with nginx.running(binary, root, tmp_path, port=port, **lines) as address:
        before = {place: _seen(browser, address + place) for place in PLACES}
        plain = {place: _read(browser, address + place) for place in PLACES}
        behind.shutdown()
        serving.join()
        behind.server_close()
        demo.close()
        for place in PLACES:
            told = _read(browser, address + place)
            assert "demo is stopped" in told["bar"]
            assert told["shop"] == plain[place]["shop"]
            _seen(browser, address + place, same_as=before[place])
        assert (
            "Sorrel block tee" not in _read(browser, f"{address}/demo/store?kind=dresses")["shop"]
        )
    shown, pictures, _ = before[PLACES[-1]]
    assert {"review-stars", "review-summary", "review-gallery"} <= set(shown)
    assert [path for path, width in pictures if path.endswith(PICTURE) and width], pictures


def _fill(demo: Kit) -> None:
    """The imported reviews, one of them with a photo, and the selection of the front page."""
    seed(demo, [])
    with demo.database.transaction(EVERY_SHOP) as session:
        shop = session.scalars(select(Shop)).one()
        newest = session.scalars(
            select(Review.id)
            .join(Product, Product.id == Review.product_id)
            .where(Product.external_id == "juniper-dress", Review.state == "published")
            .order_by(Review.position.desc())
        ).first()
    assert newest is not None
    give_photo(demo, shop, newest, PICTURE)
    picture = BytesIO()
    Image.new("RGB", (320, 240), "#aa8866").save(picture, "WEBP")
    demo.storage.put(PICTURE, picture.getvalue(), content_type="image/webp")
    with demo.database.transaction(shop.id) as session:
        picked = create_collection(session, session.get_one(Shop, shop.id), TITLE, by="system")
        pick(session, picked, newest, by="system")
        mark_shop(session, shop.id, [collection_path(KEY)])
    while publish_due(demo):
        pass


Seen = tuple[list[str], list[Any], bytes]


def _seen(browser: Browser, url: str, *, same_as: Seen | None = None) -> Seen:
    """The shop's part of the page: its markup with all shadow trees, its pictures, its looks.

    Waits until nothing is on its way; with `same_as` until it is the same, which it must become.
    """
    page = browser.new_page(viewport=TALL, reduced_motion="reduce")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(url)
    page.evaluate(ONLY_THE_SHOP)
    found: list[Seen] = []
    wanted: Callable[[Seen], bool] = (
        (lambda seen: _differences(seen, same_as) == []) if same_as else _is_whole
    )
    try:
        assert waited_for(lambda: _look(page, found, wanted), seconds=60), _told(found, same_as)
    finally:
        page.close()
    assert faults == []
    return found[-1]


def _look(page: Page, found: list[Seen], wanted: Callable[[Seen], bool]) -> bool:
    told = page.evaluate(SHOWN, PARTS), page.evaluate(PICTURES, PARTS)
    found.append((*told, page.screenshot()))
    return len(found) > 1 and _differences(found[-1], found[-2]) == [] and wanted(found[-1])


def _is_whole(seen: Seen) -> bool:
    shown, pictures, _ = seen
    stars = [shown[at + 1] for at, name in enumerate(shown) if name == "review-stars"]
    return bool(stars) and all(stars) and all(width for _, width in pictures)


def _told(found: list[Seen], wanted: Seen | None) -> str:
    return f"differs in {_differences(found[-1], wanted)}" if wanted else f"pictures {found[-1][1]}"


def _differences(one: Seen, other: Seen) -> list[object]:
    """What is not the same; a picture drawn twice may differ by what nobody sees."""
    found: list[object] = [a for a, b in zip(one[0], other[0], strict=False) if a != b][:1]
    found += [one[1]] if one[1] != other[1] else []
    box = _unlike(*(Image.open(BytesIO(seen[2])).convert("RGB") for seen in (one, other)))
    return found + ([box] if box else [])


def _unlike(now: Image.Image, then: Image.Image) -> tuple[int, int, int, int] | None:
    """Where a colour stands that the other picture has nowhere near."""
    box = _lit(difference(now, then))
    if box is None:
        return None
    now, then = now.crop(box), then.crop(box)
    darker = subtract(then.filter(MinFilter(REACH)), now)
    brighter = subtract(now, then.filter(MaxFilter(REACH)))
    return box if _lit(lighter(darker, brighter)) else None


def _lit(levels: Image.Image) -> tuple[int, int, int, int] | None:
    return levels.point(lambda level: level > UNSEEN and 255).getbbox()


def _read(browser: Browser, url: str) -> dict[str, str]:
    """What is there without scripts."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == 200
    told = {"shop": page.locator("main").inner_text(), "bar": page.locator("#demo").inner_text()}
    context.close()
    return told
