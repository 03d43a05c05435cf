"""Live queries: every filter and order, walked to its end, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from reviewapp.core.kit import Kit
from reviewapp.widgets.rules import product_key
from tests import factories
from tests.widgets.stories import change, give_photo, publish, shop_with_product

Walk = Callable[..., list[tuple[int, int]]]


@pytest.fixture
def address(kit: Kit) -> str:
    """The live query of a product with 30 reviews; every seventh has a photo, one is hidden."""
    shop, product = shop_with_product(kit)
    ids = [publish(kit, shop, product, rating=1 + n % 5, body=f"Mug no. {n}") for n in range(30)]
    for number in range(0, 30, 7):
        give_photo(kit, shop, ids[number])
    change(kit, shop, ids[4], state="withdrawn")
    return f"/w/v1/{shop.widget_key}/products/MUG/reviews"


@pytest.fixture
def walk(client: FlaskClient, address: str) -> Walk:
    """All pages of a query as (position, rating)."""

    def all_pages(**query: Any) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        cursor: str | None = ""
        while cursor is not None:
            answer = client.get(address, query_string={**query, "cursor": cursor, "limit": 4})
            assert answer.status_code == 200, answer.data
            assert answer.json is not None
            found += [(item["position"], item["rating"]) for item in answer.json["items"]]
            cursor = answer.json["next_cursor"]
        return found

    return all_pages


ALL = [(n, 1 + n % 5) for n in range(30) if n != 4]


def test_newest_and_oldest_hold_each_review_once(walk: Walk) -> None:
    assert walk() == list(reversed(ALL))
    assert walk(sort="oldest") == ALL


def test_highest_and_lowest_go_newest_first_within_a_rating(walk: Walk) -> None:
    assert walk(sort="highest") == sorted(ALL, key=lambda r: (-r[1], -r[0]))
    assert walk(sort="lowest") == sorted(ALL, key=lambda r: (r[1], -r[0]))


def test_stars_and_photos_narrow_every_order(walk: Walk) -> None:
    for sort in ("newest", "oldest", "highest", "lowest"):
        assert sorted(walk(sort=sort, stars="2,5")) == [r for r in ALL if r[1] in (2, 5)]
        assert sorted(walk(sort=sort, media="1")) == [r for r in ALL if r[0] % 7 == 0]
        assert walk(sort=sort, media="1", stars="5") == [r for r in ALL if r in [(14, 5)]]


def test_words_are_found_in_title_and_body(walk: Walk, client: FlaskClient, address: str) -> None:
    assert walk(q="17") == [(17, 3)]
    assert walk(q="mug", stars="3", sort="oldest") == [r for r in ALL if r[1] == 3]
    assert walk(q="tea warm", media="1") == [r for r in reversed(ALL) if r[0] % 7 == 0]
    assert walk(q="saucer") == []
    assert walk(q="'; DROP TABLE review; --") == []


def test_an_answer_is_shaped_like_the_documents(client: FlaskClient, address: str) -> None:
    answer = client.get(address, query_string={"media": "1", "limit": 1})
    assert answer.json is not None
    (item,) = answer.json["items"]
    assert item["photos"][0]["sources"][0]["src"].startswith("media/")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in answer.headers
    again = client.get(
        address,
        query_string={"media": "1", "limit": 1},
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stars", "6"),
        ("stars", "1,2,3,4,5,5"),
        ("stars", "1,"),
        ("stars", "12"),
        ("sort", "rating"),
        ("limit", "101"),
        ("limit", "x"),
        ("media", "maybe"),
        ("q", "x" * 201),
        ("cursor", "x-1"),
        ("language", "e1"),
        ("attribute", "fit"),
        ("cursor", "3--1"),
        ("cursor", "3-99999999999999999999"),
        ("q", "a\0b"),
    ],
)
def test_wrong_values_are_named(client: FlaskClient, address: str, name: str, value: str) -> None:
    answer = client.get(address, query_string={name: value})
    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["fields"]) == [name]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("key", ["NONE", "~", "~!!", "~AAAA", "~_w", "a%00b"])
def test_unknown_products_are_not_found(client: FlaskClient, address: str, key: str) -> None:
    assert client.get(address.replace("/MUG/", f"/{key}/")).status_code == 404


def test_unknown_widget_keys_are_not_found(client: FlaskClient) -> None:
    assert client.get("/w/v1/wk_none/products/MUG/reviews").status_code == 404
    assert client.get("/w/v1/wk%00/products/MUG/reviews").status_code == 404


def test_another_shops_product_is_not_found(client: FlaskClient, kit: Kit, address: str) -> None:
    from reviewapp.core.db import EVERY_SHOP

    with kit.database.transaction(EVERY_SHOP) as session:
        other = factories.shop(session)
    assert client.get(f"/w/v1/{other.widget_key}/products/MUG/reviews").status_code == 404


def test_an_odd_product_id_is_found_by_its_key(client: FlaskClient, kit: Kit) -> None:
    from reviewapp.core.db import EVERY_SHOP

    odd = "größe/12 ?"
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session)
        product = factories.product(session, shop, odd)
    publish(kit, shop, product)
    answer = client.get(f"/w/v1/{shop.widget_key}/products/{product_key(odd)}/reviews")
    assert answer.json is not None
    assert len(answer.json["items"]) == 1
