"""The shared development data as texts with labels, parted once and for all."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Labelled:
    """A text, and whether it is what is looked for."""

    text: str
    label: bool


def part(text: str) -> str:
    """train (half), choose (a quarter) or test (a quarter), by the text's hash."""
    place = hashlib.blake2b(text.encode(), digest_size=1).digest()[0] % 4
    return ("train", "train", "choose", "test")[place]


@cache
def spam_texts() -> list[Labelled]:
    """Spam messages (UCI SMS Spam Collection); against them messages that are none, and reviews."""
    with (DATA / "moderation/sms_spam_ham.tsv").open(encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t", 1) for line in lines][1:]
    found = [Labelled(text, label == "spam") for label, text in rows]
    return found + [Labelled(text, False) for text in reviews()[:6_000]]


@cache
def machine_texts() -> list[Labelled]:
    """Reviews by GPT-2 (2022) against reviews by people (Salminen et al.)."""
    rows = _gzipped("reviews/fake_reviews_cg_or.csv.gz")
    return [Labelled(row["text_"], row["label"] == "CG") for row in rows]


@cache
def reviews() -> list[str]:
    """Real reviews of clothes, English."""
    rows = _gzipped("reviews/womens_clothing_reviews.csv.gz")
    return [row["Review Text"] for row in rows if row["Review Text"]]


@cache
def rated_reviews() -> list[tuple[str, str, int]]:
    """Real reviews of clothes: title, text and stars."""
    rows = _gzipped("reviews/womens_clothing_reviews.csv.gz")
    return [
        (row["Title"], row["Review Text"], int(row["Rating"])) for row in rows if row["Review Text"]
    ]


@cache
def food_reviews() -> list[str]:
    """Real reviews of food, English."""
    return [row["Text"] for row in table("reviews/amazon_fine_food_reviews.csv")]


@cache
def portuguese_reviews() -> list[str]:
    """Real reviews of a Brazilian marketplace (Olist)."""
    rows = _gzipped("reviews/olist_order_reviews.csv.gz")
    return [row["review_comment_message"] for row in rows if row["review_comment_message"]]


@cache
def indonesian_reviews() -> list[str]:
    """Real reviews of an Indonesian marketplace (PRDECT-ID)."""
    rows = _gzipped("reviews/prdect_id_product_reviews_indonesian.csv.gz", delimiter=";")
    return [row["Customer Review"] for row in rows]


def persons() -> Iterator[dict[str, Any]]:
    """Invented texts with persons; spans tell what stands where."""
    with (DATA / "moderation/pii_in_text_synthetic.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def table(name: str) -> list[dict[str, str]]:
    """A CSV file's rows."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _gzipped(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))
