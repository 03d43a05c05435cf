"""Published into a bucket: objects that any CDN can hand out as they are, told how by headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import brotli
import pytest
from moto.server import ThreadedMotoServer
from werkzeug.test import Client

from reviewapp.core.kit import Kit
from reviewapp.widgets.files import Files
from reviewapp.widgets.front import PublishedFront
from reviewapp.widgets.rebuilding import rebuild
from reviewapp.widgets.writer import DOCUMENT_CACHING, FOREVER
from tests.widgets.stories import give_photo, publish, shop_with_product

BUCKET = "storefronts"


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An S3 server with an empty bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_what_is_published_into_a_bucket_says_how_to_keep_and_read_it(
    kit: Kit, endpoint: str
) -> None:
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    shop, product = shop_with_product(kit)
    give_photo(kit, shop, publish(kit, shop, product))
    into_bucket = Kit(kit.settings.changed(publish_url=f"s3://{BUCKET}/web?endpoint={endpoint}"))
    rebuild(into_bucket)

    def told(path: str) -> Any:
        return client.head_object(Bucket=BUCKET, Key=f"web/{path}")

    base = f"p/v1/{shop.widget_key}"
    groups = {"surrogate-key": f"{shop.widget_key}/products/MUG {shop.widget_key}"}
    plain = told(f"{base}/products/MUG/head.json")
    assert plain["ContentType"] == "application/json"
    assert plain["CacheControl"] == DOCUMENT_CACHING
    assert "ContentEncoding" not in plain
    assert plain["Metadata"] == groups
    for suffix, coding in ((".br", "br"), (".gz", "gzip")):
        twin = told(f"{base}/products/MUG/head.json{suffix}")
        assert twin["ContentType"] == "application/json"
        assert twin["ContentEncoding"] == coding
        assert twin["Metadata"] == groups
    feed = told(f"{base}/feeds/google-product-reviews.xml.gz")
    assert (feed["ContentType"], feed["ContentEncoding"]) == (
        "application/xml; charset=utf-8",
        "gzip",
    )
    photo = told(f"{base}/media/aa/bb/aabb-320.webp")
    assert (photo["ContentType"], photo["CacheControl"]) == ("image/webp", FOREVER)
    assert photo["Metadata"] == {"surrogate-key": shop.widget_key}
    loader = told("widget/v1/embed.js")
    assert loader["CacheControl"] == DOCUMENT_CACHING
    assert loader["Metadata"] == {}

    front = Client(PublishedFront(_nobody, Files(into_bucket)))
    sent = front.get(f"/{base}/products/MUG/head.json", headers={"Accept-Encoding": "br"})
    assert sent.headers["Content-Encoding"] == "br"
    assert brotli.decompress(sent.data) == into_bucket.published.read(
        f"{base}/products/MUG/head.json"
    )
    into_bucket.close()


def _nobody(environ: Any, start: Any) -> Any:
    raise AssertionError("nothing but published documents is asked for")
