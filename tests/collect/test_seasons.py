"""A busy season: every request of the shop waits its turn, none longer than 14 days (G2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import delete

from reviewapp.collect.season_rules import Season, season_wait
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.review_request import ReviewRequest
from reviewapp.models.support_hours import SeasonNote
from reviewapp.outbox.messages import emit
from reviewapp.reactions import relay_events
from tests import factories
from tests.collect.asking import days_after, only_row, place, rows, work, write

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = NOW.date()
FORTNIGHT = timedelta(days=14)


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def note(shop: Shop, requests: str, days: int, starts_on: date = TODAY) -> SeasonNote:
    return SeasonNote(shop_id=shop.id, title="Christmas", starts_on=starts_on,
                      ends_on=starts_on + timedelta(days=days - 1), requests=requests)  # fmt: skip


def test_held_ends_with_the_season_and_slowed_is_twice_as_far_into_it() -> None:
    end = NOW + timedelta(days=20)
    held, slowed = Season(NOW, end, "held"), Season(NOW, end, "slowed")
    third = NOW + timedelta(days=3)
    assert season_wait([held], third, third) == ("season_held", end)
    assert season_wait([slowed], third, third) == ("season_slowed", NOW + timedelta(days=6))
    assert season_wait([slowed, held], third, third) == ("season_held", end)
    assert season_wait([slowed], NOW, NOW) is None
    before, after = NOW - timedelta(hours=1), end + timedelta(hours=1)
    for season in (held, slowed):
        assert season_wait([season], before, before) is None
        assert season_wait([season], after, after) is None
    last = end - timedelta(hours=1)
    assert season_wait([slowed], last, after) == ("season_slowed", last + (last - NOW))


def test_slowed_halves_the_rate_and_keeps_the_order() -> None:
    slowed = Season(NOW, NOW + timedelta(days=14), "slowed")
    planned = [NOW + timedelta(hours=6 * number) for number in range(1, 56)]
    sent = [wait.until for at in planned if (wait := season_wait([slowed], at, at))]
    assert sent == sorted(sent)
    assert len(sent) == len(planned)
    assert {later - sooner for sooner, later in pairwise(sent)} == {timedelta(hours=12)}


@pytest.mark.parametrize("days", [3, 40])
def test_held_requests_go_when_the_season_ends_or_after_14_days(
    kit: Kit, shop: Shop, days: int
) -> None:
    write(kit, note(shop, "held", days))
    for number in range(3):
        place(kit, shop, delivered_days_ago=7, external_id=f"O-{number}")
    work(kit)
    waiting = rows(kit)
    until = min(datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=days), NOW + FORTNIGHT)
    for row in waiting:
        assert (row.state, row.reason, row.delayed_since) == ("planned", "season_held", NOW)
        assert row.send_at is not None
        assert until <= row.send_at <= until + timedelta(hours=12)
    for day in (1, min(days, 14) - 1, min(days, 14)):
        with days_after(NOW, day):
            work(kit)
            states = {row.state for row in rows(kit) if row.step == 0}
            assert states == {"sent" if day >= min(days, 14) else "planned"}, day


def test_a_case_after_the_season_does_not_begin_a_second_delay(kit: Kit, shop: Shop) -> None:
    write(kit, note(shop, "held", 10))
    order = place(kit, shop, delivered_days_ago=7)
    work(kit)
    write(kit, Case(shop_id=shop.id, customer_id=order.customer_id, route="delay",
                    first_response_due_at=NOW))  # fmt: skip
    with days_after(NOW, 11):
        work(kit)
        assert (only_row(kit).state, only_row(kit).reason) == ("planned", "open_case")
    with days_after(NOW, 14):
        work(kit)
    assert rows(kit)[0].state == "sent"


def test_a_note_that_is_taken_away_lets_everything_go_at_once(kit: Kit, shop: Shop) -> None:
    write(kit, note(shop, "held", 40))
    place(kit, shop, delivered_days_ago=7)
    work(kit)
    assert only_row(kit).reason == "season_held"
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(delete(SeasonNote))
        emit(session, "hours.changed", shop_id=shop.id)
    with days_after(NOW, 0.1):
        relay_events(kit)
        work(kit)
    assert rows(kit)[0].state == "sent"


def test_another_shop_and_a_note_as_usual_hold_nothing(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        session.add(note(factories.shop(session), "held", 40))
        session.add(note(shop, "as_usual", 40))
    place(kit, shop, delivered_days_ago=7)
    work(kit)
    assert rows(kit)[0].state == "sent"
    with kit.database.transaction(EVERY_SHOP) as session:
        assert session.query(ReviewRequest).filter_by(delay_reason="season_held").count() == 0
