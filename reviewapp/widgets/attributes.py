"""Answers to questions with choices: kept for the filter, counted for the summary's bars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from reviewapp.core.i18n import Translator
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.form_questions import Question, questions_for
from reviewapp.models.listing import AttributeCount, ReviewAttribute
from reviewapp.models.review import Review
from reviewapp.models.shop_settings import ShopSettings
from reviewapp.widgets.rules import mean_of
from reviewapp.widgets.values import Attribute


def chosen(answers: Mapping[str, Any], questions: Iterable[Question]) -> dict[str, str]:
    """The answers that are one of their question's choices; free words are no attributes."""
    return {
        question.id: str(answers[question.id])
        for question in questions
        if answers.get(question.id) in {choice.value for choice in question.choices}
    }


def keep_attributes(session: Session, review: Review, shown: bool) -> None:
    """Bring rows and counts in line with one review; its listing's summary is locked.

    What was counted is read from the rows themselves, so that a repeated call changes nothing.
    """
    if not review.answers and review.counted_rating is None:
        return
    known = session.execute(
        select(ReviewAttribute.name, ReviewAttribute.value).where(
            ReviewAttribute.review_id == review.id
        )
    )
    kept = {row.name: row.value for row in known}
    wanted = _wanted(session, review) if shown and review.answers else {}
    if kept:
        session.execute(delete(ReviewAttribute).where(ReviewAttribute.review_id == review.id))
        _count(session, review, kept, -1)
    if wanted:
        session.execute(insert(ReviewAttribute), [_row(review, *pair) for pair in wanted.items()])
        _count(session, review, wanted, +1)


def recount_attributes(session: Session, listing_ids: Sequence[UUID]) -> None:
    """Make rows and counts of listings anew from the answers of their shown reviews."""
    for table in (ReviewAttribute, AttributeCount):
        session.execute(delete(table).where(table.listing_id.in_(listing_ids)))
    reviewed = select(Review.product_id).where(Review.listing_id.in_(listing_ids))
    products = session.execute(
        select(Product.id, Product.product_type, Shop.id, Shop.settings_json)
        .join(Shop, Shop.id == Product.shop_id)
        .where(Product.id.in_(reviewed))
    ).all()
    settings = {shop_id: of_shop for _, _, shop_id, of_shop in products}
    alike: defaultdict[tuple[UUID, str | None], list[UUID]] = defaultdict(list)
    for product_id, product_type, shop_id, _ in products:
        alike[shop_id, product_type].append(product_id)
    for (shop_id, product_type), product_ids in alike.items():
        for question in _questions(product_type, settings[shop_id]):
            if question.choices:
                session.execute(_rows_of(listing_ids, product_ids, question))
    keys = ("listing_id", "name", "value", "shop_id")
    columns = [getattr(ReviewAttribute, key) for key in keys]
    counted = (
        select(*columns, func.count())
        .where(ReviewAttribute.listing_id.in_(listing_ids))
        .group_by(*columns)
    )
    session.execute(insert(AttributeCount).from_select([*keys, "count"], counted))


COUNTED = select(AttributeCount.name, AttributeCount.value, AttributeCount.count).where(
    AttributeCount.listing_id == bindparam("listing_id"), AttributeCount.count > 0
)
"""What `attributes` are made of, for `:listing_id`."""


def attributes(
    counted: Iterable[Any], questions: Sequence[Question], words: Translator
) -> tuple[Attribute, ...]:
    """The bars of a listing in the order the questions are asked; none without an answer."""
    counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name, value, count in counted:
        counts[name][value] = count
    found = (_attribute(question, counts[question.id], words) for question in questions)
    return tuple(attribute for attribute in found if attribute)


def _attribute(
    question: Question, counts: Mapping[str, int], words: Translator
) -> Attribute | None:
    ordered = [(choice, counts.get(choice.value, 0)) for choice in question.choices]
    total = sum(number for _, number in ordered)
    if not total:
        return None
    say = words.gettext if question.built_in else str
    places = sum(place * number for place, (_, number) in enumerate(ordered, start=1))
    return Attribute(
        id=question.id,
        label=say(question.label),
        kind="scale" if question.scale else "choice",
        choices=tuple((choice.value, say(choice.label), number) for choice, number in ordered),
        average=mean_of(places, total) if question.scale else None,
    )


def _wanted(session: Session, review: Review) -> dict[str, str]:
    product_type, settings = session.execute(
        select(Product.product_type, Shop.settings_json)
        .join(Shop, Shop.id == Product.shop_id)
        .where(Product.id == review.product_id)
    ).one()
    return chosen(review.answers, _questions(product_type, settings))


def _questions(product_type: str | None, settings: dict[str, Any]) -> tuple[Question, ...]:
    configured = ShopSettings.from_json(settings).questions_by_product_type
    return questions_for(product_type, configured, "en")


def _row(review: Review, name: str, value: str) -> dict[str, Any]:
    return {
        "review_id": review.id,
        "name": name,
        "value": value,
        "shop_id": review.shop_id,
        "listing_id": review.listing_id,
        "rating": review.rating,
        "position": review.position,
    }


def _count(session: Session, review: Review, answers: Mapping[str, str], step: int) -> None:
    for name, value in sorted(answers.items()):
        new = upsert(AttributeCount).values(
            listing_id=review.listing_id,
            name=name,
            value=value,
            shop_id=review.shop_id,
            count=max(step, 0),
        )
        session.execute(
            new.on_conflict_do_update(
                index_elements=["listing_id", "name", "value"],
                set_={"count": AttributeCount.count + step},
            )
        )


def _rows_of(listing_ids: Sequence[UUID], product_ids: Sequence[UUID], question: Question) -> Any:
    value = Review.answers[question.id].astext
    found = select(
        Review.id,
        literal(question.id),
        value,
        Review.shop_id,
        Review.listing_id,
        Review.rating,
        Review.position,
    ).where(
        Review.listing_id.in_(listing_ids),
        Review.product_id.in_(product_ids),
        Review.state == "published",
        Review.position.is_not(None),
        value.in_([choice.value for choice in question.choices]),
    )
    columns = ["review_id", "name", "value", "shop_id", "listing_id", "rating", "position"]
    return insert(ReviewAttribute).from_select(columns, found)
