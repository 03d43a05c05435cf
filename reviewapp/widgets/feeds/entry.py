"""What every feed is made of, and what any format may have to leave out. Pure."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from reviewapp.core.i18n import Translator
from reviewapp.widgets.values import ProductFacts, PublishedReview, ShopFacts

NO_WORDS, NO_TITLE, NO_ADDRESS, STAFF = "no_words", "no_title", "no_product_address", "staff"
"""Why a published review cannot be in a feed: what the format requires is empty, or its reader
takes no reviews by people who work for the shop. There is no reason that names a rating."""
FOLDER, REPORTS = "feeds/", "feeds/reports/"

# What XML 1.0 cannot hold; no other format has a use for it either.
_NOT_TEXT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_HTTP = re.compile(r"https?://[^\s]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedShop:
    """Whose feed it is, and the words of its language."""

    facts: ShopFacts
    words: Translator

    @property
    def id(self) -> str:
        """The shop's public key, which ends the address of its folder."""
        return self.facts.base_url.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class FeedReview:
    """What feeds tell of a published review beside what every surface shows."""

    review: PublishedReview
    product: ProductFacts
    submitted_at: datetime
    anonymous: bool
    invited: bool | None
    """Whether it answers an invitation after delivery; None where another system asked."""
    address: str
    """The page it can be read on, with others."""
    published_at: datetime | None = None
    edited_at: datetime | None = None

    @property
    def nameless(self) -> bool:
        """Whether nobody is named as its author."""
        return self.anonymous or not clean(self.review.author).strip()


class Exporter(ABC):
    """One format: `head`, entries with `separator` between them, `tail`.

    An entry is asked for only where `omission` gives no reason against it. To add a format, write
    a class and put it into `writer.WRITTEN_WITH`.
    """

    name: ClassVar[str]
    """Names its report and its row on the team's page."""
    file: ClassVar[str]
    """Below the shop's published folder; the suffix decides the media type."""
    separator: ClassVar[str] = ""
    tail: ClassVar[str] = ""

    @property
    def report_file(self) -> str:
        """Where the count of what it left out lies, below the shop's published folder."""
        return f"{REPORTS}{self.name}.json"

    @abstractmethod
    def head(self, shop: FeedShop) -> str:
        """The file up to its first review."""

    @abstractmethod
    def entry(self, shop: FeedShop, entry: FeedReview) -> str:
        """One review."""

    @abstractmethod
    def omission(self, entry: FeedReview) -> str | None:
        """Why this review cannot be in the feed; never its rating (G21)."""


def report(reviews: int, omitted: Mapping[tuple[str, int], int]) -> dict[str, object]:
    """What a feed holds and left out, by reason and rating, for anyone to check (G21)."""
    reasons: dict[str, dict[str, int]] = {}
    for (reason, rating), number in sorted(omitted.items()):
        reasons.setdefault(reason, {})[str(rating)] = number
    return {"reviews": reviews, "omitted": reasons}


def without_words(entry: FeedReview) -> bool:
    """Whether nothing is left to read in its text."""
    return not clean(entry.review.body).strip()


def product_address(entry: FeedReview) -> str | None:
    """The product's own page; None where the shop gave none, or one that is no web address."""
    url = clean(entry.product.url or "")
    return url if _HTTP.fullmatch(url) else None


def gtin_of(product: ProductFacts) -> str | None:
    """The product's trade item number; None where what was given is none."""
    gtin = (product.gtin or "").strip()
    return gtin if _GTIN.fullmatch(gtin) else None


def sku_of(product: ProductFacts) -> str:
    """What the shop itself calls the product."""
    return clean(product.sku or product.external_id)


def clean(text: str) -> str:
    """Without what XML 1.0 cannot hold: one such character makes a whole file void."""
    return _NOT_TEXT.sub("", text).replace("\r", "\n")


def instant(at: datetime) -> str:
    """As RFC 3339 writes it, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
