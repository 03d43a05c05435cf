from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.collect.reasons import AWAITING, CANCELLED, DELAYED, REASONS, SKIPPED, sentence
from reviewapp.collect.rules import (
    LineFacts,
    OrderFacts,
    Plan,
    ProductFacts,
    language_for,
    plan_order,
    usage_days,
    why_never_reached,
)
from reviewapp.core.ids import new_id
from reviewapp.models.shop_settings import ShopSettings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = ShopSettings()
INSTANTS = st.none() | st.integers(-200, 0).map(lambda days: NOW + timedelta(days=days))


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def line(**facts: Any) -> LineFacts:
    return LineFacts(
        facts.pop("product_id", None) or new_id(),
        facts.pop("usage_days", 7),
        facts.pop("excluded", False),
        **facts,
    )


def planned(*lines: LineFacts, **facts: Any) -> Plan:
    order = OrderFacts(
        new_id(),
        facts.get("ordered_at", days_ago(10)),
        facts.get("promised_at"),
        facts.get("unreachable"),
        lines,
    )
    return plan_order(order, SETTINGS, now=NOW, not_before=facts.get("not_before", NOW))


def test_a_delivered_order_is_asked_about_after_its_usage_window() -> None:
    plan = planned(line(delivered_at=days_ago(2), shipped_at=days_ago(4)))
    assert (plan.state, plan.reason, plan.trigger) == ("planned", None, "delivered")
    assert plan.delivered_at == days_ago(2)
    assert plan.usage_days == 7
    assert plan.due_at == days_ago(2) + timedelta(days=7)


def test_without_a_delivery_event_shipment_and_the_promise_make_an_estimate() -> None:
    promised = NOW + timedelta(days=3)
    plan = planned(line(shipped_at=days_ago(1)), promised_at=promised)
    assert (plan.trigger, plan.delivered_at) == ("estimated", promised)


def test_without_a_promise_the_shop_s_transit_time_makes_the_estimate() -> None:
    plan = planned(line(shipped_at=days_ago(1)))
    assert plan.delivered_at == days_ago(1) + timedelta(days=SETTINGS.transit_days)


def test_a_promise_that_was_over_before_shipping_is_no_estimate() -> None:
    plan = planned(line(shipped_at=days_ago(1)), promised_at=days_ago(3))
    assert plan.delivered_at == days_ago(1) + timedelta(days=SETTINGS.transit_days)


def test_what_has_not_left_yet_awaits_its_delivery() -> None:
    plan = planned(line())
    assert (plan.state, plan.reason, plan.due_at) == ("planned", "awaiting_delivery", None)


def test_nothing_is_awaited_longer_than_90_days() -> None:
    plan = planned(line(), ordered_at=days_ago(90))
    assert (plan.state, plan.reason) == ("skipped", "never_delivered")


def test_the_largest_window_among_the_delivered_lines_counts() -> None:
    plan = planned(
        line(delivered_at=days_ago(1), usage_days=3), line(delivered_at=days_ago(1), usage_days=30)
    )
    assert plan.usage_days == 30
    assert plan.due_at == days_ago(1) + timedelta(days=30)


def test_a_part_that_arrived_waits_for_the_rest() -> None:
    plan = planned(line(delivered_at=days_ago(1), usage_days=3), line(shipped_at=days_ago(1)))
    assert plan.due_at == days_ago(1) + timedelta(days=SETTINGS.partial_wait_days)


def test_once_the_rest_arrives_nothing_is_waited_for() -> None:
    plan = planned(
        line(delivered_at=days_ago(5), usage_days=3), line(delivered_at=days_ago(1), usage_days=3)
    )
    assert plan.due_at == days_ago(1) + timedelta(days=3)


def test_a_cancelled_rest_is_not_waited_for() -> None:
    kept = line(delivered_at=days_ago(1), usage_days=3)
    plan = planned(kept, line(cancelled_at=days_ago(4)))
    assert plan.due_at == days_ago(1) + timedelta(days=3)
    assert plan.products == {kept.product_id}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"cancelled_at": days_ago(3)}, "cancelled_before_delivery"),
        ({"cancelled_at": days_ago(3), "shipped_at": days_ago(4)}, "cancelled_before_delivery"),
        ({"cancelled_at": days_ago(3), "delivered_at": days_ago(2)}, "cancelled_before_delivery"),
        ({"cancelled_at": days_ago(1), "delivered_at": days_ago(2)}, None),
        (
            {"cancelled_at": days_ago(3), "shipped_at": days_ago(4), "delivered_at": days_ago(2)},
            None,
        ),
        ({"refunded_at": days_ago(3)}, "refunded_before_delivery"),
        ({"refunded_at": days_ago(3), "delivered_at": days_ago(2)}, "refunded_before_delivery"),
        ({"refunded_at": days_ago(1), "delivered_at": days_ago(2)}, None),
        ({"returned_at": days_ago(1), "delivered_at": days_ago(2)}, None),
        ({"returned_at": days_ago(1), "shipped_at": days_ago(2)}, "returned_undelivered"),
        ({"lost_at": days_ago(1), "shipped_at": days_ago(2)}, "lost"),
        ({"lost_at": days_ago(1), "delivered_at": days_ago(2)}, "lost"),
        ({"lost_at": days_ago(2), "delivered_at": days_ago(1)}, None),
        ({}, None),
    ],
)
def test_only_lines_without_an_experience_are_left_out(
    facts: dict[str, datetime], reason: str | None
) -> None:
    assert why_never_reached(line(**facts)) == reason


def test_an_order_cancelled_before_delivery_is_cancelled() -> None:
    plan = planned(line(cancelled_at=days_ago(3)), line(cancelled_at=days_ago(3)))
    assert (plan.state, plan.reason) == ("cancelled", "cancelled_before_delivery")


def test_loss_is_the_first_reason_of_a_mixed_end() -> None:
    plan = planned(
        line(refunded_at=days_ago(3)), line(lost_at=days_ago(3)), line(cancelled_at=days_ago(3))
    )
    assert (plan.state, plan.reason) == ("cancelled", "lost")


def test_a_refunded_only_order_says_so() -> None:
    assert planned(line(refunded_at=days_ago(3))).reason == "refunded_before_delivery"


@pytest.mark.parametrize("reason", ["no_address", "unsubscribed", "bounced", "complained"])
def test_who_cannot_be_written_to_is_skipped_with_the_moment_kept(reason: str) -> None:
    plan = planned(line(delivered_at=days_ago(1)), unreachable=reason)
    assert (plan.state, plan.reason) == ("skipped", reason)
    assert plan.due_at == days_ago(1) + timedelta(days=7)


def test_excluded_products_are_asked_of_nobody() -> None:
    assert planned(line(delivered_at=days_ago(1), excluded=True)).reason == "product_excluded"
    asked = line(delivered_at=days_ago(1))
    plan = planned(asked, line(delivered_at=days_ago(1), excluded=True, usage_days=60))
    assert plan.products == {asked.product_id}
    assert plan.usage_days == 7


def test_old_deliveries_are_skipped_with_the_moment_kept() -> None:
    plan = planned(line(delivered_at=days_ago(91)), ordered_at=days_ago(95))
    assert (plan.state, plan.reason) == ("skipped", "too_old")
    assert plan.due_at == days_ago(84)


def test_a_dry_run_of_the_past_finds_nothing_too_old() -> None:
    plan = planned(line(delivered_at=days_ago(91)), not_before=days_ago(95))
    assert (plan.state, plan.reason) == ("planned", None)


def test_an_empty_order_is_skipped() -> None:
    assert planned().reason == "no_lines"


def test_the_usage_window_is_the_product_s_its_type_s_its_tags_or_the_shop_s() -> None:
    settings = ShopSettings(
        usage_days_by_product_type={"mattress": 30}, usage_days_by_tag={"care": 21, "slow": 40}
    )
    assert usage_days(ProductFacts(3, "mattress", ["care"], False), settings) == 3
    assert usage_days(ProductFacts(None, "mattress", ["care"], False), settings) == 30
    assert usage_days(ProductFacts(None, "cream", ["care", "slow"], False), settings) == 40
    assert usage_days(ProductFacts(None, None, [], False), settings) == 7


@pytest.mark.parametrize(
    ("locales", "language"),
    [
        (("pt_BR", "de", "fr"), "pt"),
        ((None, "de-AT", "fr"), "de"),
        (("ja", None, "fr"), "fr"),
        (("ja", "zz", "xx"), "en"),
        ((None, None, None), "en"),
    ],
)
def test_the_language_is_the_order_s_the_customer_s_or_the_shop_s(
    locales: tuple[str | None, str | None, str | None], language: str
) -> None:
    assert language_for(*locales) == language


LINES = st.builds(
    LineFacts,
    st.sampled_from([new_id(), new_id()]),
    st.integers(0, 60),
    st.booleans(),
    INSTANTS,
    INSTANTS,
    INSTANTS,
    INSTANTS,
    INSTANTS,
    INSTANTS,
)


@given(lines=st.lists(LINES, max_size=4), promised_at=INSTANTS, ordered_days=st.integers(0, 200))
def test_every_plan_has_a_state_a_known_reason_and_no_moment_before_delivery(
    lines: list[LineFacts], promised_at: datetime | None, ordered_days: int
) -> None:
    plan = planned(*lines, promised_at=promised_at, ordered_at=days_ago(ordered_days))
    known = {
        "planned": set(AWAITING) | {None},
        "skipped": set(SKIPPED),
        "cancelled": set(CANCELLED),
    }
    assert plan.reason in known[plan.state]
    if plan.due_at is not None:
        assert plan.delivered_at is not None
        assert plan.due_at >= plan.delivered_at
    if plan.state == "planned" and plan.reason is None:
        asked = {one.product_id for one in lines if not one.excluded}
        assert plan.products
        assert plan.products <= asked


@given(line=LINES)
def test_a_refund_or_return_after_the_goods_arrived_changes_nothing(line: LineFacts) -> None:
    arrived = line._replace(delivered_at=days_ago(50), shipped_at=days_ago(52))
    clean = arrived._replace(refunded_at=None, returned_at=None, cancelled_at=None, lost_at=None)
    spoiled = clean._replace(refunded_at=days_ago(1), returned_at=days_ago(2))
    assert planned(spoiled) == planned(clean)


def test_every_reason_has_a_sentence_for_people() -> None:
    assert set(REASONS) == set(AWAITING) | set(SKIPPED) | set(CANCELLED) | set(DELAYED)
    assert all(text.endswith(".") for text in REASONS.values())
    assert sentence("lost") == "The parcel was lost."
    assert sentence(None) == ""
    assert sentence("coined_elsewhere") == "coined_elsewhere"
