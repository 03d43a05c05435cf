"""Improvements, alerts and what is behind them, for screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.core import clock
from reviewapp.insights.proposing import about_theme
from reviewapp.insights.rules import THEME_WINDOW
from reviewapp.models.account import Member
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Product
from reviewapp.models.insight import Alert, AlertItem, Improvement, Mention
from reviewapp.models.question import Question
from reviewapp.models.review import Review

MOST_ON_BOARD = 100
DONE_SHOWN = 20


@dataclass(frozen=True)
class Behind:
    """One problem behind an alert: what kind, its words, where to read it."""

    kind: str
    id: UUID
    words: str
    at: datetime


@dataclass(frozen=True)
class Effect:
    """How often a theme was named in the month before an improvement, and since it was done."""

    before: int
    since: int | None


def improvements_of(shop_id: UUID, state: str = "", place: str = "") -> Select[Improvement]:
    """Improvements with owner and product, unordered."""
    found = (
        select(Improvement)
        .where(Improvement.shop_id == shop_id)
        .options(joinedload(Improvement.owner), joinedload(Improvement.product))
    )
    if state:
        found = found.where(Improvement.state == state)
    if place:
        found = found.where(Improvement.place == place)
    return found


def board(session: Session, shop_id: UUID) -> Mapping[str, Sequence[Improvement]]:
    """What is proposed and to do, the nearest day first, and what was done last."""
    rows = improvements_of(shop_id)
    soonest = (Improvement.due_on.asc().nulls_last(), Improvement.id)
    lately = (Improvement.done_at.desc(), Improvement.id)

    def column(state: str, order: tuple[object, ...], most: int) -> Sequence[Improvement]:
        wanted = rows.where(Improvement.state == state).order_by(*order)  # type: ignore[arg-type]  # column orders
        return session.scalars(wanted.limit(most)).all()

    return {
        "proposed": column("proposed", (Improvement.id.desc(),), MOST_ON_BOARD),
        "open": column("open", soonest, MOST_ON_BOARD),
        "done": column("done", lately, DONE_SHOWN),
    }


def counts(session: Session, shop_id: UUID) -> dict[str, int]:
    """How many improvements are in each state."""
    rows = session.execute(
        select(Improvement.state, func.count())
        .where(Improvement.shop_id == shop_id)
        .group_by(Improvement.state)
    )
    return {row[0]: row[1] for row in rows}


def effect_of(session: Session, item: Improvement) -> Effect | None:
    """Whether the theme is named less since it was done; None without a theme."""
    if item.theme is None:
        return None
    about = about_theme(item.shop_id, item.theme, item.product_id)
    start = item.created_at
    before = session.scalar(
        select(func.count()).where(
            *about, Mention.mentioned_at > start - THEME_WINDOW, Mention.mentioned_at <= start
        )
    )
    since = None
    if item.done_at is not None:
        since = session.scalar(
            select(func.count()).where(*about, Mention.mentioned_at > item.done_at)
        )
    return Effect(before or 0, since)


def team(session: Session, shop_id: UUID) -> Sequence[Member]:
    """Members something can be given to, by name."""
    return session.scalars(
        select(Member)
        .where(Member.shop_id == shop_id, Member.disabled_at.is_(None))
        .order_by(Member.name, Member.id)
    ).all()


def alerts_of(session: Session, shop_id: UUID, *, closed: bool) -> Sequence[Alert]:
    """Open alerts, the newest first; or the last ones that were closed."""
    wanted = select(Alert).where(
        Alert.shop_id == shop_id,
        Alert.closed_at.is_not(None) if closed else Alert.closed_at.is_(None),
    )
    return session.scalars(
        wanted.options(selectinload(Alert.items))
        .order_by(Alert.opened_at.desc(), Alert.id.desc())
        .limit(DONE_SHOWN if closed else MOST_ON_BOARD)
    ).all()


def name_of(session: Session, alert: Alert) -> tuple[str, str]:
    """What the problems have in common: a product's title and perhaps a batch, or a key."""
    product_key, _, batch = alert.key.partition(":")
    if alert.axis in ("product", "batch") and product_key:
        product = session.get(Product, UUID(product_key))
        return (product.title if product else "", batch)
    return ("", batch or alert.key)


def behind(session: Session, items: Sequence[AlertItem]) -> list[Behind]:
    """The problems with their words, the newest first; what was erased since is left out."""
    found = {item.subject_id for item in items}
    texts: dict[UUID, str] = {}
    for review in session.scalars(select(Review).where(Review.id.in_(found))):
        texts[review.id] = f"{review.title} {review.body}".strip()
    for question in session.scalars(select(Question).where(Question.id.in_(found))):
        texts[question.id] = question.body
    asked = session.execute(
        select(CaseMessage.case_id, func.min(CaseMessage.body))
        .where(CaseMessage.case_id.in_(found), CaseMessage.direction == "in")
        .group_by(CaseMessage.case_id)
    )
    texts |= {row[0]: row[1] for row in asked}
    return [
        Behind(item.subject, item.subject_id, texts[item.subject_id], item.happened_at)
        for item in sorted(items, key=lambda one: one.happened_at, reverse=True)
        if item.subject_id in texts
    ]


def named_by(session: Session, item: Improvement) -> list[Behind]:
    """Reviews, cases and questions that named a proposal's theme within the last month."""
    if item.theme is None or item.origin != "theme":
        return []
    rows = session.scalars(
        select(Mention)
        .where(
            *about_theme(item.shop_id, item.theme, item.product_id),
            Mention.mentioned_at > clock.now() - THEME_WINDOW,
        )
        .order_by(Mention.mentioned_at.desc())
        .limit(10)
    ).all()
    items = [
        AlertItem(subject=row.subject, subject_id=row.subject_id, happened_at=row.mentioned_at)
        for row in rows
    ]
    return behind(session, items)


def case_exists(session: Session, shop_id: UUID, case_id: UUID) -> bool:
    """Whether the case is this shop's."""
    case = session.get(Case, case_id)
    return case is not None and case.shop_id == shop_id


def question_of(session: Session, shop_id: UUID, question_id: UUID) -> Question | None:
    """The question, where it is this shop's."""
    question = session.get(Question, question_id)
    return question if question is not None and question.shop_id == shop_id else None
