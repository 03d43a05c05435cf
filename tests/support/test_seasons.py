"""Season notes: told to customers, held against last year, and what they make of a promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Order
from reviewapp.models.outbox import Mail
from reviewapp.models.support_hours import Holiday, SeasonNote, ShopHours
from reviewapp.support.by_mail import open_for_stranger
from reviewapp.support.forecast import (
    FEWEST,
    Growth,
    expected_arrivals,
    growth_from,
    growth_weeks,
    last_years,
)
from reviewapp.support.outlook import season_outlook
from reviewapp.support.seasons import promises, season_word
from tests import factories
from tests.people import SignedIn
from tests.support.cases import make_case

Committed = Callable[[], Any]
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
WORDS = {
    "en": "Before Christmas we need a day longer. <b>Sorry</b> & 100 %(sure)s {{ x }}",
    "de": "Vor Weihnachten dauert es einen Tag länger.",
}


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def note(shop: Shop, **values: Any) -> SeasonNote:
    told: dict[str, Any] = {"title": "Christmas", "starts_on": date(2026, 11, 20),
                            "ends_on": date(2026, 12, 24), "texts": WORDS}  # fmt: skip
    return SeasonNote(shop_id=shop.id, **told | values)


def test_the_same_weekday_of_last_year_is_multiplied_by_growth() -> None:
    monday = date(2026, 11, 30)
    assert last_years(monday) == date(2025, 12, 1)
    assert last_years(monday).weekday() == monday.weekday()
    days = [monday + timedelta(days=number) for number in range(3)]
    last_year = {date(2025, 12, 1): 10, date(2025, 12, 3): 4, date(2025, 12, 9): 99}
    assert expected_arrivals(days, last_year, 1.5) == dict(zip(days, (15, 0, 6), strict=True))
    assert expected_arrivals(days, {date(2025, 12, 9): 99}, 1.5) == {}
    assert expected_arrivals(days, {}, 1.5) == {}


def test_growth_is_taken_from_orders_else_cases_and_never_from_a_handful() -> None:
    few = FEWEST - 1
    assert growth_from([("orders", 60, 40), ("cases", 90, 30)]) == Growth(1.5, "orders")
    assert growth_from([("orders", 60, few), ("cases", 90, 30)]) == Growth(3.0, "cases")
    assert growth_from([("orders", few, 60), ("cases", 0, 0)]) == Growth(1.0, "unknown")
    assert growth_weeks(date(2026, 11, 30)) == (date(2026, 11, 2), date(2026, 11, 29))


def test_a_season_is_held_against_last_year_by_the_team_s_days(
    committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        session.add(ShopHours(shop_id=shop.id, time_zone="America/Los_Angeles", week={}))
        asked = factories.request(session, shop)
        last_year = datetime(2025, 11, 25, 7, tzinfo=UTC)  # 24 November in Los Angeles
        for _ in range(4):
            make_case(session, shop, asked=asked, opened_at=last_year, state="solved")
        make_case(session, shop, asked=asked, opened_at=NOW - timedelta(hours=1))
        session.execute(update(Order).values(ordered_at=NOW - timedelta(days=200)))
        for number in range(3 * FEWEST):
            placed = factories.order(session, shop, external_id=f"N-{number}")
            placed.ordered_at = NOW - timedelta(days=9 if number % 3 else 9 + 364)
        session.flush()
        outlook = season_outlook(session, shop, date(2026, 11, 22), date(2026, 11, 24))
        long = season_outlook(session, shop, date(2026, 11, 1), date(2026, 11, 30))
        none = season_outlook(session, shop, date(2026, 12, 1), date(2026, 12, 24))
    assert outlook.growth == Growth(2.0, "orders")
    told = [(one.last_year, one.expected, one.arrived) for one in outlook.stretches]
    assert told == [(0, 0, 0), (4, 8, 1), (0, 0, None)]
    assert (outlook.last_year, outlook.expected, outlook.arrived) == (4, 8, 1)
    assert [(one.last_year, one.arrived) for one in long.stretches] == [
        (0, 0), (0, 0), (0, 0), (4, 1), (0, None)
    ]  # fmt: skip
    assert none.stretches == ()


def test_customers_are_told_in_their_language_else_in_the_shop_s(
    committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        assert season_word(session, shop, "de") is None
        session.add(note(shop))
        session.add(note(shop, texts={}, starts_on=date(2026, 11, 1)))
        session.add(note(shop, texts={"en": "over"}, ends_on=date(2026, 11, 22)))
        session.add(note(factories.shop(session), texts={"en": "another shop"}))
        session.flush()
        assert season_word(session, shop, "de") == WORDS["de"]
        assert season_word(session, shop, "fr") == WORDS["en"]
        session.add(note(shop, texts={"de": "Auch am Freitag."}, starts_on=date(2026, 11, 23)))
        session.flush()
        assert season_word(session, shop, "de") == f"{WORDS['de']}\n\nAuch am Freitag."
        session.add(ShopHours(shop_id=shop.id, time_zone="Pacific/Kiritimati", week={}))
        session.flush()
        with clock.frozen(datetime(2026, 12, 24, 11, tzinfo=UTC)):  # the 25th where the team is
            assert season_word(session, shop, "de") is None


def test_the_help_block_and_the_receipt_say_it_escaped(
    client: Any, kit: Kit, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        session.add(note(shop))
        asked = factories.request(session, shop)
    link = f"/r/{kit.links.sign('request', asked.id)}"
    page = client.get(link).text
    shown = "Before Christmas we need a day longer. &lt;b&gt;Sorry&lt;/b&gt; &amp; 100 %(sure)s"
    assert shown in page.partition('id="help"')[2].partition('id="review"')[0]
    assert WORDS["de"] in client.get(f"{link}?lang=de").text
    client.post(f"{link}/help", data={"route": "delay", "message": "Where is it?"})
    with committed() as session:
        open_for_stranger(
            session, shop, body="Is it blue?", quoted="", subject="Blue", sender="eva@x.example",
            sender_name="Eva", message_id="<1@x.example>", in_reply_to=None,
        )  # fmt: skip
        told = session.scalars(select(Mail.params).where(Mail.letter == "help_received"))
        assert [params["season_note"] for params in told] == [WORDS["en"]] * 2


def test_the_note_says_what_a_promise_becomes_and_promises_nothing_where_nobody_works(
    committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        kept = factories.add(session, note(shop, first_response_hours_added=8))
        delay = next(one for one in promises(session, shop, kept) if one.route == "delay")
        assert delay.usual == NOW + timedelta(days=3)
        assert delay.in_season == NOW + timedelta(days=4)
        session.add(Holiday(shop_id=shop.id, day_on=date(2026, 11, 26)))
        session.flush()
        moved = next(one for one in promises(session, shop, kept) if one.route == "delay")
        assert moved.in_season == NOW + timedelta(days=7)
        session.add(ShopHours(shop_id=shop.id, week={}))
        session.flush()
        for promise in promises(session, shop, kept):
            assert (promise.usual, promise.in_season) == (None, None)


def test_the_owner_sees_what_waits_and_what_is_expected(
    owner: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        kept = factories.add(session, note(shop, requests="held"))
        asked = factories.request(session, shop, state="planned", sent_at=None)
        asked.reason = asked.delay_reason = "season_held"
        asked.delayed_since, asked.send_at = NOW, NOW + timedelta(days=14)
    page = owner.get(f"/admin/helping/seasons/{kept.id}").text
    assert "1 review request waits" in page
    assert "No data from last year" in page
    assert "1 review request waits" in owner.get("/admin/helping/seasons").text
    waiting = owner.get("/admin/requests?state=planned&reason=season_held").text
    assert "Held in a busy season like all requests" in waiting
    with committed() as session:
        make_case(session, shop, opened_at=NOW - timedelta(days=364), state="solved")
    page = owner.get(f"/admin/helping/seasons/{kept.id}").text
    assert "too few orders and cases" in page
    assert "2026-11-20" in page


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [("2026-11-20", "2027-11-22", "ends_on"), ("9999-12-31", "9999-12-31", "starts_on")],
)
def test_a_note_lasts_at_most_a_year_and_is_near(
    owner: SignedIn, starts_on: str, ends_on: str, field: str
) -> None:
    answer = owner.post("/admin/helping/seasons/new", {
        "title": "x", "starts_on": starts_on, "ends_on": ends_on, "hours_added": "0",
        "requests": "held"})  # fmt: skip
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
