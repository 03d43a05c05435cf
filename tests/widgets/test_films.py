"""Films in what a storefront reads: a poster at once, what plays when it is made, then nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.media.service import hide
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.service import refresh_review
from tests.widgets.stories import (
    give_encoding,
    give_film,
    give_photo,
    head,
    publish,
    shop_with_product,
)


@pytest.fixture
def story(kit: Kit):
    """A shop with a published review that has a film which waits to be encoded."""
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product)
    film_id = give_film(kit, shop, review_id)
    publish_due(kit)
    return shop, review_id, film_id


def page(kit, shop) -> str:
    return kit.published.read(f"p/v1/{shop.widget_key}/products/MUG/index.html").decode()


def test_a_film_that_is_being_prepared_shows_its_poster_and_says_so(kit, story):
    shop, review_id, _ = story
    (film,) = head(kit, shop)["reviews"][0]["videos"]
    assert (film["sources"], film["preview"]) == ([], None)
    assert (film["width"], film["height"], film["duration"]) == (1920, 1080, 12.3)
    poster = film["poster"][0]
    assert (poster["width"], poster["type"]) == (640, "image/jpeg")
    assert kit.published.exists(f"p/v1/{shop.widget_key}/{poster['src']}")
    (shown,) = head(kit, shop)["media"]
    assert (shown["kind"], shown["review"], shown["position"]) == ("video", str(review_id), 0)
    assert "still being prepared" in page(kit, shop)
    assert "<video" not in page(kit, shop)


def test_an_encoded_film_plays_and_a_hidden_one_is_gone(kit, story):
    shop, review_id, film_id = story
    give_photo(kit, shop, review_id)
    paths = give_encoding(kit, shop, film_id)
    publish_due(kit)
    (film,) = head(kit, shop)["reviews"][0]["videos"]
    assert [source["width"] for source in film["sources"]] == [1280, 1920]
    assert {source["content_type"] for source in film["sources"]} == {"video/mp4"}
    assert film["preview"] == paths[2]
    assert [item["kind"] for item in head(kit, shop)["media"]] == ["video", "photo"]
    tag = re.search(r"<video [^>]*>", page(kit, shop))
    for part in ('preload="none"', "playsinline", "controls", 'width="1280"', "poster="):
        assert part in tag[0]
    files = [f"p/v1/{shop.widget_key}/{path}" for path in paths]
    assert all(kit.published.exists(file) for file in files)

    with kit.database.transaction(shop.id) as session:
        hide(session, session.get_one(MediaAsset, film_id), "abusive")
        session.flush()
        refresh_review(session, review_id)
        assert session.get_one(Review, review_id).video_count == 0
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        publish_due(kit)
    assert "videos" not in head(kit, shop)["reviews"][0]
    assert [item["kind"] for item in head(kit, shop)["media"]] == ["photo"]
    assert not any(kit.published.exists(file) for file in files)


def test_players_get_the_part_they_ask_for(kit, story, client):
    shop, _, film_id = story
    path = f"/p/v1/{shop.widget_key}/{give_encoding(kit, shop, film_id)[0]}"
    publish_due(kit)
    whole = client.get(path, buffered=True)
    assert (whole.status_code, whole.content_type) == (200, "video/mp4")
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert "immutable" in whole.headers["Cache-Control"]
    assert whole.headers["Access-Control-Allow-Origin"] == "*"
    part = client.get(path, headers={"Range": "bytes=2-5"}, buffered=True)
    assert (part.status_code, part.data) == (206, whole.data[2:6])
    assert part.headers["Content-Range"] == f"bytes 2-5/{len(whole.data)}"
    assert client.get(path, headers={"Range": "bytes=-3"}, buffered=True).data == whole.data[-3:]
    assert client.get(path, headers={"Range": f"bytes={10**6}-"}).status_code == 416
    assert client.head(path).data == b""
    known = {"If-None-Match": whole.headers["ETag"]}
    assert client.get(path, headers=known).status_code == 304
    assert client.get(path.replace(".mp4", "x.mp4")).status_code == 404
