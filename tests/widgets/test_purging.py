"""A CDN is told what changed: after the write, once, and again until it listens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import func, select

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.models.widget import CachePurge
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.purging import AT_ONCE, purge_due
from tests.widgets.stories import change, give_photo, publish, shop_with_product

NOON = datetime(2036, 11, 22, 12, tzinfo=UTC)


class Cdn:
    """A real server that keeps what it was told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, dict[str, str], Any]] = []
        self.status = 200
        cdn = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                cdn.heard.append((self.command, self.path, dict(self.headers), body))
                self.send_response(cdn.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_PURGE = answer  # noqa: N815  # the standard library's names

            def log_message(self, *args: Any) -> None:
                """Nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/purge"


@pytest.fixture
def cdn() -> Iterator[Cdn]:
    running = Cdn()
    thread = threading.Thread(target=running.server.serve_forever, daemon=True)
    thread.start()
    yield running
    running.server.shutdown()
    running.server.server_close()
    thread.join()


def told_to(settings: Settings, cdn: Cdn, style: str = "json") -> Kit:
    return Kit(settings.changed(purge_url=cdn.url, purge_style=style, purge_token="secret"))


def test_what_was_written_is_purged_by_address_and_key(
    kit: Kit, settings: Settings, cdn: Cdn
) -> None:
    own = told_to(settings, cdn)
    shop, product = shop_with_product(own)
    publish(own, shop, product)
    publish_due(own)
    assert purge_due(own) > 8
    method, path, headers, _ = cdn.heard[0]
    assert (method, path, headers["Authorization"]) == ("POST", "/purge", "Bearer secret")
    urls = {url for _, _, _, body in cdn.heard for url in body["urls"]}
    keys = {key for _, _, _, body in cdn.heard for key in body["surrogate_keys"]}
    base = f"http://localhost/p/v1/{shop.widget_key}"
    assert {f"{base}/products/MUG/head.json", f"{base}/stars/0.json", f"{base}/store.json"} <= urls
    assert keys == {shop.widget_key, f"{shop.widget_key}/products/MUG"}
    assert max(len(body["urls"]) for *_, body in cdn.heard) <= AT_ONCE
    assert purge_due(own) == 0
    own.close()


def test_a_cdn_that_is_away_is_asked_again(kit: Kit, settings: Settings, cdn: Cdn) -> None:
    own = told_to(settings, cdn)
    shop, product = shop_with_product(own)
    with clock.frozen(NOON):
        publish(own, shop, product)
        publish_due(own)
        cdn.status = 503
        assert purge_due(own) == 0
    cdn.status = 200
    with clock.frozen(NOON + timedelta(seconds=4)):
        assert purge_due(own) == 0
    with clock.frozen(NOON + timedelta(seconds=6)):
        assert purge_due(own) > 8
    with own.database.transaction(shop.id) as session:
        assert session.scalar(select(func.count()).select_from(CachePurge)) == 0
    own.close()


def test_a_file_that_was_taken_back_is_purged_too(kit: Kit, settings: Settings, cdn: Cdn) -> None:
    own = told_to(settings, cdn)
    shop, product = shop_with_product(own)
    review_id = publish(own, shop, product)
    give_photo(own, shop, review_id)
    publish_due(own)
    purge_due(own)
    cdn.heard.clear()
    change(own, shop, review_id, state="withdrawn")
    publish_due(own)
    purge_due(own)
    urls = {url for _, _, _, body in cdn.heard for url in body["urls"]}
    assert f"http://localhost/p/v1/{shop.widget_key}/media/aa/bb/aabb-320.webp" in urls
    own.close()


@pytest.mark.parametrize("style", ["fastly", "cloudflare", "varnish"])
def test_each_maker_is_spoken_to_in_its_own_way(
    kit: Kit, settings: Settings, cdn: Cdn, style: str
) -> None:
    own = told_to(settings, cdn, style)
    shop, product = shop_with_product(own)
    publish(own, shop, product)
    publish_due(own)
    assert purge_due(own) > 8
    method, path, headers, body = cdn.heard[0]
    if style == "fastly":
        assert headers["Fastly-Key"] == "secret"
        assert f"{shop.widget_key}/products/MUG" in body["surrogate_keys"]
    elif style == "cloudflare":
        assert all(url.startswith("http://localhost/p/v1/") for url in body["files"])
    else:
        assert (method, headers["Host"]) == ("PURGE", "localhost")
        assert path.startswith(f"/purge/p/v1/{shop.widget_key}/")
    own.close()


def test_without_a_cdn_nothing_is_noted(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    publish_due(kit)
    assert purge_due(kit) == 0
    with kit.database.transaction(shop.id) as session:
        assert session.scalar(select(func.count()).select_from(CachePurge)) == 0
