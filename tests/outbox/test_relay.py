from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.models.account import Shop
from reviewapp.models.outbox import OutboxEvent
from reviewapp.outbox.messages import emit
from reviewapp.outbox.relay import RETRY, relay_events
from tests import factories


@pytest.fixture
def event(kit, shop) -> OutboxEvent:
    with kit.database.transaction(shop.id) as session:
        return emit(session, "parcel.arrived", shop_id=shop.id, product_id=shop.id)


def stored(kit, event) -> OutboxEvent:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.get_one(OutboxEvent, event.id)


def rename(session, kit, event) -> None:
    shop = session.scalars(select(Shop)).one()
    shop.name += "!"


def note(session, kit, event) -> None:
    factories.product(session, session.scalars(select(Shop)).one())


def fail(session, kit, event) -> None:
    factories.product(session, session.scalars(select(Shop)).one())
    session.flush()
    raise OSError("the outside is away")


def test_each_reaction_runs_once_and_in_the_event_s_shop(kit, shop, event) -> None:
    assert relay_events(kit, {"parcel.arrived": (rename, note)}) == 2
    assert relay_events(kit, {"parcel.arrived": (rename, note)}) == 0
    assert stored(kit, event).state == "done"
    with kit.database.transaction(shop.id) as session:
        assert session.scalar(select(Shop.name)) == "Kiln & Clay!"


def test_a_failed_reaction_is_undone_and_tried_again_alone(kit, shop, event) -> None:
    relay_events(kit, {"parcel.arrived": (rename, fail)})
    waiting = stored(kit, event)
    assert (waiting.state, waiting.attempts, waiting.done) == ("pending", 1, ["rename"])
    assert "the outside is away" in waiting.last_error
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        fail_no_more = note
        fail_no_more.__name__ = "fail"
        relay_events(kit, {"parcel.arrived": (rename, fail_no_more)})
    assert stored(kit, event).state == "done"
    with kit.database.transaction(shop.id) as session:
        assert session.scalar(select(Shop.name)) == "Kiln & Clay!"


def test_what_never_works_ends_as_failed_and_stays_visible(kit, event) -> None:
    later = clock.now()
    for _ in range(len(RETRY) + 1):
        later += timedelta(days=2)
        with clock.frozen(later):
            relay_events(kit, {"parcel.arrived": (fail,)})
    assert stored(kit, event).state == "failed"


def test_an_event_whose_worker_died_is_taken_over_after_the_lease(kit, event) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        row = session.get_one(OutboxEvent, event.id)
        row.claimed_at, row.due_at = clock.now(), clock.now() + timedelta(seconds=60)
    assert relay_events(kit, {"parcel.arrived": (rename,)}) == 0
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        assert relay_events(kit, {"parcel.arrived": (rename,)}) == 1


def test_payloads_hold_ids_as_text(kit, shop, event) -> None:
    assert stored(kit, event).payload == {"product_id": str(shop.id)}
