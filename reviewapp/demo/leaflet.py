"""The demo shop's leaflet: words allowed for print until the weekend, taken out, to be renewed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.library.ask_letters import messages_of
from reviewapp.library.asking import answer, ask, ask_facts
from reviewapp.library.contents import WORDS, Content, contents_of, shop_review
from reviewapp.library.exporting import Pick, Plan, export
from reviewapp.library.rules import why_not_ask
from reviewapp.models.account import Member, Shop
from reviewapp.models.review import Review
from reviewapp.rights.ledger import Act
from reviewapp.web.auth import Actor

PLACE = "Winter leaflet, page 3"
USE = "print"
LEFT = timedelta(days=5)
LOOKED_THROUGH = 20
PRAISE = 4
"""Stars: what somebody would print."""


def print_leaflet(session: Session, kit: Kit, shop: Shop, members: Mapping[str, UUID]) -> None:
    """Ask the newest author who can be asked, have them say yes, and take their words out."""
    found = _askable(session, shop)
    if found is None:
        return
    review, words = found
    member = session.get_one(Member, members["marketer"])
    by = Actor("member", member.id, member.name, member.role, shop)
    last = clock.now().date() + LEFT
    asked = ask(session, kit, review, USE, [words], note=PLACE, ends_on=last, by=by)
    proof = {"ask": str(asked.id), "action": "answered"} | messages_of(session, kit, asked)
    answer(session, asked, review, granted=True, act=Act(asked.language, proof))
    export(session, shop, Plan(USE, PLACE, last), [Pick(review.id, words.sha256)], by=by)


def _askable(session: Session, shop: Shop) -> tuple[Review, Content] | None:
    newest = session.scalars(
        select(Review.id)
        .where(
            Review.shop_id == shop.id,
            Review.state == "published",
            Review.source == "own",
            Review.rating >= PRAISE,
        )
        .order_by(Review.published_at.desc(), Review.id)
        .limit(LOOKED_THROUGH)
    ).all()
    for review_id in newest:
        review = shop_review(session, shop.id, review_id)
        words = next((one for one in contents_of(session, review) if one.kind == WORDS), None)
        if words and why_not_ask(ask_facts(session, review, USE, [words])) is None:
            return review, words
    return None
