"""Documents of the whole shop: star shards, the policy page, the figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.i18n import translator
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.listing import RatingSummary
from reviewapp.models.review import ModerationDecision, Review
from reviewapp.models.widget import ShopDocument
from reviewapp.widgets import documents
from reviewapp.widgets.pages import Pages
from reviewapp.widgets.product_view import shop_facts
from reviewapp.widgets.product_writer import LEASE, PACE
from reviewapp.widgets.queries import shard_summaries
from reviewapp.widgets.reader import imported_from
from reviewapp.widgets.service import POLICY, TRANSPARENCY, shard_of_path, shards_of
from reviewapp.widgets.values import Transparency
from reviewapp.widgets.writer import put_document, shop_folder

FIGURES_PACE = timedelta(hours=1)
"""Between two writes of the shop's figures, which count all its reviews."""
BATCH = 20

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DocumentClaim:
    """A shop document to write, as it was when it was taken."""

    shop_id: UUID
    path: str
    claimed_at: datetime
    revision: int


def publish_shop_documents(kit: Kit) -> int:
    """Write one batch of the shop documents that are due; returns how many were written."""
    return sum(_publish(kit, claim) for claim in _claim(kit))


def _claim(kit: Kit) -> list[DocumentClaim]:
    now = clock.now()
    rested = or_(
        ShopDocument.published_at.is_(None),
        and_(ShopDocument.path != TRANSPARENCY, ShopDocument.published_at <= now - PACE),
        ShopDocument.published_at <= now - FIGURES_PACE,
    )
    due = (
        select(ShopDocument.shop_id, ShopDocument.path)
        .where(
            ShopDocument.dirty_at.is_not(None),
            rested,
            or_(ShopDocument.claimed_at.is_(None), ShopDocument.claimed_at < now - LEASE),
        )
        .order_by(ShopDocument.dirty_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.execute(
            update(ShopDocument)
            .where(ShopDocument.shop_id == due.c.shop_id, ShopDocument.path == due.c.path)
            .values(claimed_at=now)
            .returning(
                ShopDocument.shop_id,
                ShopDocument.path,
                ShopDocument.revision,
            )
            .execution_options(synchronize_session=False)
        ).all()
    return [DocumentClaim(row.shop_id, row.path, now, row.revision) for row in rows]


def _publish(kit: Kit, claim: DocumentClaim) -> int:
    with kit.database.transaction(claim.shop_id) as session:
        shop = session.get_one(Shop, claim.shop_id)
        content = shop_document(session, shop, claim.path, public_url=kit.settings.public_url)
    try:
        put_document(kit.published, f"{shop_folder(shop.widget_key)}/{claim.path}", content)
    except OutsideFailed as error:
        log.error("publish.failed", shop_id=str(claim.shop_id), error=error.message)
        return 0
    current = ShopDocument.revision == claim.revision
    with kit.database.transaction(claim.shop_id) as session:
        session.execute(
            update(ShopDocument)
            .where(
                ShopDocument.shop_id == claim.shop_id,
                ShopDocument.path == claim.path,
                ShopDocument.claimed_at == claim.claimed_at,
            )
            .values(
                claimed_at=None,
                published_at=clock.now(),
                dirty_at=case((current, None), else_=clock.now()),
            )
            .execution_options(synchronize_session=False)
        )
    return 1


def shop_document(session: Session, shop: Shop, path: str, *, public_url: str) -> bytes:
    """The bytes of one document of the shop, as the database has it now."""
    if path == POLICY:
        facts = shop_facts(shop, public_url)
        return Pages(facts, translator(facts.language)).policy()
    if path == TRANSPARENCY:
        return documents.transparency(transparency(session, shop.id))
    shards = shards_of(session, shop.id)
    return documents.stars(shards, shard_summaries(session, shop.id, shard_of_path(path), shards))


def transparency(session: Session, shop_id: UUID) -> Transparency:
    """What became of all the shop's reviews (G19)."""
    published = Review.state == "published"
    states = session.execute(
        select(
            func.count().filter(published),
            func.count().filter(published, Review.verified_buyer),
            func.count().filter(published, Review.incentivized),
            func.count().filter(Review.state.in_(("pending", "held"))),
            func.count().filter(Review.state == "withdrawn"),
        ).where(Review.shop_id == shop_id)
    ).one()
    stars = session.execute(
        select(
            *(
                func.coalesce(func.sum(column), 0)
                for column in (
                    RatingSummary.ones,
                    RatingSummary.twos,
                    RatingSummary.threes,
                    RatingSummary.fours,
                    RatingSummary.fives,
                )
            )
        ).where(RatingSummary.shop_id == shop_id)
    ).one()
    return Transparency(
        published=states[0],
        histogram=(stars[0], stars[1], stars[2], stars[3], stars[4]),
        verified=states[1],
        incentivized=states[2],
        imported=_imported(session, shop_id),
        refused=_refused(session, shop_id),
        waiting=states[3],
        withdrawn=states[4],
    )


def _imported(session: Session, shop_id: UUID) -> dict[str, int]:
    rows = session.execute(
        select(Review.source, func.count())
        .where(Review.shop_id == shop_id, Review.state == "published")
        .group_by(Review.source)
    )
    return {name: number for source, number in rows if (name := imported_from(source))}


def _refused(session: Session, shop_id: UUID) -> dict[str, int]:
    """Reviews that stand refused, by the reason of their last refusal."""
    last = (
        select(ModerationDecision.review_id, ModerationDecision.reason)
        .ext(distinct_on(ModerationDecision.review_id))
        .where(ModerationDecision.shop_id == shop_id, ModerationDecision.action == "refuse")
        .order_by(ModerationDecision.review_id, ModerationDecision.id.desc())
        .subquery()
    )
    rows = session.execute(
        select(last.c.reason, func.count().label("number"))
        .join(Review, Review.id == last.c.review_id)
        .where(Review.state == "refused")
        .group_by(last.c.reason)
    )
    return {row.reason: row.number for row in rows}
