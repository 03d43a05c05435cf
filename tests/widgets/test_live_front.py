"""Live answers are kept, and never older than the documents."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.widgets.publishing import publish_due
from tests.widgets.stories import publish, shop_with_product

Place = tuple[Shop, Product, str]


@pytest.fixture
def place(kit: Kit) -> Place:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product, rating=5)
    publish_due(kit)
    return shop, product, f"/w/v1/{shop.widget_key}/products/MUG/reviews?stars=5"


def test_the_same_query_again_asks_no_database(
    client: FlaskClient, kit: Kit, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(place[2])
    asked: list[Any] = []

    reading = kit.database.reading
    monkeypatch.setattr(kit.database, "reading", lambda shop: asked.append(shop) or reading(shop))
    again = client.get(place[2])
    assert asked == []
    assert (again.data, again.status_code) == (first.data, 200)
    for name in ("ETag", "Cache-Control", "Content-Type", "Access-Control-Allow-Origin"):
        assert again.headers[name] == first.headers[name]
    known = client.get(place[2], headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    client.get(f"{place[2]}&sort=oldest")
    assert asked


def test_a_written_change_is_answered_at_once(client: FlaskClient, kit: Kit, place: Place) -> None:
    shop, product, address = place
    assert len(client.get(address).json["items"]) == 1
    publish(kit, shop, product, rating=5)
    publish_due(kit)
    assert len(client.get(address).json["items"]) == 2
