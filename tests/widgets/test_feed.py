"""The product review feed: complete, well-formed whatever people wrote, and true to the schema."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import brotli
import pytest
import xmlschema
from sqlalchemy import text

from bench.publish import FILL
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.widgets import feed
from reviewapp.widgets.counting import recount_listing
from reviewapp.widgets.feed import FeedReview
from reviewapp.widgets.feed_writer import write_feed
from reviewapp.widgets.marks import FEED
from reviewapp.widgets.publishing import rebuild
from reviewapp.widgets.values import ProductFacts
from tests import factories
from tests.widgets.stories import (
    PRODUCT,
    change,
    give_photo,
    publish,
    published_json,
    shop_with_product,
    shown,
)

NOON = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
MUG = ProductFacts(
    "MUG", "MUG", "Mug", "https://kiln.example/mug", brand="Kiln", gtin="4006381333931"
)
ORDER = [
    "review_id", "reviewer", "is_verified_purchase", "is_incentivized_review", "review_timestamp",
    "title", "content", "review_language", "review_url", "ratings", "products", "is_spam",
    "collection_method",
]  # fmt: skip


def entry(product: ProductFacts = MUG, **values: Any) -> FeedReview:
    review = shown(**{"verified": True} | values)
    return FeedReview(review, product, NOON, False, True, "https://r.example/page-0.html#review-1")


def read(kit: Kit, shop: Shop) -> Xml.Element:
    return Xml.fromstring(kit.published.read(f"p/v1/{shop.widget_key}/{FEED}"))


def test_elements_stand_in_the_order_of_googles_sample() -> None:
    (review,) = Xml.fromstring(
        f"{feed.head('Kiln & Clay')}{feed.entry_xml(entry())}{feed.TAIL}"
    ).iter("review")
    assert [child.tag for child in review] == ORDER
    assert review.findtext("review_timestamp") == "2026-11-22T12:30:00Z"
    assert review.find("ratings/overall").attrib == {"min": "1", "max": "5"}
    assert review.findtext("products/product/product_ids/gtins/gtin") == "4006381333931"
    assert review.find("review_url").get("type") == "group"


def test_a_code_that_is_no_gtin_is_left_out() -> None:
    odd = ProductFacts("X", "X", "Mug", "https://kiln.example/x", gtin="see label")
    review = Xml.fromstring(feed.entry_xml(entry(odd)))
    assert review.find("products/product/product_ids/gtins") is None
    assert review.findtext("products/product/product_ids/skus/sku") == "X"


def test_somebody_without_a_name_is_anonymous_and_says_so() -> None:
    nameless = FeedReview(shown(author="Anonyme"), MUG, NOON, True, None, "https://r.example/")
    review = Xml.fromstring(feed.entry_xml(nameless))
    assert review.find("reviewer/name").attrib == {"is_anonymous": "true"}
    assert review.findtext("reviewer/name") == "Anonymous"
    assert review.find("collection_method") is None


@pytest.mark.parametrize(
    ("values", "product", "reason"),
    [
        ({"body": " \x00\x1b "}, MUG, feed.NO_WORDS),
        ({"staff": True}, MUG, feed.STAFF),
        ({}, PRODUCT, feed.NO_ADDRESS),
        ({}, ProductFacts("X", "X", "X", "javascript:alert(1)"), feed.NO_ADDRESS),
        ({"imported_from": "Judge.me"}, MUG, None),
        ({"rating": 1, "incentive": "A voucher"}, MUG, None),
    ],
)
def test_only_what_the_format_cannot_hold_is_left_out(
    values: dict[str, Any], product: ProductFacts, reason: str | None
) -> None:
    for rating in range(1, 6):
        assert feed.omission(entry(product, **{"rating": rating} | values)) == reason


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
    assert published_json(kit, shop, "feeds/google-product-reviews.json") == {
        "format": 1,
        "reviews": 30,
        "omitted": {"no_words": {"2": 1}, "staff": {"5": 1}},
    }
    folder = f"p/v1/{shop.widget_key}/{FEED}"
    plain = kit.published.read(folder)
    assert brotli.decompress(kit.published.read(f"{folder}.br")) == plain
    assert gzip.decompress(kit.published.read(f"{folder}.gz")) == plain


def test_memory_does_not_grow_with_the_feed(kit: Kit) -> None:
    peaks = []
    for count in (1500, 6000):
        shop, product = shop_with_product(kit)
        _fill(kit, shop, product, count)
        tracemalloc.start()
        assert write_feed(kit, shop.id)["reviews"] == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]


def _fill(kit: Kit, shop: Shop, product: Product, count: int) -> None:
    with kit.database.transaction(shop.id) as session:
        told = {"shop": shop.id, "product": product.id, "count": count}
        session.execute(text(FILL), told)
        recount_listing(session, product.id)


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
