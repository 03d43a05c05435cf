from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from reviewapp.collect.cli import plan
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import NotFound
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review_request import ReviewRequest
from tests import factories


def run(kit: Kit, *arguments: str) -> Result:
    @contextmanager
    def opened() -> Iterator[Kit]:
        yield kit

    return CliRunner().invoke(plan, arguments, obj=opened, standalone_mode=False)


@pytest.fixture
def orders(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        factories.order(session, shop, delivered_days_ago=1, external_id="A-1")
        factories.order(session, shop, external_id="A-2")
        factories.order(session, shop, delivered_days_ago=300, external_id="A-3")


def test_the_dry_run_prints_counts_and_reasons(kit: Kit, orders: None) -> None:
    result = run(kit, "--dry-run", "--days", "90")
    assert result.exception is None
    assert "2 orders since" in result.output
    assert "awaiting_delivery" in result.output
    with kit.database.transaction(EVERY_SHOP) as session:
        assert session.scalar(select(func.count(ReviewRequest.id))) == 0


def test_the_dry_run_tells_programs_every_request(kit: Kit, shop: Shop, orders: None) -> None:
    told = json.loads(run(kit, "--dry-run", "--days", "400", "--json").output)[str(shop.id)]
    assert told["orders"] == 3
    assert told["messages"] == 2
    by_order = {request["orders"][0]: request for request in told["requests"]}
    assert by_order["A-3"]["send_at"] > by_order["A-3"]["delivered_at"]
    assert by_order["A-2"]["send_at"] is None


def test_without_the_dry_run_changed_orders_are_planned(kit: Kit, orders: None) -> None:
    assert json.loads(run(kit, "--json").output) == {"planned": 3}
    assert run(kit).output == "0 orders planned\n"


def test_an_unknown_shop_is_one_clear_line(kit: Kit, shop: Shop) -> None:
    with pytest.raises(NotFound, match="There is no shop Nowhere"):
        raise run(kit, "--dry-run", "--shop", "Nowhere").exception or AssertionError()
    assert run(kit, "--dry-run", "--shop", shop.name).exception is None
