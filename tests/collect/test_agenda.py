from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from reviewapp.collect.agenda import Asked, Entry, Request, agenda, capped
from reviewapp.collect.rules import Plan
from reviewapp.core.ids import new_id
from reviewapp.models.shop_settings import ShopSettings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = ShopSettings()


def due(days: float, product: UUID | None = None, **plan: object) -> Entry:
    moment = NOON + timedelta(days=days)
    facts = {
        "state": "planned",
        "reason": None,
        "trigger": "delivered",
        "delivered_at": moment - timedelta(days=7),
        "usage_days": 7,
        "due_at": moment,
        "products": frozenset([product or new_id()]),
    }
    return Entry(new_id(), Plan(**(facts | plan)), "en", ZoneInfo("UTC"))


def asked(days: float, product: UUID | None = None) -> Asked:
    return Asked(NOON + timedelta(days=days), frozenset([product or new_id()]))


def of(*entries: Entry, history: tuple[Asked, ...] = (), **options: object) -> list[Request]:
    settings = options.pop("settings", SETTINGS)
    return agenda(entries, history, settings, not_before=NOON, **options)


def test_orders_due_within_the_window_share_one_message_at_the_last_moment() -> None:
    first, second = due(1), due(3)
    (request,) = of(second, first)
    assert request.order_ids == (first.order_id, second.order_id)
    assert request.key == min(first.order_id, second.order_id)
    assert request.send_at == NOON + timedelta(days=3)


def test_orders_due_further_apart_have_messages_of_their_own() -> None:
    assert len(of(due(1), due(4.1))) == 2


def test_a_backlog_becomes_one_message() -> None:
    (request,) = of(due(-40), due(-20), due(-1))
    assert request.send_at == NOON
    assert len(request.order_ids) == 3


def test_a_row_keeps_its_key_when_an_older_order_joins() -> None:
    older, newer = due(1), due(2)
    (request,) = of(older, newer, kept_keys={newer.order_id})
    assert request.key == newer.order_id


def test_a_message_keeps_its_distance_from_the_one_before() -> None:
    (request,) = of(due(1), history=(asked(-1),))
    assert request.send_at == NOON + timedelta(days=2)


def test_the_sixth_message_in_thirty_days_is_skipped() -> None:
    history = tuple(asked(-4 - 5 * n) for n in range(5))
    (request,) = of(due(0), history=history)
    assert (request.state, request.reason) == ("skipped", "frequency_cap")
    assert request.send_at == NOON
    assert of(due(0), history=history[:4])[0].state == "planned"


def test_planned_messages_count_towards_the_cap() -> None:
    requests = of(*(due(4 * n) for n in range(7)))
    assert [request.reason for request in requests] == [None] * 5 + ["frequency_cap"] * 2


def test_the_cap_looks_back_its_days_only() -> None:
    assert not capped([NOON - timedelta(days=30)] * 9, NOON, SETTINGS)
    assert capped([NOON - timedelta(days=29)] * 5, NOON, SETTINGS)


def test_the_same_product_is_asked_about_once_a_year() -> None:
    mug = new_id()
    assert of(due(0, mug), history=(asked(-300, mug),))[0].reason == "same_product"
    assert of(due(0, mug), history=(asked(-366, mug),))[0].reason is None


def test_the_same_product_in_two_coming_messages_is_asked_about_once() -> None:
    mug = new_id()
    assert [request.reason for request in of(due(0, mug), due(9, mug))] == [None, "same_product"]


def test_one_new_product_is_enough_to_ask() -> None:
    mug = new_id()
    both = due(0, products=frozenset([mug, new_id()]))
    assert of(both, history=(asked(-9, mug),))[0].state == "planned"


def test_a_shared_message_is_an_estimate_when_one_of_its_orders_is() -> None:
    (request,) = of(due(0, trigger="estimated"), due(1))
    assert request.trigger == "estimated"


def test_what_is_not_asked_about_keeps_a_row_of_its_own() -> None:
    lost = Entry(new_id(), Plan("cancelled", "lost"), "de", ZoneInfo("UTC"))
    waiting = Entry(new_id(), Plan("planned", "awaiting_delivery"), "de", ZoneInfo("UTC"))
    requests = {request.key: request for request in of(lost, waiting, due(0))}
    assert len(requests) == 3
    assert requests[lost.order_id].reason == "lost"
    assert requests[waiting.order_id].send_at is None


@given(
    moments=st.lists(st.floats(-60, 60), max_size=12),
    before=st.lists(st.floats(-60, 0), max_size=6),
)
def test_every_order_is_in_exactly_one_request_and_messages_keep_their_distance(
    moments: list[float], before: list[float]
) -> None:
    entries = [due(days) for days in moments]
    requests = of(*entries, history=tuple(asked(days) for days in before))
    covered = [order_id for request in requests for order_id in request.order_ids]
    assert sorted(covered) == sorted(entry.order_id for entry in entries)
    assert all(request.key in request.order_ids for request in requests)
    sent = sorted(r.send_at for r in requests if r.state == "planned" and r.send_at)
    gaps = [later - earlier for earlier, later in pairwise(sent)]
    assert all(gap >= timedelta(days=SETTINGS.merge_days) for gap in gaps)
    dues = {entry.order_id: entry.plan.due_at for entry in entries}
    for request in requests:
        assert request.send_at >= max(dues[order_id] for order_id in request.order_ids)
