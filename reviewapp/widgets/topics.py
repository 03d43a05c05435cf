"""The words many of a listing's newest reviews use: counted by review, blind to the stars."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Product
from reviewapp.models.listing import RatingSummary
from reviewapp.models.review import Review
from reviewapp.models.widget import Publication
from reviewapp.widgets.marks import mark_listing
from reviewapp.widgets.rules import redacted_text

PACE = timedelta(hours=1)
NEWEST = 300
"""Reviews that are read: enough for what is spoken of, and no more however many there are."""
AT_ONCE = 50
MOST_TOPICS = 8
LEAST_REVIEWS = 3
LEAST_SHARE = 0.05

_WORD = re.compile(r"[^\W\d_]{3,24}")


def topics_of(texts: Iterable[str], own: str = "") -> list[dict[str, Any]]:
    """`[{"word", "count"}]`, most frequent first; words of `own` (the title) say nothing new."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        counts.update(set(_WORD.findall(text.casefold())))
    silent = _stop_words() | set(_WORD.findall(own.casefold()))
    least = max(LEAST_REVIEWS, LEAST_SHARE * total)
    kept = [(word, n) for word, n in counts.items() if n >= least and word not in silent]
    kept.sort(key=lambda pair: (-pair[1], pair[0]))
    return [{"word": word, "count": count} for word, count in kept[:MOST_TOPICS]]


def find_topics(kit: Kit) -> int:
    """The errand "topics": look anew at listings that changed; returns how many were read."""
    now = clock.now()
    due = (
        select(RatingSummary.product_id, RatingSummary.shop_id)
        .join(Publication, Publication.product_id == RatingSummary.product_id)
        .where(
            or_(
                RatingSummary.topics_at.is_(None),
                (RatingSummary.topics_at < now - PACE)
                & (RatingSummary.topics_at < Publication.published_at),
            )
        )
        .order_by(RatingSummary.topics_at.nulls_first(), RatingSummary.product_id)
        .limit(AT_ONCE)
    )
    with kit.database.transaction(EVERY_SHOP) as session:
        found = session.execute(due).all()
    for listing_id, shop_id in found:
        with kit.database.transaction(shop_id) as session:
            _refresh(session, listing_id)
    return len(found)


def _refresh(session: Session, listing_id: UUID) -> None:
    summary = session.get_one(RatingSummary, listing_id, with_for_update=True)
    rows = session.execute(
        select(Review.title, Review.body, Review.redactions)
        .where(
            Review.listing_id == listing_id,
            Review.state == "published",
            Review.position.is_not(None),
        )
        .order_by(Review.position.desc())
        .limit(NEWEST)
    )
    texts = [
        f"{redacted_text(title, 'title', cut)} {redacted_text(body, 'body', cut)}"
        for title, body, cut in rows
    ]
    found = topics_of(texts, session.get_one(Product, listing_id).title)
    summary.topics_at = clock.now()
    if found != summary.topics:
        summary.topics = found
        mark_listing(session, listing_id, [])


@cache
def _stop_words() -> frozenset[str]:
    lines = (Path(__file__).parent / "stop_words.txt").read_text().splitlines()
    told = (line.partition(":")[2] for line in lines if not line.startswith("#"))
    return frozenset(word for line in told for word in line.split())
