"""Published feeds: complete, one number in all, memory flat, true to Google's schema."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path
from xml.etree import ElementTree as Xml

import brotli
import pytest
import xmlschema
from sqlalchemy import text

from bench.publish import FILL
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.widgets.counting import recount_listing
from reviewapp.widgets.feeds.news import NEWEST
from reviewapp.widgets.feeds.writer import WRITTEN_WITH, write_feeds
from reviewapp.widgets.marks import FEEDS, NEWS
from reviewapp.widgets.rebuilding import rebuild
from tests import factories
from tests.widgets.feed_samples import EVERY_FORMAT, GOOGLE, words_of
from tests.widgets.stories import change, give_photo, publish, published_json, shop_with_product

WHOLE = [each.name for each in WRITTEN_WITH[FEEDS]]


def read(kit: Kit, shop: Shop) -> Xml.Element:
    return Xml.fromstring(kit.published.read(f"p/v1/{shop.widget_key}/{GOOGLE.file}"))


def test_every_published_review_is_in_it_and_what_is_not_is_counted(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for number in range(30):
        publish(kit, shop, product, rating=1 + number % 5, body=f"Mug <{number}> & more")
    give_photo(kit, shop, publish(kit, shop, product, rating=2, body=""))
    publish(kit, shop, product, rating=5, body="We made it.", relation="staff")
    publish(kit, shop, product, state="pending", body="Waits.")
    change(kit, shop, publish(kit, shop, product, body="Gone."), state="withdrawn")
    rebuild(kit)
    root = read(kit, shop)
    assert root.findtext("version") == "2.4"
    reviews = root.findall("reviews/review")
    assert [review.findtext("content") for review in reviews] == [
        f"Mug <{number}> & more" for number in range(30)
    ]
    assert published_json(kit, shop, GOOGLE.report_file) == {
        "format": 1,
        "reviews": 30,
        "omitted": {"no_words": {"2": 1}, "staff": {"5": 1}},
    }
    for exporter in EVERY_FORMAT:
        path = f"p/v1/{shop.widget_key}/{exporter.file}"
        plain = kit.published.read(path)
        assert brotli.decompress(kit.published.read(f"{path}.br")) == plain
        assert gzip.decompress(kit.published.read(f"{path}.gz")) == plain
        counted = published_json(kit, shop, exporter.report_file)
        assert len(words_of(exporter, plain.decode())) == counted["reviews"]
        left_out = [n for by_star in counted["omitted"].values() for n in by_star.values()]
        assert counted["reviews"] + sum(left_out) == 32


def test_memory_does_not_grow_with_the_feed(kit: Kit) -> None:
    peaks = []
    for count in (1000, 3000):
        shop, product = shop_with_product(kit)
        _fill(kit, shop, product, count)
        tracemalloc.start()
        told = write_feeds(kit, shop.id, FEEDS)
        assert [told[name]["reviews"] for name in WHOLE] == [count] * len(WHOLE)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]


def _fill(kit: Kit, shop: Shop, product: Product, count: int) -> None:
    with kit.database.transaction(shop.id) as session:
        told = {"shop": shop.id, "product": product.id, "count": count}
        session.execute(text(FILL), told)
        recount_listing(session, product.id)


def test_feed_readers_get_the_newest_whatever_their_stars(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for number in range(NEWEST + 3):
        publish(kit, shop, product, rating=1 + number % 5, body=f"Number {number}")
    rebuild(kit)
    for exporter in WRITTEN_WITH[NEWS]:
        text = kit.published.read(f"p/v1/{shop.widget_key}/{exporter.file}").decode()
        found = words_of(exporter, text)
        assert len(found) == NEWEST
        assert "Number 52<" in found[0]
        assert "Number 3<" in found[-1]


@pytest.mark.shared
def test_the_schema_of_2_2_takes_it_but_for_what_came_since(kit: Kit, shared_data: Path) -> None:
    """The 2.2 schema fixes `version` and lacks the elements that 2.4 added."""
    shop, product = shop_with_product(kit, name="Kiln & Clay <")
    with kit.database.transaction(shop.id) as session:
        other = factories.product(
            session, shop, "größe/12 ?", brand="K&C", mpn="7", gtin="12345670"
        )
    for number in range(5):
        publish(kit, shop, product, rating=1 + number, verified_buyer=False, title="")
        publish(kit, shop, other, incentivized=True, display_name=" ", locale="pt_BR")
    rebuild(kit)
    root = read(kit, shop)
    root.find("version").text = "2.2"
    for review in root.iter("review"):
        for added in ("is_verified_purchase", "is_incentivized_review", "review_language"):
            for child in review.findall(added):
                review.remove(child)
    schema = xmlschema.XMLSchema(str(shared_data / "feeds" / "google_product_reviews_2.2.xsd"))
    schema.validate(Xml.tostring(root, encoding="unicode"))
    assert len(root.findall("reviews/review")) == 10
