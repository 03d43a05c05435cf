"""The published folder behind a real nginx and a real Caddy, without the app: bytes and rules."""

from __future__ import annotations

import gzip
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import brotli
import pytest
from werkzeug.test import Client

from reviewapp.core.kit import Kit
from reviewapp.core.storage import LocalStorage
from reviewapp.models.account import Shop
from reviewapp.widgets import writer
from reviewapp.widgets.assets import HASHED, built_files
from reviewapp.widgets.feeds.writer import WRITTEN_WITH, files_of
from reviewapp.widgets.files import Files
from reviewapp.widgets.front import PublishedFront
from reviewapp.widgets.rebuilding import rebuild
from tests.widgets import caddy, nginx
from tests.widgets.stories import give_photo, publish, shop_with_product

pytestmark = pytest.mark.nginx
SAID = (
    "Content-Type",
    "Cache-Control",
    "Content-Encoding",
    "Content-Security-Policy",
    "Surrogate-Key",
    "Cache-Tag",
    "Access-Control-Allow-Origin",
    "Cross-Origin-Resource-Policy",
    "X-Content-Type-Options",
)
"""Headers in which a server over the folder must not differ from the app."""


@pytest.fixture
def shop(kit: Kit) -> Shop:
    """A shop with one published review and a photo."""
    made, product = shop_with_product(kit)
    give_photo(kit, made, publish(kit, made, product))
    rebuild(kit)
    return made


@pytest.fixture(params=["nginx", "caddy"])
def server(request: Any, kit: Kit, shop: Shop, tmp_path: Path) -> Iterator[str]:
    """A web server over the folder, as docs/widgets.md sets it up."""
    kind: Any = {"nginx": nginx, "caddy": caddy}[request.param]
    binary = getattr(kind, f"{request.param}_binary")()
    if binary is None:
        pytest.skip(f"no {request.param}: set {request.param.upper()}_BIN or put it on PATH")
    assert isinstance(kit.published, LocalStorage)
    state = tmp_path / "server"
    state.mkdir()
    with kind.running(binary, kit.published.root, state) as url:
        yield url


def get(url: str, **headers: str) -> tuple[int, Message, bytes]:
    request = urllib.request.Request(
        url, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as error:
        return error.code, error.headers, error.read()


def test_every_document_has_the_apps_headers(server: str, shop: Shop, kit: Kit) -> None:
    app = Client(PublishedFront(_nobody, Files(kit)))
    base = f"/p/v1/{shop.widget_key}"
    paths = (
        *(f"{base}/products/MUG/{name}" for name in ("head.json", "index.html", "questions.html")),
        *(f"{base}/{name}" for name in ("stars/0.json", "policy.html", "reviews/index.html")),
        *(f"{base}/{file}" for mark in WRITTEN_WITH for file in files_of(mark)),
        f"{base}/media/aa/bb/aabb-320.webp",
        "/widget/v1/embed.js",
        "/widget/v1/frame.css",
        *(f"/widget/v1/{name}" for name in built_files() if HASHED.search(name)),
    )
    for path in paths:
        own = app.get(path)
        status, headers, body = get(server + path)
        assert (status, body) == (200, own.data), path
        assert {name: headers.get(name) for name in SAID} == {
            name: own.headers.get(name) for name in SAID
        }, path
        assert not headers["ETag"].startswith("W/")
        own.close()


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


def test_films_come_in_parts_and_as_films(server: str, shop: Shop, kit: Kit) -> None:
    path = f"p/v1/{shop.widget_key}/media/cc/dd/ccdd-720.mp4"
    kit.published.put(path, b"0123456789", content_type="video/mp4")
    kit.published.put(path.replace("mp4", "vtt"), b"WEBVTT", content_type="text/vtt")
    status, headers, body = get(f"{server}/{path}", Range="bytes=2-4")
    assert (status, headers["Content-Type"], body) == (206, "video/mp4", b"234")
    assert headers["Cache-Control"] == writer.FOREVER
    captions = get(f"{server}/{path.replace('mp4', 'vtt')}")[1]
    assert captions["Content-Type"] == "text/vtt; charset=utf-8"


def test_tags_and_photos_come_from_the_folder_too(server: str, shop: Shop) -> None:
    status, headers, _ = get(f"{server}/widget/v1/embed.js")
    assert status == 200
    assert headers["Content-Type"].startswith("text/javascript")
    photo = f"{server}/p/v1/{shop.widget_key}/media/aa/bb/aabb-320.webp"
    status, headers, body = get(photo, Accept_Encoding="gzip, br")
    assert (status, headers["Content-Type"], body) == (200, "image/webp", b"webp bytes")
    assert headers["Cache-Control"] == writer.FOREVER


def test_what_is_missing_can_be_told_from_a_failure(server: str, shop: Shop) -> None:
    status, headers, _ = get(f"{server}/p/v1/{shop.widget_key}/products/NEW/head.json")
    assert status == 404
    assert "Cache-Control" not in headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    # 502: none of the folder's business, and the application it is sent on to is not there.
    assert get(f"{server}/.unfinished/x")[0] in (404, 502)
    assert get(f"{server}/p/v1/%2e%2e/%2e%2e/secret_key")[0] in (400, 404, 502)


def _nobody(environ: Any, start: Any) -> Any:
    raise AssertionError("nothing but published documents is asked for")
