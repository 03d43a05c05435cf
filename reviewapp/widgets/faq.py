"""The page of picked questions: only what the shop answered, in the shop's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.question import Answer, Question
from reviewapp.widgets.writer import shop_folder


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """A picked question with the shop's answer and the product it was asked about."""

    id: str
    question: str
    answer: str
    product: str
    product_url: str | None


@dataclass(frozen=True, slots=True)
class FaqView:
    """What the page shows; `url` is its own address."""

    url: str
    entries: tuple[FaqEntry, ...]


def faq_view(session: Session, shop: Shop, *, public_url: str) -> FaqView:
    """The shown and answered questions on the shop's page, in their order."""
    rows = session.execute(
        select(Question, Answer.body, Product)
        .join(Answer, Answer.question_id == Question.id)
        .join(Product, Product.id == Question.product_id)
        .where(
            Question.shop_id == shop.id,
            Question.state == "published",
            Question.faq_position.is_not(None),
            Answer.by == "shop",
            Answer.state == "published",
        )
        .order_by(Question.faq_position, Question.id)
    )
    entries = tuple(
        FaqEntry(str(question.id), question.body, answer, product.title, product.url)
        for question, answer, product in rows
    )
    return FaqView(f"{public_url}/{shop_folder(shop.widget_key)}/faq.html", entries)


def faq_graph(view: FaqView) -> dict[str, Any] | None:
    """A FAQPage: nobody but the shop answers here (Google's condition); None for an empty page."""
    if not view.entries:
        return None
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "url": view.url,
        "mainEntity": [
            {
                "@type": "Question",
                "name": entry.question,
                "acceptedAnswer": {"@type": "Answer", "text": entry.answer},
            }
            for entry in view.entries
        ],
    }
