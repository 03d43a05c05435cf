"""Products, orders and imports in the admin."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Order, OrderEvent
from reviewapp.models.integration import ImportRun
from tests import factories
from tests.people import SignedIn

Committed = Callable[[], Any]
HEAD = "order_id,email,ordered_at,product_id\n"


def send(owner: SignedIn, content: bytes, name: str = "orders.csv") -> Any:
    return owner.post("/admin/imports", {"file": (io.BytesIO(content), name)})


def test_orders_are_found_by_number_name_and_address(
    analyst: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        buyer = factories.customer(session, shop, "jonas@customers.example", name="Jonas Weber")
        factories.order(session, shop, buyer=buyer, external_id="A-100%")
        factories.order(session, shop, external_id="B-200")
        factories.order(session, factories.shop(session), external_id="C-300")
    for typed in ("a-100", "jonas w", "JONAS@", "100%"):
        page = analyst.get("/admin/orders", query_string={"q": typed}).text
        assert "A-100%" in page
        assert "B-200" not in page
    assert "No order like that" in analyst.get("/admin/orders?q=C-300").text


def test_an_order_shows_what_it_went_through(
    analyst: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        placed = factories.order(session, shop, delivered_days_ago=3, external_id="A-1")
        at = clock.now() - timedelta(days=3)
        factories.add(session, OrderEvent(
            shop_id=shop.id, order_id=placed.id, type="delivered", at=at, lines=["1"],
            tracking="DHL 1", digest="x",
        ))  # fmt: skip
        factories.request(session, shop, placed)
        theirs = factories.order(session, factories.shop(session))
    page = analyst.get(f"/admin/orders/{placed.id}").text
    assert "DHL 1" in page
    assert "Sent" in page
    assert analyst.get(f"/admin/orders/{theirs.id}").status_code == 404


def test_products_are_found_by_title_and_number(
    analyst: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        factories.product(session, shop, "BOWL-1", title="Salad bowl", excluded=True)
        factories.product(session, shop, "MUG-1")
    page = analyst.get("/admin/products?q=bowl").text
    assert "Salad bowl" in page
    assert "Nobody is asked" in page
    assert "MUG-1" not in page


def test_a_file_of_orders_is_taken_in_and_reported_row_by_row(
    owner: SignedIn, committed: Committed
) -> None:
    content = (
        HEAD + "A-1,ada@customers.example,2026-11-01,MUG\nA-2,ada@customers.example,soon,MUG\n"
    )
    answer = send(owner, content.encode())
    assert answer.status_code == 302
    page = owner.get(answer.headers["Location"]).text
    assert "ordered_at" in page
    assert "not a date such as" in page
    with committed() as session:
        assert session.scalars(select(Order.external_id)).all() == ["A-1"]
        run = session.scalars(select(ImportRun)).one()
    assert (run.created_count, run.bad_count) == (1, 1)
    send(owner, content.encode())
    with committed() as session:
        runs = session.scalars(select(ImportRun).order_by(ImportRun.id)).all()
    assert [run.unchanged_count for run in runs] == [0, 1]
    assert "orders.csv" in owner.get("/admin/imports").text


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\x00\x01\x02", "binary.csv"),
        (b"a,b\n1,2\n", "columns.csv"),
        (b"\x1f\x8bcut short", "short.gz"),
        (HEAD.encode() + b"\xff\xfe\xfa", "latin.csv"),
        (b"x", ""),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    owner: SignedIn, committed: Committed, content: bytes, name: str
) -> None:
    answer = send(owner, content, name)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    with committed() as session:
        assert session.scalars(select(Order)).all() == []


def test_a_name_that_climbs_out_of_its_folder_does_not(owner: SignedIn) -> None:
    row = b"A-1,ada@customers.example,2026-11-01,MUG\n"
    answer = send(owner, HEAD.encode() + row, "../../../etc/passwd")
    assert "etc_passwd" in owner.get(answer.headers["Location"]).text


def test_only_who_may_write_the_catalogue_imports(agent: SignedIn) -> None:
    assert agent.get("/admin/imports").status_code == 403
    assert send(agent, b"x").status_code == 403
