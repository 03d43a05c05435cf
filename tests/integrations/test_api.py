"""The doors for products, orders and events."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer, Order, OrderEvent, OrderLine, Product
from reviewapp.models.outbox import OutboxEvent
from tests import factories

ORDER = {
    "email": "Ada.Quist@Customers.Example",
    "name": "Ada Quist",
    "locale": "de-DE",
    "country": "DE",
    "time_zone": "Europe/Berlin",
    "ordered_at": "2026-11-01T10:00:00+01:00",
    "promised_at": "2026-11-05T12:00:00Z",
    "currency": "EUR",
    "total": "48.50",
    "tags": ["gift"],
    "lines": [
        {"external_id": "1", "product": "MUG", "quantity": 2, "price": 19.25},
        {"external_id": "2", "product": "BOWL", "quantity": 1, "price": "10"},
    ],
}
DELIVERED = {"type": "delivered", "at": "2026-11-04T09:30:00Z"}


def put(api: FlaskClient, path: str, body: Any) -> Any:
    return api.put(f"/api/v1{path}", json=body)


def tell(api: FlaskClient, order: str, body: Any, **headers: str) -> Any:
    return api.post(f"/api/v1/orders/{order}/events", json=body, headers=headers)


def settle(kit: Kit) -> None:
    """As if the planner had been here."""
    with kit.database.transaction(EVERY_SHOP) as session:
        for order in session.scalars(select(Order)):
            order.planning_due = False
    kit.queues.redis.flushdb()


def planning_due(kit: Kit, external_id: str) -> bool:
    with kit.database.transaction(EVERY_SHOP) as session:
        due = session.scalar(select(Order.planning_due).where(Order.external_id == external_id))
        return bool(due)


def pinged(kit: Kit) -> bool:
    return bool(kit.queues.redis.exists("reviewapp:ping:plan"))


class TestProducts:
    def test_a_product_is_created_then_changed_then_left_alone(self, api: FlaskClient) -> None:
        body = {"title": "Stoneware mug", "usage_days": 3, "tags": ["kitchen"], "gtin": "40123455"}
        answers = [
            put(api, "/products/MUG", body),
            put(api, "/products/MUG", body | {"usage_days": 4}),
            put(api, "/products/MUG", {"brand": "Kiln"}),
        ]
        assert [answer.status_code for answer in answers] == [201, 200, 200]
        kept = api.get("/api/v1/products/MUG").json
        assert (kept["title"], kept["usage_days"], kept["brand"]) == ("Stoneware mug", 4, "Kiln")

    def test_an_id_with_a_slash_is_one_id(self, api: FlaskClient) -> None:
        assert put(api, "/products/cups%2Fblue%201", {"title": "Blue"}).status_code == 201
        assert api.get("/api/v1/products/cups/blue%201").json["external_id"] == "cups/blue 1"

    def test_a_new_usage_window_plans_waiting_orders_anew(self, api: FlaskClient, kit: Kit) -> None:
        put(api, "/orders/A-1", ORDER)
        settle(kit)
        put(api, "/products/MUG", {"title": "Mug"})
        assert not planning_due(kit, "A-1")
        put(api, "/products/MUG", {"usage_days": 21})
        assert planning_due(kit, "A-1")
        assert pinged(kit)

    def test_the_list_is_walked_by_cursor_without_gap_or_repeat(self, api: FlaskClient) -> None:
        for number in range(7):
            put(api, f"/products/P{number}", {"title": "x"})
        seen, path = [], "/api/v1/products?limit=3"
        while path:
            answer = api.get(path)
            seen += [item["external_id"] for item in answer.json["items"]]
            link = answer.headers.get("Link", "")
            assert ('rel="next"' in link) == (answer.json["next_cursor"] is not None)
            path = link.partition(">")[0].removeprefix("<http://localhost")
        assert seen == [f"P{number}" for number in range(7)]

    @pytest.mark.parametrize(
        "query", ["limit=101", "limit=0", "limit=x", "cursor=abc", "cursor=%00", "rating=1"]
    )
    def test_a_wrong_query_is_named(self, api: FlaskClient, query: str) -> None:
        answer = api.get(f"/api/v1/products?{query}")
        assert answer.status_code == 422
        assert query.split("=")[0] in answer.json["fields"]


class TestOrders:
    def test_an_order_comes_in_with_buyer_lines_and_bare_products(
        self, api: FlaskClient, kit: Kit
    ) -> None:
        answer = put(api, "/orders/A-1", ORDER)
        assert answer.status_code == 201
        assert answer.json["email"] == "Ada.Quist@customers.example"
        assert answer.json["ordered_at"] == "2026-11-01T09:00:00+00:00"
        assert [(line["product"], line["price"]) for line in answer.json["lines"]] == [
            ("MUG", "19.25"),
            ("BOWL", "10"),
        ]
        assert api.get("/api/v1/products/MUG").json["title"] == "MUG"
        assert planning_due(kit, "A-1")
        assert pinged(kit)

    def test_the_same_order_again_changes_nothing_and_wakes_nobody(
        self, api: FlaskClient, kit: Kit
    ) -> None:
        put(api, "/orders/A-1", ORDER)
        settle(kit)
        for _ in range(5):
            assert put(api, "/orders/A-1", ORDER).status_code == 200
        assert not planning_due(kit, "A-1")
        assert not pinged(kit)

    @pytest.mark.parametrize(
        ("change", "planned"),
        [
            ({"promised_at": "2026-11-09T12:00:00Z"}, True),
            ({"email": "other@customers.example"}, True),
            ({"time_zone": "Asia/Tokyo"}, True),
            ({"total": "12"}, False),
            ({"lines": [{"external_id": "3", "product": "JUG"}]}, True),
        ],
    )
    def test_only_what_planning_reads_plans_anew(
        self, api: FlaskClient, kit: Kit, change: dict[str, Any], planned: bool
    ) -> None:
        put(api, "/orders/A-1", ORDER)
        settle(kit)
        assert put(api, "/orders/A-1", ORDER | change).status_code == 200
        assert (planning_due(kit, "A-1"), pinged(kit)) == (planned, planned)

    def test_lines_not_named_again_stay(self, api: FlaskClient) -> None:
        put(api, "/orders/A-1", ORDER)
        again = put(api, "/orders/A-1", ORDER | {"lines": [{"external_id": "1", "product": "MUG"}]})
        assert [line["external_id"] for line in again.json["lines"]] == ["1", "2"]

    def test_one_address_is_one_person(self, api: FlaskClient, kit: Kit) -> None:
        put(api, "/orders/A-1", ORDER)
        put(api, "/orders/A-2", ORDER | {"email": "ada.quist@CUSTOMERS.example", "name": "Ada Q."})
        with kit.database.transaction(EVERY_SHOP) as session:
            assert session.scalars(select(Customer.name)).all() == ["Ada Q."]

    def test_an_erased_person_stays_erased(self, api: FlaskClient, kit: Kit) -> None:
        put(api, "/orders/A-1", ORDER)
        with kit.database.transaction(EVERY_SHOP) as session:
            person = session.scalars(select(Customer)).one()
            person.email, person.name, person.erased_at = None, None, person.created_at
        again = put(api, "/orders/A-1", ORDER)
        assert (again.status_code, again.json["email"], again.json["name"]) == (200, None, None)

    def test_another_shops_order_is_not_there(
        self, api: FlaskClient, kit: Kit, session: Any
    ) -> None:
        with kit.database.transaction(EVERY_SHOP) as opened:
            other = factories.shop(opened)
            factories.order(opened, other, external_id="THEIRS")
        assert api.get("/api/v1/orders/THEIRS").status_code == 404
        assert tell(api, "THEIRS", DELIVERED).status_code == 404
        assert put(api, "/orders/THEIRS", ORDER).status_code == 201
        assert session.scalar(select(func.count()).select_from(Order)) == 2

    def test_a_key_that_only_reads_writes_nothing(self, app: Any, kit: Kit, shop: Shop) -> None:
        with kit.database.transaction(EVERY_SHOP) as session:
            token = factories.api_key(session, shop, role="analyst")
        reader = app.test_client()
        headers = {"Authorization": f"Bearer {token}"}
        refused = reader.put("/api/v1/orders/A-1", json=ORDER, headers=headers)
        assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")
        assert reader.get("/api/v1/products", headers=headers).status_code == 200


class TestEvents:
    def test_a_delivery_of_the_whole_order_reaches_every_line(
        self, api: FlaskClient, kit: Kit
    ) -> None:
        put(api, "/orders/A-1", ORDER)
        settle(kit)
        answer = tell(api, "A-1", DELIVERED | {"tracking": "1Z999"})
        assert answer.status_code == 201
        assert {line["delivered_at"] for line in answer.json["lines"]} == {
            "2026-11-04T09:30:00+00:00"
        }
        assert answer.json["tracking"] == "1Z999"
        assert planning_due(kit, "A-1")
        assert pinged(kit)

    def test_the_same_event_five_times_is_one(self, api: FlaskClient, kit: Kit) -> None:
        put(api, "/orders/A-1", ORDER)
        assert tell(api, "A-1", DELIVERED).status_code == 201
        settle(kit)
        assert [tell(api, "A-1", DELIVERED).status_code for _ in range(4)] == [200] * 4
        assert not planning_due(kit, "A-1")
        assert not pinged(kit)
        with kit.database.transaction(EVERY_SHOP) as session:
            assert session.scalar(select(func.count()).select_from(OrderEvent)) == 1

    def test_a_later_instant_told_again_moves_nothing(self, api: FlaskClient, kit: Kit) -> None:
        put(api, "/orders/A-1", ORDER)
        tell(api, "A-1", DELIVERED)
        settle(kit)
        answer = tell(api, "A-1", DELIVERED | {"at": "2026-11-07T09:30:00Z"})
        assert answer.json["lines"][0]["delivered_at"] == "2026-11-04T09:30:00+00:00"
        assert not planning_due(kit, "A-1")

    def test_a_line_that_comes_after_the_event_has_its_facts_too(self, api: FlaskClient) -> None:
        put(api, "/orders/A-1", ORDER)
        tell(api, "A-1", DELIVERED)
        late = put(api, "/orders/A-1", ORDER | {"lines": [{"external_id": "3", "product": "JUG"}]})
        assert late.json["lines"][2]["delivered_at"] == "2026-11-04T09:30:00+00:00"

    def test_an_unknown_line_is_named_and_nothing_is_noted(
        self, api: FlaskClient, session: Any
    ) -> None:
        put(api, "/orders/A-1", ORDER)
        answer = tell(api, "A-1", DELIVERED | {"lines": ["1", "9"]})
        assert (answer.status_code, list(answer.json["fields"])) == (422, ["lines.1"])
        assert session.scalar(select(func.count()).select_from(OrderEvent)) == 0

    def test_an_unknown_order_is_404(self, api: FlaskClient) -> None:
        assert tell(api, "NONE", DELIVERED).status_code == 404

    def test_the_far_future_is_refused(self, api: FlaskClient) -> None:
        put(api, "/orders/A-1", ORDER)
        answer = tell(api, "A-1", DELIVERED | {"at": "2099-01-01T00:00:00Z"})
        assert (answer.status_code, list(answer.json["fields"])) == (422, ["at"])
        order = put(api, "/orders/A-2", ORDER | {"ordered_at": "2099-01-01T00:00:00Z"})
        assert (order.status_code, list(order.json["fields"])) == (422, ["ordered_at"])


def test_products_of_lines_are_shared_between_orders(api: FlaskClient, session: Any) -> None:
    put(api, "/orders/A-1", ORDER)
    put(api, "/orders/A-2", ORDER)
    assert session.scalar(select(func.count()).select_from(Product)) == 2
    assert session.scalar(select(func.count()).select_from(OrderLine)) == 4


def test_what_documents_show_of_a_product_is_told_on_and_what_planning_reads_is_not(
    kit: Kit, api: FlaskClient
) -> None:
    def told() -> list[str]:
        with kit.database.transaction(EVERY_SHOP) as session:
            return list(session.scalars(select(OutboxEvent.name)))

    put(api, "/products/MUG", {"title": "Mug"})
    put(api, "/products/MUG", {"title": "Mug", "usage_days": 4})
    assert "product.changed" not in told()
    put(api, "/products/MUG", {"title": "Stoneware mug"})
    assert told().count("product.changed") == 1
