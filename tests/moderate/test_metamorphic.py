"""2,000 real reviews, their stars permuted: nothing about screening, order or options changes."""

from __future__ import annotations

import csv
import gzip
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review import Review
from reviewapp.moderate import claims
from reviewapp.moderate.candidate import shown
from reviewapp.moderate.rules import ScreenFacts, decision_options, must_be_decided_by, screen
from reviewapp.moderate.screening import gather
from tests import factories

REVIEWS = 2_000
SCREENED = 200
"""So many with all that the database knows of them; all are screened, ordered and offered."""


def rows(shared_data: Path, shop: Shop, product_id: Any) -> list[dict[str, Any]]:
    now = clock.now()
    file = shared_data / "reviews" / "womens_clothing_reviews.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        found = [row for row in csv.DictReader(lines) if row["Review Text"]][:REVIEWS]
    return [
        {
            "id": new_id(), "created_at": now, "shop_id": shop.id, "product_id": product_id,
            "rating": int(row["Rating"]), "title": row["Title"], "body": row["Review Text"],
            "answers": {}, "display_name": "Ada", "locale": "en", "redactions": [],
            "submitted_at": now - timedelta(seconds=place % 700), "source": "own",
            "state": ("pending", "pending", "held")[place % 3], "version": 1,
            "decide_by": now + timedelta(days=10), "verified_buyer": False, "incentivized": False,
        }
        for place, row in enumerate(found)
    ]  # fmt: skip


def treatment(kit: Kit, shop: Shop) -> list[Any]:
    """Everything that is done with the reviews before a person decides."""
    found: list[Any] = []
    with kit.database.transaction(shop.id) as session:
        waiting = session.scalars(
            select(Review)
            .where(claims.waits())
            .order_by(Review.waiting_since, Review.id)
            .execution_options(populate_existing=True)
        ).all()
        for place, review in enumerate(waiting):
            words = shown(review)
            options = sorted(decision_options(words.state).reasons.items())
            deadline = must_be_decided_by(
                state=words.state, decide_by=review.decide_by, written_at=words.written_at
            )
            found.append((review.id, options, deadline))
            if place % (REVIEWS // SCREENED) == 0:
                session.refresh(review, ["customer"])
                facts = gather(session, review, words)
                found.append((facts, screen(facts)))
            else:
                found.append(screen(ScreenFacts(tuple(words.texts.items()), review.locale)))
    return found


@pytest.mark.shared
def test_permuted_stars_change_nothing_before_the_decision(
    kit: Kit, shop: Shop, shared_data: Path
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        item = factories.product(session, shop)
        session.execute(insert(Review), rows(shared_data, shop, item.id))
    as_sent = treatment(kit, shop)
    assert len(as_sent) == 2 * REVIEWS
    with kit.database.transaction(shop.id) as session:
        stars = list(session.scalars(select(Review.rating).order_by(Review.id)))
        random.Random(5).shuffle(stars)
        session.execute(text("CREATE TEMPORARY TABLE permuted (id uuid, rating int)"))
        ids = session.scalars(select(Review.id).order_by(Review.id)).all()
        session.execute(
            text("INSERT INTO permuted VALUES (:id, :rating)"),
            [{"id": one, "rating": rating} for one, rating in zip(ids, stars, strict=True)],
        )
        changed = session.scalar(
            select(func.count()).select_from(text("review r JOIN permuted p USING (id)"))
            .where(text("r.rating <> p.rating"))
        )  # fmt: skip
        session.execute(
            text("UPDATE review r SET rating = p.rating FROM permuted p WHERE p.id = r.id")
        )
        session.execute(text("DROP TABLE permuted"))
    assert (changed or 0) > REVIEWS // 4
    assert treatment(kit, shop) == as_sent
