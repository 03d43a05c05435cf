"""The layer ahead of Flask: codings, ETags, caching, and nothing outside the folder."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from reviewapp.core.kit import Kit
from reviewapp.core.storage import LocalStorage
from reviewapp.widgets import front
from reviewapp.widgets.writer import put_document

PATH = "p/v1/wk_x/products/MUG/head.json"


@pytest.fixture
def written(kit: Kit) -> bytes:
    """A published document."""
    content = b'{"format":1}' * 50
    put_document(kit.published, PATH, content)
    return content


def test_a_document_comes_with_the_contracts_headers(client: FlaskClient, written: bytes) -> None:
    answer = client.get(f"/{PATH}")
    assert answer.data == written
    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == (
        "public, max-age=60, s-maxage=300, stale-while-revalidate=86400, stale-if-error=86400"
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers
    assert not answer.headers["ETag"].startswith("W/")


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.5", "br"),
        ("identity", None),
        ("", None),
    ],
)
def test_the_best_coding_is_sent(
    client: FlaskClient, written: bytes, accepts: str, coding: str | None
) -> None:
    answer = client.get(f"/{PATH}", headers={"Accept-Encoding": accepts})
    assert answer.headers.get("Content-Encoding") == coding
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert decode(answer.data) == written


def test_each_coding_has_its_own_strong_etag(client: FlaskClient, written: bytes) -> None:
    tags = {
        client.get(f"/{PATH}", headers={"Accept-Encoding": each}).headers["ETag"]
        for each in ("br", "gzip", "")
    }
    assert len(tags) == 3


def test_an_unchanged_document_is_not_sent_again(client: FlaskClient, written: bytes) -> None:
    tag = client.get(f"/{PATH}").headers["ETag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        answer = client.get(f"/{PATH}", headers={"If-None-Match": known})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == tag
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"/{PATH}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_rewritten_document_is_served_at_once(
    client: FlaskClient, kit: Kit, written: bytes
) -> None:
    before = client.get(f"/{PATH}").headers["ETag"]
    put_document(kit.published, PATH, b"{}")
    answer = client.get(f"/{PATH}")
    assert answer.data == b"{}"
    assert answer.headers["ETag"] != before
    kit.published.delete(PATH)
    assert client.get(f"/{PATH}").status_code == 404


def test_head_and_options_are_answered(client: FlaskClient, written: bytes) -> None:
    answer = client.head(f"/{PATH}")
    assert (answer.data, answer.headers["Content-Length"]) == (b"", str(len(written)))
    asked = client.options(f"/{PATH}")
    assert asked.status_code == 204
    assert "GET" in asked.headers["Access-Control-Allow-Methods"]


def test_nothing_can_be_sent_there(client: FlaskClient, written: bytes) -> None:
    answer = client.post(f"/{PATH}", data=b"x")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "/p/v1/wk_x/products/NEW/head.json",
        "/p/v1/../../secret_key",
        "/p/v1/wk_x/../../../secret_key",
        "/p/v1/..%2f..%2fsecret_key",
        "/p/v1/wk_x/%00",
        "/p/v1/.unfinished/x",
        "/p/v1/",
        "/p/v1/wk_x/products",
        "/widget/v1/manifest.json",
        "/widget/v1/nothing.js",
    ],
)
def test_what_is_not_there_is_a_problem_any_page_may_read(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == "not_found"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_loader_is_fresh_and_its_modules_are_kept_forever(client: FlaskClient) -> None:
    from reviewapp.widgets.assets import HASHED, built_files

    loader = client.get("/widget/v1/embed.js", headers={"Accept-Encoding": "br"})
    assert loader.content_type == "text/javascript; charset=utf-8"
    assert "max-age=60" in loader.headers["Cache-Control"]
    modules = [name for name in built_files() if HASHED.search(name)]
    assert modules
    for name in modules:
        assert "immutable" in client.get(f"/widget/v1/{name}").headers["Cache-Control"]


def test_photos_are_kept_forever(client: FlaskClient, kit: Kit) -> None:
    kit.published.put("p/v1/wk_x/media/aa/bb/x.webp", b"RIFF", content_type="image/webp")
    answer = client.get("/p/v1/wk_x/media/aa/bb/x.webp")
    assert answer.content_type == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]


def test_pages_may_run_no_script(client: FlaskClient, kit: Kit) -> None:
    put_document(kit.published, "p/v1/wk_x/policy.html", b"<!doctype html><title>x</title>")
    policy = client.get("/p/v1/wk_x/policy.html").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy


def test_memory_is_bounded(client: FlaskClient, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "MEMORY_BYTES", 3000)
    for number in range(20):
        put_document(kit.published, f"p/v1/wk_x/products/P{number}/head.json", b"x" * 500)
        assert client.get(f"/p/v1/wk_x/products/P{number}/head.json").status_code == 200
    layer = client.application.wsgi_app
    assert isinstance(layer, front.PublishedFront)
    assert layer._size <= 3000
    assert layer._size == sum(kept.size for kept in layer._kept.values())


def test_a_bucket_is_served_too(kit: Kit) -> None:
    """Where documents lie in a bucket there is no file to ask; they are read and kept briefly."""
    from werkzeug.test import Client

    from reviewapp.widgets.files import Files

    class Bucket:
        def __init__(self) -> None:
            self.held = {PATH: b"{}"}

        def read(self, key: str) -> bytes:
            from reviewapp.core.errors import NotFound

            if key not in self.held:
                raise NotFound
            return self.held[key]

    files = Files(kit)
    files._published, files._root = Bucket(), None
    client = Client(front.PublishedFront(lambda environ, start: [], files))
    assert client.get(f"/{PATH}").data == b"{}"
    assert client.get("/p/v1/wk_x/none.json").status_code == 404


FEED = "p/v1/wk_x/feeds/google-product-reviews.xml"


def test_a_feed_is_sent_as_it_is_read_and_never_held(
    client: FlaskClient, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"<feed>" + bytes(range(32, 127)) * 40_000
    put_document(kit.published, FEED, content)
    monkeypatch.setattr(LocalStorage, "read", _never)

    def get(accepted: str, known: str = "") -> TestResponse:
        told = {"Accept-Encoding": accepted, "If-None-Match": known}
        return client.get(f"/{FEED}", headers=told, buffered=True)

    plain = get("identity")
    assert plain.data == content
    assert plain.content_type == "application/xml; charset=utf-8"
    assert plain.headers["Content-Length"] == str(len(content))
    assert plain.headers["Surrogate-Key"] == "wk_x"
    assert plain.headers["Access-Control-Allow-Origin"] == "*"
    packed = get("gzip, br")
    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.data) == content
    assert packed.headers["ETag"] != plain.headers["ETag"]
    same = get("identity", plain.headers["ETag"])
    assert (same.status_code, same.data) == (304, b"")
    put_document(kit.published, FEED, content + b"</feed>")
    changed = get("identity", plain.headers["ETag"])
    assert changed.status_code == 200
    assert client.head(f"/{FEED}").data == b""
    assert client.get(f"/{FEED.replace('google', 'no')}").status_code == 404


def _never(*_: object) -> bytes:
    raise AssertionError("a feed is not read as a whole")
