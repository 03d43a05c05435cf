"""Each format by itself: its own names and order, and whole whatever people wrote."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from reviewapp.core.i18n import translator
from reviewapp.widgets.feeds import entry as reasons
from reviewapp.widgets.feeds.entry import Exporter, FeedReview, FeedShop, clean
from reviewapp.widgets.feeds.merchant_api import MerchantApi
from reviewapp.widgets.feeds.meta import COLUMNS, MetaCsv, MetaJson
from reviewapp.widgets.feeds.news import JsonFeed, Rss
from reviewapp.widgets.feeds.writer import WRITTEN_WITH
from reviewapp.widgets.marks import NEWS
from reviewapp.widgets.values import ProductFacts
from tests.widgets.feed_samples import EVERY_FORMAT, GOOGLE, KILN, MUG, NOON, entry, made, words_of
from tests.widgets.stories import PRODUCT, SHOP, shown

ORDER = [
    "review_id", "reviewer", "is_verified_purchase", "is_incentivized_review", "review_timestamp",
    "title", "content", "review_language", "review_url", "ratings", "products", "is_spam",
    "collection_method",
]  # fmt: skip


def google(entry: FeedReview) -> Xml.Element:
    return Xml.fromstring(GOOGLE.entry(KILN, entry))


def test_elements_stand_in_the_order_of_googles_sample() -> None:
    review = google(entry())
    assert [child.tag for child in review] == ORDER
    assert review.findtext("review_timestamp") == "2026-11-22T12:30:00Z"
    assert review.find("ratings/overall").attrib == {"min": "1", "max": "5"}
    assert review.findtext("products/product/product_ids/gtins/gtin") == "4006381333931"
    assert review.find("review_url").get("type") == "group"


def test_a_code_that_is_no_gtin_is_left_out() -> None:
    odd = ProductFacts("X", "X", "Mug", "https://kiln.example/x", gtin="see label")
    review = google(entry(odd))
    assert review.find("products/product/product_ids/gtins") is None
    assert review.findtext("products/product/product_ids/skus/sku") == "X"


def test_somebody_without_a_name_is_anonymous_and_says_so() -> None:
    nameless = FeedReview(shown(author="Anonyme"), MUG, NOON, True, None, "https://r.example/")
    review = google(nameless)
    assert review.find("reviewer/name").attrib == {"is_anonymous": "true"}
    assert review.findtext("reviewer/name") == "Anonymous"
    assert review.find("collection_method") is None


@pytest.mark.parametrize(
    ("values", "product", "reason"),
    [
        ({"body": " \x00\x1b "}, MUG, reasons.NO_WORDS),
        ({"staff": True}, MUG, reasons.STAFF),
        ({}, PRODUCT, reasons.NO_ADDRESS),
        ({}, ProductFacts("X", "X", "X", "javascript:alert(1)"), reasons.NO_ADDRESS),
        ({"imported_from": "Judge.me"}, MUG, None),
        ({"rating": 1, "incentive": "A voucher"}, MUG, None),
    ],
)
def test_only_what_the_format_cannot_hold_is_left_out(
    values: dict[str, Any], product: ProductFacts, reason: str | None
) -> None:
    for rating in range(1, 6):
        assert GOOGLE.omission(entry(product, **{"rating": rating} | values)) == reason


def test_meta_takes_rows_and_objects_under_its_own_names(tmp_path: Path) -> None:
    edited = FeedReview(shown(incentive="A voucher"), MUG, NOON, False, True, "", edited_at=NOON)
    (row,) = csv.DictReader(io.StringIO(made(MetaCsv(), tmp_path, edited), newline=""))
    assert tuple(row) == COLUMNS
    assert (row["store.storeUrls"], row["rating"]) == ('["kiln.example"]', "4")
    assert (row["incentivized"], row["reviewer.isAnonymous"]) == ("true", "false")
    assert row["product.productIdentifiers.gtins"] == '["4006381333931"]'
    told = json.loads(made(MetaJson(), tmp_path, edited, entry()))
    assert told["store"] == {
        "name": "Kiln & Clay", "id": "wk_kiln", "storeUrls": ["kiln.example"]
    }  # fmt: skip
    first, second = told["reviews"]
    assert (first["incentivized"], first["updatedAt"]) == (True, "2026-11-22T12:30:00Z")
    assert (second["incentivized"], "updatedAt" in second) == (False, False)
    assert first["product"]["productIdentifiers"]["skus"] == ["MUG"]


def test_a_title_nobody_wrote_is_not_made_up() -> None:
    untitled = entry(title="")
    assert MetaJson().omission(untitled) == reasons.NO_TITLE
    assert MetaCsv().omission(untitled) is None


def test_the_merchant_api_is_told_a_request_a_line(tmp_path: Path) -> None:
    without_address = entry(PRODUCT, incentive="A voucher")
    (line,) = made(MerchantApi(), tmp_path, without_address).splitlines()
    told = json.loads(line)
    attributes = told["productReviewAttributes"]
    assert told["productReviewId"] == without_address.review.id
    assert attributes["reviewLink"] == {"type": "GROUP", "link": without_address.address}
    assert (attributes["minRating"], attributes["maxRating"], attributes["rating"]) == ("1", "5", 4)
    assert attributes["collectionMethod"] == "POST_FULFILLMENT"
    assert attributes["isIncentivizedReview"] is True
    assert "productLinks" not in attributes


def test_feed_readers_are_told_all_that_has_to_be_known_of_a_review(tmp_path: Path) -> None:
    odd = entry(body="Fine.\nReally.\n\nYes <b>", incentive="For a voucher", imported_from="Loox")
    root = Xml.fromstring(made(Rss(), tmp_path, odd))
    item = root.find("channel/item")
    assert item.findtext("title") == "Mug · 4 out of 5 stars · Keeps the tea warm"
    assert item.findtext("pubDate") == "Sun, 22 Nov 2026 12:30:00 +0000"
    assert item.find("guid").attrib == {"isPermaLink": "false"}
    html = (
        "<p>Fine.<br>Really.</p><p>Yes &lt;b&gt;</p><p>Verified buyer</p><p>For a voucher</p>"
        "<p>Imported from Loox; not checked against an order here</p>"
    )
    assert item.findtext("description") == html
    assert "policy.html" in root.findtext("channel/description")
    told = json.loads(made(JsonFeed(), tmp_path, odd))
    assert (told["version"], told["items"][0]["content_html"]) == (
        "https://jsonfeed.org/version/1.1",
        html,
    )
    assert told["items"][0]["_review"]["incentivized"] is True
    assert json.loads(made(JsonFeed(), tmp_path))["items"] == []


def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(tmp_path: Path) -> None:
    for start in ("=", "+", "-", "@", "\t", "\r"):
        words = f"{start}cmd|' /C calc'!A0"
        text = made(MetaCsv(), tmp_path, entry(title=words, body=words, author=words))
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
        for cell in (row["title"], row["content"], row["reviewer.name"]):
            assert cell == "'" + clean(words)


@pytest.mark.shared
@pytest.mark.parametrize("exporter", EVERY_FORMAT, ids=lambda each: each.name)
def test_every_format_stays_whole_whatever_people_wrote(
    exporter: Exporter, tmp_path: Path, shared_data: Path
) -> None:
    texts = json.loads((shared_data / "hostile_text" / "blns.json").read_text())
    for file in sorted((shared_data / "hostile_text").rglob("*.txt")):
        texts += file.read_text(errors="surrogateescape").splitlines()
    texts += ["\x00\x08\x0b\ufffe\ud800", "]]>", "\u2028", '","', "\r\n,\r\n"]
    odd = [
        entry(
            ProductFacts("K", text, text, MUG.url, text, text, text, text, text),
            title=text, body=f"{text}\x1f", author=text, imported_from=text, incentive=text,
        )
        for text in texts
    ]  # fmt: skip
    shop = FeedShop(replace(SHOP, name="]]></name>\x00\"'<"), translator("en"))
    taken = [each for each in odd if exporter.omission(each) is None]
    found = words_of(exporter, made(exporter, tmp_path, *odd, shop=shop))
    assert len(found) == len(taken) > 500
    if exporter not in WRITTEN_WITH[NEWS]:
        assert [words.removeprefix("'") for words in found] == [
            clean(each.review.body).removeprefix("'") for each in taken
        ]
    else:
        assert not any(re.search(r"<(?!/?p>|br>)", words) for words in found)
