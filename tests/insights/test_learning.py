"""Clusters raise one alert, themes propose one improvement, answers write down their lesson."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.core.kit import Kit
from reviewapp.insights import improvements, mentions
from reviewapp.insights.alerts import close_alert
from reviewapp.insights.improvements import Change, Origin
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.insight import Alert, AlertItem, Improvement
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.question import Question
from reviewapp.models.review import Reply
from tests import factories

Low = Callable[..., Any]


@pytest.fixture
def shop(session: Session) -> Shop:
    return factories.shop(session)


@pytest.fixture
def low(session: Session, kit: Kit, shop: Shop) -> Low:
    """A low review went public; what follows from it is done."""

    def publish(item: Product, body: str, days_ago: float = 0) -> Any:
        at = clock.now() - timedelta(days=days_ago)
        review = factories.review(
            session, shop, item, body=body, title="", rating=1, state="published", published_at=at
        )
        happened(session, kit, mentions.note_review, review_id=review.id)
        return review

    return publish


def happened(session: Session, kit: Kit, reaction: Any, **payload: Any) -> None:
    told = {name: str(value) for name, value in payload.items() if value is not None}
    shop_id = session.scalars(select(Shop.id)).one()
    reaction(session, kit, OutboxEvent(shop_id=shop_id, name="tests", payload=told))
    session.flush()


def alerts(session: Session) -> list[tuple[str, int]]:
    """Open alerts: what they have in common, how many problems are behind them."""
    rows = session.scalars(select(Alert).where(Alert.closed_at.is_(None)).order_by(Alert.id))
    return [
        (
            row.axis,
            len(session.scalars(select(AlertItem).where(AlertItem.alert_id == row.id)).all()),
        )
        for row in rows
    ]


def test_fifty_problems_with_one_product_are_one_alert(
    session: Session, shop: Shop, low: Low
) -> None:
    mug = factories.product(session, shop)
    for number in range(50):
        low(mug, f"The rim was chipped, number {number}.")
    assert alerts(session) == [("product", 50)]


def test_two_are_none_and_three_in_a_month_are_none(session: Session, shop: Shop, low: Low) -> None:
    mug = factories.product(session, shop)
    for days_ago in (28, 14, 0):
        low(mug, "Chipped.", days_ago)
    low(factories.product(session, shop), "Nice colour, wrong feel.")
    assert alerts(session) == []


def test_what_is_always_so_is_no_news(session: Session, shop: Shop, low: Low) -> None:
    for week in range(4):
        for _ in range(6):
            low(factories.product(session, shop), "It came late.", 8 + week * 7)
    session.execute(Alert.__table__.update().values(closed_at=clock.now()))
    for _ in range(5):
        low(factories.product(session, shop), "It came late.")
    assert alerts(session) == []


def test_a_theme_across_products_is_an_alert_and_a_product_takes_its_own(
    session: Session, shop: Shop, low: Low
) -> None:
    for _ in range(3):
        low(factories.product(session, shop), "It came late.")
    assert alerts(session) == [("theme", 3)]
    mug = factories.product(session, shop)
    for _ in range(3):
        low(mug, "It came late.")
    assert alerts(session) == [("theme", 3), ("product", 3)]


def test_a_batch_is_more_telling_than_its_product(session: Session, shop: Shop, low: Low) -> None:
    mug = factories.product(session, shop)
    for _ in range(3):
        low(mug, "Cracked. The label says batch 23A.")
    assert alerts(session) == [("batch", 3)] or alerts(session)[0][0] == "batch"


def test_a_closed_alert_is_not_raised_again_by_the_same_problems(
    session: Session, shop: Shop, low: Low
) -> None:
    mug, member = factories.product(session, shop), factories.member(session, shop)
    for _ in range(3):
        low(mug, "Chipped.")
    alert = session.scalars(select(Alert)).one()
    close_alert(session, shop.id, alert.id, member.id, "member:tests")
    low(mug, "Chipped.")
    assert alerts(session) == []


def test_a_review_that_is_taken_off_leaves_the_alert(
    session: Session, kit: Kit, shop: Shop, low: Low
) -> None:
    mug = factories.product(session, shop)
    reviews = [low(mug, "Chipped.") for _ in range(3)]
    happened(session, kit, mentions.forget_review, review_id=reviews[0].id)
    assert alerts(session) == [("product", 2)]


def test_a_theme_seen_three_times_proposes_one_improvement(
    session: Session, shop: Shop, low: Low
) -> None:
    mug = factories.product(session, shop, title="Mug")
    for _ in range(5):
        low(mug, "The rim was chipped.")
    item = session.scalars(select(Improvement)).one()
    assert (item.state, item.theme, item.place) == ("proposed", "damage", "supplier")
    assert "Mug" in item.change
    improvements.move(session, item, "done", "New box.", by="member:tests")
    for _ in range(2):
        low(mug, "The rim was chipped.")
    assert len(session.scalars(select(Improvement)).all()) == 1, "counted anew after it was done"
    low(mug, "The rim was chipped.")
    assert len(session.scalars(select(Improvement)).all()) == 2


def test_repeated_questions_propose_an_answer_in_the_faq(
    session: Session, kit: Kit, shop: Shop
) -> None:
    mug = factories.product(session, shop)
    for _ in range(3):
        asked = factories.add(session, Question(
            shop_id=shop.id, product_id=mug.id, body="Is it safe in the dishwasher?"
        ))  # fmt: skip
        happened(session, kit, mentions.note_question, question_id=asked.id)
    item = session.scalars(select(Improvement)).one()
    assert (item.theme, item.place) == ("usage", "faq")
    assert alerts(session) == [], "a question is no trouble"


def answer(session: Session, kit: Kit, review: Any, improvement: str, place: str) -> None:
    row = factories.add(session, Reply(
        shop_id=review.shop_id, review_id=review.id, kind="damaged", body="…",
        improvement=improvement, place=place,
    ))  # fmt: skip
    happened(session, kit, improvements.keep_lesson, reply_id=row.id)


def test_the_fourth_part_of_an_answer_becomes_an_item_somebody_owns(
    session: Session, kit: Kit, shop: Shop, low: Low
) -> None:
    review = low(factories.product(session, shop), "Chipped rim.")
    answer(session, kit, review, "Padding ring.", "supplier")
    item = session.scalars(select(Improvement)).one()
    assert (item.origin, item.state, item.place, item.theme) == (
        "reply", "open", "supplier", "damage",
    )  # fmt: skip
    answer(session, kit, review, "Padding ring and a label.", "supplier")
    assert session.scalars(select(Improvement.change)).all() == ["Padding ring and a label."]
    answer(session, kit, review, "Nothing: one bad parcel.", "nothing")
    assert (item.state, item.outcome) == ("dropped", "Nothing: one bad parcel.")


def test_an_item_says_what_was_done_or_why_not(session: Session, shop: Shop) -> None:
    member = factories.member(session, shop)
    item = improvements.write_down(
        session, shop.id, Change("Size table", "page"), Origin(), member_id=member.id, by="x"
    )
    for state in ("done", "dropped"):
        with pytest.raises(Invalid):
            improvements.move(session, item, state, " ", by="x")
    improvements.move(session, item, "done", "It is on the page.", by="x")
    assert item.done_at is not None
    improvements.move(session, item, "open", "", by="x")
    assert item.done_at is None
    with pytest.raises(Invalid) as wrong:
        improvements.edit(session, item, Change(" ", "moon", member.id), by="x")
    assert set(wrong.value.fields) == {"change", "place"}
