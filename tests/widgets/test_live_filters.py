"""Filters by language and answers, the order by votes, and the bars of the summary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review import Review
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.rebuilding import rebuild
from reviewapp.widgets.vote_rules import added
from tests.widgets.stories import change, give_photo, head, publish, shop_with_product

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FITS = ("small", "true", "large")
LOCALES = ("en", "de_AT", "en-GB")


@pytest.fixture
def shirts(kit: Kit) -> Shop:
    """A shirt with 24 reviews: every answer, three locales, votes on every fifth."""
    shop, product = shop_with_product(kit)
    with kit.database.transaction(shop.id) as session:
        session.merge(product).product_type = "shirt"
    for number in range(24):
        review_id = publish(
            kit,
            shop,
            product,
            rating=1 + number % 5,
            locale=LOCALES[number % 3],
            answers={"fit": FITS[number % 4] if number % 4 < 3 else "x", "use": "At work"},
        )
        if number % 6 == 0:
            give_photo(kit, shop, review_id, key=f"aa/bb/{number}-320.webp")
        if number % 5 == 0:
            with kit.database.transaction(shop.id) as session:
                review = session.get_one(Review, review_id)
                review.helpful_count = 1
                review.helpful_weight = added(0, NOON - timedelta(days=number))
    return shop


def walk(client: FlaskClient, shop: Shop, **query: Any) -> list[int]:
    """Positions of all pages of a query."""
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = client.get(
            f"/w/v1/{shop.widget_key}/products/MUG/reviews",
            query_string={**query, "cursor": cursor, "limit": 3},
        )
        assert answer.json is not None
        assert answer.status_code == 200, answer.json
        found += [item["position"] for item in answer.json["items"]]
        cursor = answer.json["next_cursor"]
    return found


VOTED = [0, 5, 10, 15, 20]
BY_VOTES = VOTED + [n for n in reversed(range(24)) if n not in VOTED]


def test_most_helpful_is_walked_by_faded_votes_then_newest(
    client: FlaskClient, shirts: Shop
) -> None:
    assert walk(client, shirts, sort="helpful") == BY_VOTES
    assert walk(client, shirts, sort="helpful", stars="1") == [n for n in BY_VOTES if n % 5 == 0]
    assert walk(client, shirts, sort="helpful", language="de") == [
        n for n in BY_VOTES if n % 3 == 1
    ]


def test_languages_are_told_apart_by_their_first_part(client: FlaskClient, shirts: Shop) -> None:
    english = [n for n in reversed(range(24)) if n % 3 != 1]
    assert walk(client, shirts, language="en-US") == english
    assert walk(client, shirts, language="de", sort="oldest") == [1, 4, 7, 10, 13, 16, 19, 22]
    assert walk(client, shirts, language="fr") == []


def test_answers_narrow_every_order(client: FlaskClient, shirts: Shop) -> None:
    large = [n for n in range(24) if n % 4 == 2]
    for sort in ("newest", "oldest", "highest", "lowest", "helpful"):
        assert sorted(walk(client, shirts, attribute="fit:large", sort=sort)) == large
    assert walk(client, shirts, attribute="fit:large", stars="3") == [22, 2]
    assert walk(client, shirts, attribute="fit:large", q="tea warm", media="photo") == [18, 6]
    assert walk(client, shirts, attribute="use:At work") == []


def test_photos_and_films_are_asked_for_apart_or_together(
    client: FlaskClient, shirts: Shop
) -> None:
    assert walk(client, shirts, media="photo") == [18, 12, 6, 0]
    assert walk(client, shirts, media="1", sort="oldest") == [0, 6, 12, 18]
    assert walk(client, shirts, media="video") == []


def test_the_bars_follow_every_change_and_equal_a_recount(kit: Kit, shirts: Shop) -> None:
    publish_due(kit)
    (fit,) = head(kit, shirts)["attributes"]
    assert (fit["kind"], fit["counts"]) == ("scale", {"small": 6, "true": 6, "large": 6})
    assert [choice["value"] for choice in fit["choices"]] == list(FITS)
    assert fit["average"] == 2.0
    with kit.database.transaction(shirts.id) as session:
        by_position = {r.position: r.id for r in session.query(Review)}
    change(kit, shirts, by_position[0], state="withdrawn")
    change(kit, shirts, by_position[4], answers={"fit": "large"})
    change(kit, shirts, by_position[1], answers={})
    for _ in range(2):
        change(kit, shirts, by_position[8], answers={"fit": "true"}, rating=2)
    publish_due(kit)
    (fit,) = head(kit, shirts)["attributes"]
    assert fit["counts"] == {"small": 3, "true": 6, "large": 7}
    assert fit["average"] == 2.3
    rebuild(kit)
    assert head(kit, shirts)["attributes"] == [fit]
