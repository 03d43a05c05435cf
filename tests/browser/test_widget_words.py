"""Numbers and days as the tags write them by hand are those of `Intl`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shelf import Shelf, open_shelf
from tests.browser.shelf_documents import head, review
from tests.browser.widget_states import LIST, REVIEW, State

BY_HAND = ["en", "en-US", "en-GB", "de", "de-DE", "fr", "fr-FR", "es", "es-ES", "pt", "pt-BR"]
BY_INTL = ["en-CA", "en-ZA", "de-CH", "es-MX", "es-US", "it", "ar-EG"]
NO_LANGUAGE = "en_US.UTF-8"
MEAN, COUNT, MANY = 4.5, 812, 12345
DAYS = [f"2026-{month:02d}-{1 + 9 * month % 28:02d}" for month in range(1, 13)]
AS_INTL = """([tag, days]) => [
  new Intl.NumberFormat(tag, {minimumFractionDigits: 1}).format(4.5),
  (812).toLocaleString(tag), (12345).toLocaleString(tag),
  days.map(day => new Intl.DateTimeFormat(tag, {dateStyle: "long", timeZone: "UTC"})
    .format(new Date(day))),
]"""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A review host and a shop without an application."""
    with open_shelf() as opened:
        yield opened


def test_numbers_and_days_are_written_as_intl_writes_them(page: Page, shelf: Shelf) -> None:
    reviews = [review(40 - at, date=day) for at, day in enumerate(DAYS)]
    histogram = {"1": 1, "2": 2, "3": 3, "4": COUNT, "5": MANY}
    summary = {"count": MANY, "average": MEAN, "histogram": histogram}
    documents = {"products/MUG/head.json": head(reviews, summary=summary)}
    for tag in [*BY_HAND, *BY_INTL, NO_LANGUAGE]:
        State(LIST, REVIEW, lang=tag, documents=documents).open(shelf, page)
        expect(page.locator(REVIEW)).to_have_count(len(DAYS))
        known = "en" if tag == NO_LANGUAGE else tag
        mean, count, many, days = page.evaluate(AS_INTL, [known, DAYS])
        assert page.locator("[part=average]").text_content() == mean, tag
        bars = page.locator("[part=bar-count]").all_text_contents()
        assert (bars[0], bars[1]) == (many, count), tag
        assert page.locator("[part=review] time").all_text_contents() == days, tag
        label = page.locator("[part=summary-text]").get_attribute("aria-label") or ""
        assert re.search(re.escape(mean), label), tag


READS_ON = """e => {
  const text = e.firstChild;
  const left = (at) => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect().left;
  };
  return left(0) < left(text.length - 1);
}"""
"""Whether the first sign of an element's text stands left of its last."""


def test_english_words_keep_their_order_on_a_page_from_right_to_left(
    page: Page, shelf: Shelf
) -> None:
    State(LIST, REVIEW, lang="he", direction="rtl").open(shelf, page)
    expect(page.locator("[part=status]")).to_have_text("20 of 45 reviews shown")
    names = "[part=bar-row] > :first-child"
    for part in ("[part=count]", "[part=status]", names):
        shown = page.locator(part).first
        assert shown.evaluate(READS_ON), part
    name, bar = (page.locator(part).first.bounding_box() for part in (names, "[part=bar]"))
    assert name is not None
    assert bar is not None
    assert name["x"] > bar["x"]
