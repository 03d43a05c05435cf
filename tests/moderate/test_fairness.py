from __future__ import annotations

import random
from datetime import timedelta
from math import comb

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.review import Review
from reviewapp.models.review_request import ExperienceAnswer
from reviewapp.moderate.carrying_out import Decision
from reviewapp.moderate.fairness import fairness, watch_fairness
from reviewapp.moderate.fairness_rules import Outcome, fisher_exact, refusal_gaps
from reviewapp.moderate.service import By, decide
from tests import factories
from tests.people import SignedIn

PROGRAM = By("api", "key:tests")


def test_the_exact_test_agrees_with_counting() -> None:
    def counted(a: int, b: int, c: int, d: int) -> float:
        row, column, total = a + b, a + c, a + b + c + d
        ways = {
            x: comb(column, x) * comb(total - column, row - x)
            for x in range(max(0, row + column - total), min(row, column) + 1)
        }
        return sum(way for way in ways.values() if way <= ways[a]) / sum(ways.values())

    assert fisher_exact(3, 1, 1, 3) == pytest.approx(34 / 70)
    drawn = random.Random(1)
    for _ in range(200):
        table = [drawn.randint(0, 12) for _ in range(4)]
        assert fisher_exact(*table) == pytest.approx(counted(*table), rel=1e-6)


def test_alike_treatment_raises_no_gap_and_unlike_treatment_does() -> None:
    alike = {stars: Outcome(200, 6) for stars in range(1, 6)}
    assert refusal_gaps(alike) == []
    assert refusal_gaps({}) == []
    unlike = alike | {1: Outcome(200, 40)}
    assert {gap.stars for gap in refusal_gaps(unlike)} >= {(1,), (1, 2)}
    spared = {stars: Outcome(400, 40) for stars in range(1, 6)} | {5: Outcome(400, 2)}
    assert (5,) in {gap.stars for gap in refusal_gaps(spared)}


def test_chance_alone_raises_an_alarm_in_at_most_one_check_of_a_hundred() -> None:
    drawn, alarms, checks = random.Random(7), 0, 600
    for _ in range(checks):
        outcomes = {}
        for stars in range(1, 6):
            decided = drawn.randint(5, 80)
            refused = sum(drawn.random() < 0.05 for _ in range(decided))
            outcomes[stars] = Outcome(decided, refused)
        alarms += bool(refusal_gaps(outcomes))
    assert alarms / checks <= 0.01


def fill(kit: Kit, shop: Shop, refused: tuple[int, ...]) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        item = factories.product(session, shop)
        for stars in range(1, 6):
            for _ in range(10):
                review = factories.review(
                    session, shop, item, rating=stars, submitted_at=clock.now() - timedelta(hours=2)
                )
                decision = Decision("publish")
                if stars in refused:
                    decision = Decision("refuse", "unrelated", "Why.")
                decide(session, review, decision, by=PROGRAM)


def logged(kit: Kit, shop: Shop) -> list[AuditEntry]:
    with kit.database.transaction(shop.id) as session:
        found = select(AuditEntry).where(AuditEntry.actor == "clock").order_by(AuditEntry.number)
        return list(session.scalars(found))


def test_a_shop_that_refuses_low_stars_gets_an_alarm_once_a_day(
    kit: Kit, shop: Shop, owner: SignedIn
) -> None:
    fill(kit, shop, refused=(1, 2))
    assert watch_fairness(kit) == 1
    assert watch_fairness(kit) == 0, "once a day"
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert watch_fairness(kit) == 1
    entries = logged(kit, shop)
    assert [entry.action for entry in entries] == ["fairness.alarm"] * 2
    assert entries[0].detail["refused"] == [10, 10, 0, 0, 0]
    page = owner.get("/admin/fairness").get_data(as_text=True)
    assert "Refusing depends on the stars" in page
    assert "Alarms on record" in page


def test_a_fair_shop_has_its_checks_on_record(kit: Kit, shop: Shop, owner: SignedIn) -> None:
    fill(kit, shop, refused=())
    assert watch_fairness(kit) == 0
    assert [entry.action for entry in logged(kit, shop)] == ["fairness.checked"]
    assert "Refusing depends" not in owner.get("/admin/fairness").get_data(as_text=True)


def test_waiting_reviews_are_not_counted_by_their_stars(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        factories.review(session, shop, rating=2)
        factories.review(session, shop, rating=1, state="held")
    with kit.database.transaction(shop.id) as session:
        assert sum(level.decided for level in fairness(session, shop.id).levels) == 0


def test_authors_own_withdrawals_are_no_refusals(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        review = factories.review(session, shop, rating=1)
        decide(
            session, review, Decision("refuse", "unrelated", "x"),
            by=By("author", f"customer:{review.id}"),
        )  # fmt: skip
        session.get_one(Review, review.id).state = "withdrawn"
    with kit.database.transaction(shop.id) as session:
        level = fairness(session, shop.id).levels[0]
    assert (level.decided, level.withdrawn, level.refused) == (1, 1, 0)


def test_a_page_without_the_way_to_the_review_raises_the_alarm(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        asked = factories.request(session, shop)
        for variant in ("a" * 64, ""):
            row = ExperienceAnswer(shop_id=shop.id, request_id=asked.id, score=1, variant=variant)
            factories.add(session, row)
    with kit.database.transaction(shop.id) as session:
        found = fairness(session, shop.id)
    assert (found.levels[0].answers, found.levels[0].shown, found.alarm) == (2, 1, True)


def test_an_empty_page_teaches(analyst: SignedIn) -> None:
    assert "Nothing to compare yet" in analyst.get("/admin/fairness").get_data(as_text=True)
