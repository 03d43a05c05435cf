"""A shop with something on every page and in every tag, for the accessibility results."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.collect.reviewing import Words
from reviewapp.collect.storefront import Written, keep_submission
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.library.projecting import rebuild as rebuild_library
from reviewapp.models.account import Shop
from reviewapp.models.catalog import OrderLine, Product
from reviewapp.models.collection import Collection, CollectionItem
from reviewapp.models.media import MediaAsset
from reviewapp.models.question import Answer, Question
from reviewapp.models.review_submission import ReviewSubmission
from reviewapp.models.routing_rule import RoutingRule
from reviewapp.models.support_hours import SeasonNote
from reviewapp.widgets.rebuilding import rebuild
from tests import factories
from tests.support.cases import make_case
from tests.widgets.stories import give_photo, publish, shop_with_product

LONG = "The glaze is even, the handle fits my hand, and it keeps the tea warm. " * 14


@dataclass
class Story:
    """The shop, a member's session, and what stands for each name in an address."""

    shop: Shop
    session_token: str
    names: dict[str, str] = field(default_factory=dict)


def tell(kit: Kit) -> Story:
    """Fill an empty installation."""
    shop, mug = shop_with_product(kit)
    reviews = _publish(kit, shop, mug)
    with kit.database.transaction(EVERY_SHOP) as session:
        token, _ = factories.signed_in_member(session, kit, shop, "owner")
        placed = factories.order(session, shop, mug, delivered_days_ago=8)
        asked = factories.request(session, shop, placed)
        line = session.scalar(select(OrderLine).where(OrderLine.order_id == placed.id))
        own = factories.review(
            session, shop, mug, request_id=asked.id, customer_id=asked.customer_id,
            order_line_id=line.id if line else None, verified_buyer=True,
        )  # fmt: skip
        open_request = factories.request(session, shop)
        case = make_case(session, shop, asked=asked, order_id=placed.id)
        note, rule = _helping(session, shop)
        selection = _selection(session, shop, reviews)
        question = _question(session, shop, mug)
        submission = _submission(session, shop, mug)
        member = factories.member(session, shop, "agent")
    rebuild(kit)
    rebuild_library(kit)
    sign = kit.links.sign
    return Story(
        shop,
        token,
        {
            "review_id": str(own.id), "case_id": str(case.id), "request_id": str(asked.id),
            "order_id": str(placed.id), "member_id": str(member.id), "product": "MUG",
            "asset_id": str(_photo_of(kit, reviews)), "piece_id": str(_photo_of(kit, reviews)),
            "collection_id": str(selection),
            "question_id": str(question),
            "note_id": str(note), "rule_id": str(rule), "key": "damaged",
            "feedback": sign("feedback", case.id), "letter": "request",
            "language": "de", "kind": "thanks",
            "open": sign("request", open_request.id), "mine": sign("request", asked.id),
            "unsubscribe": sign("unsubscribe", asked.customer_id),
            "confirm": sign("submission", submission), "widget_key": shop.widget_key,
        },
    )  # fmt: skip


def _photo_of(kit: Kit, reviews: list[UUID]) -> UUID:
    with kit.database.transaction(EVERY_SHOP) as session:
        found = select(MediaAsset.id).where(MediaAsset.review_id.in_(reviews))
        return session.scalars(found.order_by(MediaAsset.id).limit(1)).one()


def _publish(kit: Kit, shop: Shop, mug: Product) -> list[UUID]:
    made = []
    for number in range(26):
        words = LONG if number == 25 else f"Used it {number} times.\n\nStill fine."
        label = {
            24: {"incentivized": True, "incentive_disclosure": "Everybody took part in a draw."},
            23: {"source": "judgeme"},
            22: {"relation": "staff"},
        }.get(number, {})
        made.append(
            publish(
                kit, shop, mug, rating=1 + number % 5, title=f"No. {number}", body=words, **label
            )
        )
        if number > 20:
            give_photo(kit, shop, made[-1], key=f"aa/bb/photo-{number}.webp")
    return made


def _selection(session: Session, shop: Shop, reviews: list[UUID]) -> UUID:
    found = factories.add(session, Collection(shop_id=shop.id, key="camp", title="Camping"))
    for position, review_id in enumerate(reviews[:4]):
        item = CollectionItem(
            shop_id=shop.id, collection_id=found.id, review_id=review_id, position=position
        )
        factories.add(session, item)
    made: UUID = found.id
    return made


def _helping(session: Session, shop: Shop) -> tuple[UUID, UUID]:
    today = clock.now().date()
    note = factories.add(
        session, SeasonNote(shop_id=shop.id, title="Christmas", starts_on=today, ends_on=today)
    )
    rule = factories.add(
        session, RoutingRule(shop_id=shop.id, name="Glaze", position=1, actions={"escalate": True})
    )
    return note.id, rule.id


def _question(session: Session, shop: Shop, mug: Product) -> UUID:
    now = clock.now()
    for number in range(5):
        asked = factories.add(
            session,
            Question(
                shop_id=shop.id, product_id=mug.id, body=f"Does it fit {number} times?",
                author_name="Bea", state="published" if number else "pending",
                published_at=now - timedelta(days=number) if number else None,
            ),
        )  # fmt: skip
    answer = Answer(
        shop_id=shop.id, question_id=asked.id, by="shop", author_name="Kiln & Clay",
        body="Yes, it does.", state="published", published_at=now,
    )  # fmt: skip
    factories.add(session, answer)
    made: UUID = asked.id
    return made


def _submission(session: Session, shop: Shop, mug: Product) -> UUID:
    words = Words(4, "Warm", "It keeps the tea warm.", {}, "Bea")
    written = Written("bea@customers.example", words, "en")
    address = "https://reviews.example/c/x"
    keep_submission(session, shop, mug, written, confirm_url=lambda _id: address)
    found = session.scalars(select(ReviewSubmission)).one()
    made: UUID = found.id
    return made
