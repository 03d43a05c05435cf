"""G16 under fire: after each of 500 random acts every surface tells the same numbers."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Product
from reviewapp.models.listing import RatingSummary
from reviewapp.models.review import Review
from reviewapp.widgets.feeds.entry import Exporter
from reviewapp.widgets.feeds.writer import WRITTEN_WITH
from reviewapp.widgets.marks import FEEDS
from reviewapp.widgets.public import _known_place
from reviewapp.widgets.publishing import publish_once
from reviewapp.widgets.rebuilding import rebuild
from tests.widgets.feed_samples import ratings_of
from tests.widgets.random_acts import KEYS, Story
from tests.widgets.stories import published_json

ACTS = 500
EVERYTHING_EACH = 50
Numbers = tuple[int, float, dict[str, int]]


def told(numbers: dict[str, Any]) -> Numbers:
    return numbers["count"], numbers["average"], numbers["histogram"]


def counted(session: Any, products: list[UUID]) -> Numbers:
    """From the reviews themselves, by nothing the product uses."""
    rows = session.execute(
        select(Review.rating, func.count())
        .where(Review.product_id.in_(products), Review.state == "published")
        .group_by(Review.rating)
    ).all()
    histogram = {str(star): 0 for star in range(1, 6)} | {str(star): n for star, n in rows}
    count = sum(histogram.values())
    total = sum(int(star) * number for star, number in histogram.items())
    average = int(total / count * 10 + 0.5 + 1e-9) / 10 if count else 0.0
    return count, average, histogram


def truth(story: Story) -> dict[str, Numbers]:
    with story.kit.database.transaction(story.shop.id) as session:
        products = {p.external_id: p for p in session.scalars(select(Product))}
        found = {}
        for key in KEYS:
            mine = products[key].listing_id or products[key].id
            shown = [p.id for p in products.values() if (p.listing_id or p.id) == mine]
            found[key] = counted(session, shown)
            row = session.get(RatingSummary, mine)
            stars = row.histogram if row else (0,) * 5
            assert {str(n): stars[n - 1] for n in range(1, 6)} == found[key][2]
    return found


def check_documents(story: Story, expected: dict[str, Numbers]) -> None:
    for key, numbers in expected.items():
        folder = f"p/v1/{story.shop.widget_key}/products/{key}"
        if not numbers[0] and not story.kit.published.exists(f"{folder}/head.json"):
            continue
        assert (
            told(published_json(story.kit, story.shop, f"products/{key}/head.json")["summary"])
            == numbers
        )
        for name in ("head.html", "index.html"):
            page = story.kit.published.read(f"{folder}/{name}").decode()
            assert in_html(page) == numbers
            assert in_json_ld(page) == numbers[:2]


def in_html(page: str) -> Numbers:
    bars = {star: int(n) for star, n in re.findall(r"<li>(\d) stars?: (\d+)</li>", page)}
    if not bars:
        assert "No reviews yet." in page
        return 0, 0.0, {str(star): 0 for star in range(1, 6)}
    count = int(re.search(r"(\d+) reviews?</p>", page)[1])
    average = float(re.search(r"([\d.]+) ★", page)[1])
    return count, average, dict(sorted(bars.items()))


def in_json_ld(page: str) -> tuple[int, float]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    if not found:
        return 0, 0.0
    rating = orjson.loads(found[1])["aggregateRating"]
    return rating["reviewCount"], rating["ratingValue"]


def check_everything(story: Story, client: FlaskClient, expected: dict[str, Numbers]) -> None:
    with clock.frozen(story.at + timedelta(seconds=1)):
        while publish_once(story.kit):
            story.at += timedelta(seconds=1)
    stars = published_json(story.kit, story.shop, "stars/0.json")["products"]
    for key, numbers in expected.items():
        assert stars.get(key, [0.0, 0]) == [numbers[1], numbers[0]]
        assert in_live_query(story, client, key) == numbers[2]
        headers = {"Authorization": f"Bearer {story.key}"}
        answer = client.get(f"/api/v1/products/{key}", headers=headers).json
        assert (
            told(answer["summary"] or {"count": 0, "average": 0.0, "histogram": numbers[2]})
            == numbers
        )
    with story.kit.database.transaction(story.shop.id) as session:
        whole = counted(session, list(session.scalars(select(Product.id))))
    assert told(published_json(story.kit, story.shop, "store.json")) == whole
    page = story.kit.published.read(f"p/v1/{story.shop.widget_key}/reviews/index.html").decode()
    assert in_html(unescape(page)) == whole


def in_live_query(story: Story, client: FlaskClient, key: str) -> dict[str, int]:
    _known_place.cache_clear()
    histogram = {str(star): 0 for star in range(1, 6)}
    cursor: str | None = ""
    while cursor is not None:
        answer = client.get(
            f"/w/v1/{story.shop.widget_key}/products/{key}/reviews",
            query_string={"cursor": cursor, "limit": 100, "at": story.at.isoformat()},
        )
        for item in answer.json["items"]:
            histogram[str(item["rating"])] += 1
        cursor = answer.json["next_cursor"]
    return histogram


def in_feed(story: Story, exporter: Exporter) -> dict[str, int]:
    """What the feed holds and, by its own report, had to leave out."""
    text = story.kit.published.read(f"p/v1/{story.shop.widget_key}/{exporter.file}").decode()
    counted = published_json(story.kit, story.shop, exporter.report_file)
    histogram = Counter({str(star): 0 for star in range(1, 6)})
    histogram.update(str(rating) for rating in ratings_of(exporter, text))
    assert histogram.total() == counted["reviews"]
    for by_star in counted["omitted"].values():
        histogram.update(by_star)
    return dict(histogram)


@pytest.mark.timeout(600)
def test_one_number_everywhere_after_each_of_500_acts(
    kit: Kit, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewapp.widgets.public.limit_here", lambda *_, **__: 1)
    story = Story(kit, seed=16)
    for number in range(1, ACTS + 1):
        story.step()
        expected = truth(story)
        check_documents(story, expected)
        if number % EVERYTHING_EACH == 0:
            check_everything(story, client, expected)
    with clock.frozen(story.at + timedelta(hours=2)):
        rebuild(kit)
    expected = truth(story)
    check_documents(story, expected)
    with kit.database.transaction(story.shop.id) as session:
        whole = counted(session, list(session.scalars(select(Product.id))))
    for exporter in WRITTEN_WITH[FEEDS]:
        assert in_feed(story, exporter) == whole[2]
    assert whole[0] > 100
