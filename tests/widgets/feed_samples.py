"""What tests of feeds are made of: a review as an entry, whole files, and readers of them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from reviewapp.core.i18n import translator
from reviewapp.widgets.feeds.entry import Exporter, FeedReview, FeedShop
from reviewapp.widgets.feeds.google import GoogleProductReviews
from reviewapp.widgets.feeds.writer import WRITTEN_WITH, Draft, write_drafts
from reviewapp.widgets.values import ProductFacts
from tests.widgets.stories import SHOP, shown

NOON = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
MUG = ProductFacts(
    "MUG", "MUG", "Mug", "https://kiln.example/mug", brand="Kiln", gtin="4006381333931"
)
GOOGLE, KILN = GoogleProductReviews(), FeedShop(SHOP, translator("en"))
EVERY_FORMAT = [each for mark in WRITTEN_WITH.values() for each in mark]


def entry(product: ProductFacts = MUG, **values: Any) -> FeedReview:
    review = shown(**{"verified": True} | values)
    return FeedReview(review, product, NOON, False, True, "https://r.example/page-0.html#review-1")


def made(exporter: Exporter, tmp_path: Path, *entries: FeedReview, shop: FeedShop = KILN) -> str:
    """The whole file as it would be published."""
    draft = Draft(exporter, tmp_path / exporter.name)
    write_drafts([draft], shop, entries)
    return draft.path.read_bytes().decode()


def words_of(exporter: Exporter, text: str) -> list[str]:
    """The text of every review in a file, by the parser its readers have."""
    if exporter.file.endswith((".xml", ".rss")):
        root = Xml.fromstring(text)
        return [each.text or "" for each in root.iter("content")] or [
            each.findtext("description") or "" for each in root.iter("item")
        ]
    if exporter.file.endswith(".csv"):
        return [row["content"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    if exporter.file.endswith(".jsonl"):
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
        return [line["productReviewAttributes"]["content"] for line in lines]
    told = json.loads(text)
    return [
        each.get("content") or each["content_html"] for each in told.get("reviews") or told["items"]
    ]


def ratings_of(exporter: Exporter, text: str) -> list[int]:
    """The rating of every review in a file that holds all of them."""
    if exporter.file.endswith(".xml"):
        return [int(each.text or "") for each in Xml.fromstring(text).iter("overall")]
    if exporter.file.endswith(".csv"):
        return [int(row["rating"]) for row in csv.DictReader(io.StringIO(text, newline=""))]
    if exporter.file.endswith(".jsonl"):
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
        return [line["productReviewAttributes"]["rating"] for line in lines]
    return [each["rating"] for each in json.loads(text)["reviews"]]
