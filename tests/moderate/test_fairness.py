from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import comb
from typing import Any

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
from reviewapp.moderate.fairness_rules import (
    ERROR_RATE,
    FIRST_LOOK,
    STARS,
    Outcome,
    due_look,
    error_part,
    fisher_exact,
    gaps,
    windows,
)
from reviewapp.moderate.service import By, decide
from reviewapp.reactions import relay_events
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.writer import shop_folder
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
    assert fisher_exact(600, 300, 4_000, 95_100) == pytest.approx(counted(600, 300, 4_000, 95_100))
    assert fisher_exact(50_000, 0, 0, 50_000) == 0.0, "too little to be told"
    assert fisher_exact(0, 0, 0, 0) == 1.0


def counts(drawn: random.Random, reviews: int, rates: dict[int, float]) -> Iterator[Any]:
    """A quarter of a shop day by day: what stands after each day, by stars."""
    cases, hits = Counter[int](), Counter[int]()
    for day in range(90):
        of_day = reviews * (day + 1) // 90 - reviews * day // 90
        for stars, arrived in Counter(drawn.choices(STARS, (5, 4, 8, 20, 63), k=of_day)).items():
            cases[stars] += arrived
            hits[stars] += sum(drawn.random() < rates[stars] for _ in range(arrived))
        yield {stars: Outcome(cases[stars], hits[stars]) for stars in STARS}


def alarmed(drawn: random.Random, reviews: int, rates: dict[int, float]) -> bool:
    """Whether any day of the quarter raises the alarm."""
    look = None
    for levels in counts(drawn, reviews, rates):
        due = due_look(look, sum(level.cases for level in levels.values()))
        if due is not None:
            look = due
            if gaps({"refused": levels}, error_part(look.number)):
                return True
    return False


def test_alike_treatment_raises_no_gap_and_unlike_treatment_does() -> None:
    alike = {stars: Outcome(200, 6) for stars in STARS}
    assert gaps({"refused": alike, "late": alike}, 0.01) == []
    assert gaps({"refused": {}}, 0.01) == []
    unlike = alike | {1: Outcome(200, 40)}
    assert {gap.stars for gap in gaps({"refused": unlike}, 0.01)} >= {(1,), (1, 2)}
    spared = {stars: Outcome(400, 40) for stars in STARS} | {5: Outcome(400, 2)}
    found = gaps({"held": alike, "late": spared}, 0.01)
    assert ("late", (5,)) in {(gap.measure, gap.stars) for gap in found}


def test_a_small_difference_in_who_uses_the_form_is_people_s_own_choice() -> None:
    mild = {stars: Outcome(4_000, 2_000) for stars in STARS} | {1: Outcome(4_000, 1_700)}
    assert {gap.measure for gap in gaps({"refused": mild}, 0.01)} == {"refused"}
    assert gaps({"reached": mild}, 0.01) == []
    strong = mild | {1: Outcome(4_000, 1_200)}
    assert (1,) in {gap.stars for gap in gaps({"reached": strong}, 0.01)}


def test_all_looks_of_a_window_together_may_err_once_in_a_hundred() -> None:
    assert sum(error_part(look) for look in range(1, 10_000)) <= ERROR_RATE
    looks = []
    for cases in range(1, 5_001):
        if due := due_look(looks[-1] if looks else None, cases):
            looks.append(due)
    assert looks[0].cases == FIRST_LOOK
    assert [look.number for look in looks] == list(range(1, len(looks) + 1))
    assert len(looks) < 30


@pytest.mark.parametrize(("reviews", "quarters"), [(50, 400), (500, 400), (5_000, 200)])
def test_fair_shops_raise_no_alarm_beyond_the_stated_rate(reviews: int, quarters: int) -> None:
    drawn = random.Random(reviews)
    fair = dict.fromkeys(STARS, 0.06)
    found = sum(alarmed(drawn, reviews, fair) for _ in range(quarters))
    assert found <= quarters * ERROR_RATE, "daily looks through a whole quarter"


def test_refusing_one_star_three_times_as_often_raises_the_alarm() -> None:
    biased = dict.fromkeys(STARS, 0.06) | {1: 0.18}
    drawn = random.Random(3)
    assert all(alarmed(drawn, 5_000, biased) for _ in range(4))


def test_windows_are_the_quarter_and_the_year() -> None:
    found = windows(datetime(2026, 11, 24, 23, tzinfo=UTC))
    assert found == {
        "2026-Q4": datetime(2026, 10, 1, tzinfo=UTC),
        "2026": datetime(2026, 1, 1, tzinfo=UTC),
    }


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
    for path in ("/admin/fairness", "/admin/"):
        page = owner.get(path).get_data(as_text=True)
        assert "What happens to a review depends on its stars" in page, path
        assert "1 and 2 stars: 100.0 % refused, all others 0.0 %" in page, path
    assert "Alarms on record" in owner.get("/admin/fairness").get_data(as_text=True)


def test_an_alarm_stands_until_a_later_look_finds_no_gap(kit: Kit, shop: Shop) -> None:
    fill(kit, shop, refused=(1, 2))
    watch_fairness(kit)
    fill(kit, shop, refused=())
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert watch_fairness(kit) == 0, "once a day"
    assert logged(kit, shop)[-1].action == "fairness.alarm"
    window = logged(kit, shop)[-1].detail["windows"]
    assert {one["look"] for one in window.values()} == {1}


def test_the_public_figures_come_from_the_log(kit: Kit, shop: Shop) -> None:
    fill(kit, shop, refused=(1, 2))
    watch_fairness(kit)
    relay_events(kit)
    publish_due(kit)
    folder = shop_folder(shop.widget_key)
    told = json.loads(kit.published.read(f"{folder}/transparency.json"))
    assert told["fairness"]["decided"] == {str(stars): 10 for stars in STARS}
    assert told["fairness"]["refused"] == {"1": 10, "2": 10, "3": 0, "4": 0, "5": 0}
    assert told["fairness"]["gaps"] == ["refused"]
    entry = logged(kit, shop)[-1]
    assert told["log"]["entries"] >= entry.number
    page = kit.published.read(f"{folder}/transparency.html").decode()
    assert "that chance hardly explains" in page
    assert told["log"]["head"] in page


def test_a_fair_shop_has_its_checks_on_record(kit: Kit, shop: Shop, owner: SignedIn) -> None:
    fill(kit, shop, refused=())
    assert watch_fairness(kit) == 0
    assert [entry.action for entry in logged(kit, shop)] == ["fairness.checked"]
    assert "depends on its stars" not in owner.get("/admin/fairness").get_data(as_text=True)
    assert "depends on its stars" not in owner.get("/admin/").get_data(as_text=True)


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
        level = fairness(session, shop.id).levels[0]
    assert (level.answers, level.shown, level.reached) == (2, 1, 0)
    assert watch_fairness(kit) == 1
    assert logged(kit, shop)[-1].detail["unshown"] == 1


def test_a_decision_that_was_taken_back_counts_for_nothing(
    kit: Kit, shop: Shop, moderator: SignedIn
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        review = factories.review(session, shop, rating=1)
        review_id = review.id
    path = f"/admin/queue/{review_id}"
    form = {"action": "refuse", "reason": "unrelated", "note": "x", "version": "1"}
    moderator.post(f"{path}/decision", form | {"state": "pending"})
    page = moderator.get("/admin/queue").get_data(as_text=True)
    decision = page.split('name="decision" value="')[1].split('"')[0]
    moderator.post("/admin/queue/undo", {"decision": decision})
    moderator.post(f"{path}/decision", {"action": "publish", "version": "1", "state": "pending"})
    with kit.database.transaction(shop.id) as session:
        level = fairness(session, shop.id).levels[0]
        assert (level.decided, level.refused) == (1, 0)
        assert fairness(session, shop.id).reasons == {}


def test_an_empty_page_teaches(analyst: SignedIn) -> None:
    assert "Nothing to compare yet" in analyst.get("/admin/fairness").get_data(as_text=True)
