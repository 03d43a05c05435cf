"""A real shop's 3,496 orders, in the layout they were published in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Customer, Order, OrderEvent, OrderLine
from tests.integrations.order_files import counted


@pytest.mark.shared
class TestOlist:
    def test_all_orders_come_in_in_one_run_and_once(
        self, run: Any, kit: Kit, shared_data: Path
    ) -> None:
        result = run(shared_data / "reviews", "--json")
        assert (result.exit_code, counted(result)) == (0, (3496, 0, 0, 0))
        assert counted(run(shared_data / "reviews" / "olist_orders.csv.gz", "--json")) == (
            0, 0, 3496, 0,
        )  # fmt: skip
        with kit.database.transaction(EVERY_SHOP) as session:
            assert session.scalar(select(func.count()).select_from(Order)) == 3496
            assert session.scalar(select(func.count()).select_from(OrderLine)) == 3994
            assert session.scalars(select(Customer.email).distinct()).all() == [None]
            order = session.scalars(
                select(Order).where(Order.external_id == "2c810e97c1d3956172e1830863e6a133")
            ).one()
            line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
        assert order.ordered_at == datetime(2018, 8, 15, 14, 30, 33, tzinfo=UTC)
        assert order.promised_at == datetime(2018, 8, 27, 3, tzinfo=UTC)
        assert line.shipped_at == datetime(2018, 8, 15, 15, 44, tzinfo=UTC)
        assert line.delivered_at == datetime(2018, 8, 20, 18, 15, 42, tzinfo=UTC)
        assert str(order.total) == "1326.85"

    def test_cancelled_orders_say_so_with_or_without_lines(
        self, run: Any, kit: Kit, shared_data: Path
    ) -> None:
        run(shared_data / "reviews")
        with kit.database.transaction(EVERY_SHOP) as session:
            cancelled = session.scalar(
                select(func.count(func.distinct(OrderEvent.order_id))).where(
                    OrderEvent.type == "cancelled"
                )
            )
        assert cancelled == 21 + 18

    def test_addresses_are_made_only_when_asked_for(
        self, run: Any, kit: Kit, shared_data: Path
    ) -> None:
        template = "{customer_unique_id}@customers.example"
        run(shared_data / "reviews", "--email-template", template)
        with kit.database.transaction(EVERY_SHOP) as session:
            people = session.scalars(select(Customer.email)).all()
        assert all(email and email.endswith("@customers.example") for email in people)
        assert len(set(people)) == len(people) < 3496

    def test_a_missing_sibling_is_named(self, run: Any, tmp_path: Path, shared_data: Path) -> None:
        orders = (shared_data / "reviews" / "olist_orders.csv.gz").read_bytes()
        (tmp_path / "olist_orders.csv.gz").write_bytes(orders)
        told = str(run(tmp_path / "olist_orders.csv.gz").exception)
        assert "needs olist_order_items.csv.gz in the same folder" in told
        assert "holds no file" in str(run(shared_data / "images").exception)
