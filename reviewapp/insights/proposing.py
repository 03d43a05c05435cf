"""A theme seen three times proposes an improvement; a person takes it up or drops it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.ids import new_id
from reviewapp.insights.rules import THEME_LEAST, THEME_WINDOW, place_for
from reviewapp.insights.texts import THEMES
from reviewapp.models.catalog import Product
from reviewapp.models.insight import Improvement, Mention
from reviewapp.outbox.messages import emit


def propose(session: Session, shop_id: UUID, theme: str, product_id: UUID | None) -> UUID | None:
    """Propose an improvement where the theme was named three times within a month; its id, or None.

    Counted anew after one about it was done; not proposed again for a month after one was dropped.
    """
    mentions, questions = _counts(session, shop_id, theme, product_id)
    if mentions < THEME_LEAST:
        return None
    product = session.get(Product, product_id) if product_id else None
    name = f" with {product.title}" if product else ""
    values = {
        "shop_id": shop_id,
        "change": f"{THEMES.get(theme, theme)}{name}, named {mentions} times: "
        "find the cause and say what changes.",
        "place": place_for(theme, questions=questions, all_mentions=mentions),
        "state": "proposed",
        "origin": "theme",
        "theme": theme,
        "theme_key": theme_key(theme, product_id),
        "product_id": product_id,
    }
    proposed = session.scalar(
        insert(Improvement)
        .values(id=new_id(), created_at=clock.now(), **values)
        .on_conflict_do_nothing()
        .returning(Improvement.id)
    )
    if proposed is not None:
        emit(session, "improvement.proposed", shop_id=shop_id, improvement_id=proposed)
    return proposed


def about_theme(shop_id: UUID, theme: str, product_id: UUID | None) -> list[ColumnElement[bool]]:
    """The mentions of a theme with a product, or with none known."""
    product = Mention.product_id == product_id if product_id else Mention.product_id.is_(None)
    return [Mention.shop_id == shop_id, Mention.axis == "theme", Mention.key == theme, product]


def theme_key(theme: str, product_id: UUID | None) -> str:
    """What makes a proposal the same as an earlier one."""
    return f"{theme}:{product_id or ''}"


def _counts(
    session: Session, shop_id: UUID, theme: str, product_id: UUID | None
) -> tuple[int, int]:  # fmt: skip
    """Mentions since the last improvement about it, and how many of them are questions."""
    since = _since(session, shop_id, theme, product_id)
    row = session.execute(
        select(func.count(), func.count().filter(Mention.subject == "question")).where(
            *about_theme(shop_id, theme, product_id), Mention.mentioned_at > since
        )
    ).one()
    return row[0], row[1]


def _since(session: Session, shop_id: UUID, theme: str, product_id: UUID | None) -> datetime:
    """A month ago, or when the last improvement about it was done or dropped."""
    month_ago = clock.now() - THEME_WINDOW
    closed = session.scalars(
        select(Improvement).where(
            Improvement.shop_id == shop_id,
            Improvement.theme_key == theme_key(theme, product_id),
            Improvement.state.in_(("done", "dropped")),
        )
    ).all()
    ends = [one.done_at if one.state == "done" else one.created_at for one in closed]
    return max([month_ago, *(end for end in ends if end)])
