from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.olist_table import AS_OF, replay, written_after
from reviewapp.collect.planning import plan_due
from reviewapp.collect.reasons import REASONS
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Order
from reviewapp.models.review_request import ReviewRequest

ORDERS = 3_496
PAGE = Path(__file__).resolve().parents[2] / "docs" / "asking.md"


@pytest.mark.shared
def test_every_olist_order_is_planned_skipped_or_cancelled_with_a_reason(
    kit: Kit, shared_data: Path
) -> None:
    file = shared_data / "reviews" / "olist_orders.csv.gz"
    run = replay(kit, file)
    with clock.frozen(AS_OF):
        assert plan_due(kit) == ORDERS
    with kit.database.transaction(EVERY_SHOP) as session:
        requests = session.scalars(
            select(ReviewRequest).join(Order, Order.request_id == ReviewRequest.id)
        ).all()
        waiting = session.scalars(select(Order.id).where(Order.planning_due)).all()
    assert len(requests) == ORDERS
    assert waiting == []
    assert {request.state for request in requests} <= {"planned", "skipped", "cancelled"}
    assert all(request.reason in REASONS for request in requests if request.state != "planned")
    moments = [(r.delivered_at, r.send_at) for r in requests if r.send_at]
    assert len(moments) > 3_000
    assert all(delivered_at and delivered_at <= send_at for delivered_at, send_at in moments)
    told = sum(Counter(run.outcomes).values())
    assert (run.orders, told + run.shared) == (ORDERS, ORDERS)
    assert f"{run.messages:,} messages" in PAGE.read_text()
    assert len(written_after(file.parent, file)) > 3_000


def test_every_reason_is_documented_with_its_sentence() -> None:
    page = PAGE.read_text()
    missing = [
        name for name, text in REASONS.items() if f"`{name}`" not in page or text not in page
    ]
    assert missing == []
