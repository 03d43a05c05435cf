"""The published folder behind a real nginx, without the app: the same bytes and rules."""

from __future__ import annotations

import gzip
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import brotli
import pytest

from reviewapp.core.kit import Kit
from reviewapp.core.storage import LocalStorage
from reviewapp.models.account import Shop
from reviewapp.widgets import front
from reviewapp.widgets.publishing import rebuild
from tests.widgets.nginx import nginx_binary, running
from tests.widgets.stories import give_photo, publish, shop_with_product

pytestmark = pytest.mark.nginx


@pytest.fixture
def shop(kit: Kit) -> Shop:
    """A shop with one published review and a photo."""
    made, product = shop_with_product(kit)
    give_photo(kit, made, publish(kit, made, product))
    rebuild(kit)
    return made


@pytest.fixture
def server(kit: Kit, shop: Shop, tmp_path: Path) -> Iterator[str]:
    """nginx over the folder."""
    binary = nginx_binary()
    if binary is None:
        pytest.skip("no nginx: set NGINX_BIN or put nginx on PATH")
    assert isinstance(kit.published, LocalStorage)
    (tmp_path / "nginx").mkdir()
    with running(binary, kit.published.root, tmp_path / "nginx") as url:
        yield url


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(
        url, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_every_document_has_the_apps_headers(server: str, shop: Shop, kit: Kit) -> None:
    base = f"p/v1/{shop.widget_key}"
    for path in (f"{base}/products/MUG/head.json", f"{base}/stars/0.json", f"{base}/policy.html"):
        status, headers, body = get(f"{server}/{path}")
        assert status == 200
        assert body == kit.published.read(path)
        assert headers["Cache-Control"] == front.DOCUMENT_CACHING
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert not headers["ETag"].startswith("W/")
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert get(f"{server}/{base}/policy.html")[1]["Content-Type"] == "text/html; charset=utf-8"
    groups = get(f"{server}/{base}/products/MUG/head.json")[1]["Surrogate-Key"]
    assert groups == f"{shop.widget_key}/products/MUG {shop.widget_key}"
    feed = get(f"{server}/{base}/feeds/google-product-reviews.xml", Accept_Encoding="gzip")[1]
    assert feed["Content-Type"] == "application/xml; charset=utf-8"
    assert feed["Surrogate-Key"] == shop.widget_key


def test_twins_are_sent_to_those_who_take_them(server: str, shop: Shop, kit: Kit) -> None:
    path = f"p/v1/{shop.widget_key}/products/MUG/head.json"
    plain = kit.published.read(path)
    _, headers, body = get(f"{server}/{path}", Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == plain
    _, headers, body = get(f"{server}/{path}", Accept_Encoding="gzip, br")
    assert headers["Content-Encoding"] == "br"
    assert headers["Content-Type"] == "application/json"
    assert brotli.decompress(body) == plain
    assert headers["Vary"] == "Accept-Encoding"


def test_unchanged_documents_are_not_sent_again(server: str, shop: Shop) -> None:
    url = f"{server}/p/v1/{shop.widget_key}/products/MUG/head.json"
    _, headers, _ = get(url)
    status, _, body = get(url, If_None_Match=headers["ETag"])
    assert (status, body) == (304, b"")


def test_tags_photos_films_and_captions_come_from_the_folder_too(
    server: str, shop: Shop, kit: Kit
) -> None:
    status, headers, _ = get(f"{server}/widget/v1/embed.js")
    assert status == 200
    assert headers["Content-Type"].startswith("text/javascript")
    photo = f"{server}/p/v1/{shop.widget_key}/media/aa/bb/aabb-320.webp"
    status, headers, body = get(photo, Accept_Encoding="gzip, br")
    assert (status, headers["Content-Type"], body) == (200, "image/webp", b"webp bytes")
    assert headers["Cache-Control"] == front.FOREVER
    assert isinstance(kit.published, LocalStorage)
    for ending, kind in {"mp4": "video/mp4", "vtt": "text/vtt", "avif": "image/avif"}.items():
        path = f"p/v1/{shop.widget_key}/media/aa/bb/aabb.{ending}"
        kit.published.put(path, b"0123", content_type=kind)
        status, headers, body = get(f"{server}/{path}", Range="bytes=1-2")
        assert (status, headers["Content-Type"], body) == (206, kind, b"12")


def test_what_is_missing_can_be_told_from_a_failure(server: str, shop: Shop) -> None:
    status, headers, _ = get(f"{server}/p/v1/{shop.widget_key}/products/NEW/head.json")
    assert status == 404
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert get(f"{server}/.unfinished/x")[0] == 404
    assert get(f"{server}/p/v1/%2e%2e/%2e%2e/secret_key")[0] in (400, 404)
