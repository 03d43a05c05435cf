"""Writing a shop's feeds: one reading for all formats, memory flat, complete each run."""

from __future__ import annotations

import gzip
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from typing import Any
from uuid import UUID

import brotli

from reviewapp.core.json import canonical_bytes
from reviewapp.core.kit import Kit
from reviewapp.core.storage import Storage
from reviewapp.models.account import Shop
from reviewapp.widgets.documents import FORMAT
from reviewapp.widgets.feeds.entry import Exporter, FeedReview, FeedShop, report
from reviewapp.widgets.feeds.google import GoogleProductReviews
from reviewapp.widgets.feeds.merchant_api import MerchantApi
from reviewapp.widgets.feeds.meta import MetaCsv, MetaJson
from reviewapp.widgets.feeds.news import NEWEST, JsonFeed, Rss
from reviewapp.widgets.feeds.source import entries, feed_shop, newest, whole
from reviewapp.widgets.marks import FEEDS, NEWS
from reviewapp.widgets.writer import (
    BROTLI_QUALITY,
    GZIP_LEVEL,
    put_document,
    put_file,
    shop_folder,
)

COPIED = 1 << 18
WRITTEN_WITH: dict[str, tuple[Exporter, ...]] = {
    FEEDS: (GoogleProductReviews(), MerchantApi(), MetaCsv(), MetaJson()),
    NEWS: (Rss(), JsonFeed()),
}
"""Every format, by the mark it is written with: all reviews, or the newest ones."""


def files_of(mark: str) -> list[str]:
    """The published files that are written with this mark, reports too."""
    return [file for each in WRITTEN_WITH[mark] for file in (each.file, each.report_file)]


def write_feeds(kit: Kit, shop_id: UUID, mark: str) -> dict[str, dict[str, object]]:
    """Write the feeds of `mark` and the report of each; returns the reports by format.

    They go to temporary files first: the bucket is asked only when the transaction is over.
    """
    exporters = WRITTEN_WITH[mark]
    with tempfile.TemporaryDirectory(prefix="feed-") as folder:
        drafts = [Draft(exporter, Path(folder) / exporter.name) for exporter in exporters]
        with kit.database.transaction(shop_id) as session:
            shop = session.get_one(Shop, shop_id)
            told = feed_shop(shop, kit.settings.public_url)
            wanted = whole(shop) if mark == FEEDS else newest(shop, NEWEST)
            write_drafts(drafts, told, entries(session, shop, told, wanted))
        target = f"{shop_folder(shop.widget_key)}/"
        for draft in drafts:
            _put_with_twins(kit.published, target + draft.exporter.file, draft.path)
            counted = canonical_bytes({"format": FORMAT} | draft.report())
            put_document(kit.published, target + draft.exporter.report_file, counted)
    return {draft.exporter.name: draft.report() for draft in drafts}


class Draft:
    """One format on its way into a local file, and what it had to leave out."""

    def __init__(self, exporter: Exporter, path: Path) -> None:
        self.exporter, self.path = exporter, path
        self._written = 0
        self._omitted: Counter[tuple[str, int]] = Counter()

    def taken(self, shop: FeedShop, entry: FeedReview) -> str:
        """What this review adds to the file; empty where the format has to leave it out."""
        reason = self.exporter.omission(entry)
        if reason:
            self._omitted[reason, entry.review.rating] += 1
            return ""
        ahead = self.exporter.separator if self._written else ""
        self._written += 1
        return ahead + self.exporter.entry(shop, entry)

    def report(self) -> dict[str, object]:
        """What it holds and left out, by reason and rating (G21)."""
        return report(self._written, self._omitted)


def write_drafts(drafts: Sequence[Draft], shop: FeedShop, reviews: Iterable[FeedReview]) -> None:
    """All formats side by side: each review is held for as long as it takes to write it."""
    with ExitStack() as open_files:
        files: list[Any] = [
            open_files.enter_context(draft.path.open("w", encoding="utf-8", newline=""))
            for draft in drafts
        ]
        for draft, file in zip(drafts, files, strict=True):
            file.write(draft.exporter.head(shop))
        for entry in reviews:
            for draft, file in zip(drafts, files, strict=True):
                file.write(draft.taken(shop, entry))
        for draft, file in zip(drafts, files, strict=True):
            file.write(draft.exporter.tail)


def _put_with_twins(published: Storage, target: str, path: Path) -> None:
    """As `put_document` does, but never with the whole file in memory."""
    brotlied, gzipped = path.with_suffix(".br"), path.with_suffix(".gz")
    compressor = brotli.Compressor(quality=BROTLI_QUALITY)
    with path.open("rb") as plain, brotlied.open("wb") as packed:
        while part := plain.read(COPIED):
            packed.write(compressor.process(part))
        packed.write(compressor.finish())
    with path.open("rb") as plain, gzipped.open("wb") as raw, gzip.GzipFile(
        filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=raw, mtime=0
    ) as packed:  # fmt: skip
        copyfileobj(plain, packed, COPIED)
    for coding, file in (("br", brotlied), ("gzip", gzipped), ("", path)):
        with file.open("rb") as stream:
            put_file(published, target, stream, coding=coding)
