"""Screening what authors wrote, and the clock that publishes what nobody decided on."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session, joinedload

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Conflict
from reviewapp.core.kit import Kit
from reviewapp.models.account import Member, Shop
from reviewapp.models.catalog import Order, OrderLine
from reviewapp.models.moderation import ReviewSketch
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Flag, Review
from reviewapp.moderate import similarity, velocity
from reviewapp.moderate.candidate import Candidate, candidate, the_candidate
from reviewapp.moderate.carrying_out import Decision
from reviewapp.moderate.language import guess_language
from reviewapp.moderate.links import host_of
from reviewapp.moderate.queries import near_copies
from reviewapp.moderate.rules import (
    MOST_DAYS,
    MOST_NAMED,
    VELOCITY_HOURS,
    ScreenFacts,
    must_be_decided_by,
    screen,
)
from reviewapp.moderate.service import CLOCK, decide

BATCH = 200


def screen_review(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After review.submitted and review.edited: flag what a moderator should look at.

    Nothing is decided here, and nothing here is told the stars (G12). An edit that came since
    has its own event; the flags of older versions stay.
    """
    review = _loaded(session, UUID(event.payload["review_id"]))
    if review is None or (words := candidate(session, review, event.payload["version"])) is None:
        return
    keep_sketch(session, review, words)
    facts = gather(session, review, words)
    session.execute(
        delete(Flag).where(
            Flag.review_id == review.id,
            Flag.version == words.version,
            Flag.kind.not_in(("report", "colleague")),
        )
    )
    signals = screen(facts)
    session.add_all(
        Flag(
            shop_id=review.shop_id,
            review_id=review.id,
            version=words.version,
            kind=signal.kind,
            explanation=signal.explanation,
            field=signal.field,
            start=signal.start,
            end=signal.end,
            detail=signal.detail,
        )
        for signal in signals
    )
    if any(signal.kind == "staff" for signal in signals):
        review.relation = "staff"


def publish_overdue(kit: Kit) -> int:
    """The errand `overdue`: what nobody decided on in time is published by the clock (G14)."""
    published = 0
    for shop_id, review_id in _overdue(kit):
        try:
            published += _publish(kit, shop_id, review_id)
        except Conflict:
            continue
    return published


def keep_sketch(session: Session, review: Review, words: Candidate) -> None:
    """Store the sketch of the review's newest words in place of an older one."""
    session.execute(delete(ReviewSketch).where(ReviewSketch.review_id == review.id))
    session.add_all(
        ReviewSketch(review_id=review.id, shop_id=review.shop_id, band=band, value=value)
        for band, value in enumerate(similarity.sketch(words.body))
    )
    session.flush()


def gather(session: Session, review: Review, words: Candidate) -> ScreenFacts:
    """What screening may know of a review; the stars and answers about them are left out."""
    shop = session.get_one(Shop, review.shop_id)
    order = session.scalar(
        select(Order).join(OrderLine).where(OrderLine.id == review.order_line_id)
    )
    customer = review.customer
    email = customer.email if customer else None
    answers = ((name, text) for name, text in words.answers.items() if isinstance(text, str))
    countries = (order and order.country, customer and customer.country, shop.country)
    domains = [*shop.settings.staff_domains, host_of(shop.url or "")]
    return ScreenFacts(
        texts=(("title", words.title), ("body", words.body), *answers),
        locale=review.locale,
        guess=guess_language(f"{words.title}\n{words.body}"),
        countries=tuple(dict.fromkeys(code for code in countries if code)),
        order_number=order.external_id if order else None,
        author_email=email,
        staff_emails=_staff_emails(session, shop),
        own_domains=tuple(domain.casefold().lstrip("@") for domain in domains if domain),
        blocked_words=shop.settings.blocked_words,
        competitor_names=shop.settings.competitor_names,
        near_copies=tuple(str(other.id) for other in near_copies(session, review)),
        one_mailbox=velocity.one_mailbox(session, review, email),
        one_domain=velocity.one_domain(session, review, email),
        one_order_window=velocity.one_order_window(session, review, order),
        recent_reviews=_recent_reviews(session, review),
    )


def _loaded(session: Session, review_id: UUID) -> Review | None:
    return session.get(
        Review, review_id, options=[joinedload(Review.customer)], populate_existing=True
    )


def _staff_emails(session: Session, shop: Shop) -> frozenset[str]:
    members = session.scalars(select(Member.email).where(Member.shop_id == shop.id))
    return frozenset(email.strip().casefold() for email in (*members, shop.email))


def _recent_reviews(session: Session, review: Review) -> tuple[str, ...]:
    if review.customer_id is None:
        return ()
    since = review.submitted_at - timedelta(hours=VELOCITY_HOURS)
    found = session.scalars(
        select(Review.id)
        .where(
            Review.customer_id == review.customer_id,
            Review.id != review.id,
            Review.submitted_at > since,
            Review.submitted_at <= review.submitted_at,
        )
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(MOST_NAMED)
    )
    return tuple(map(str, found))


def _publish(kit: Kit, shop_id: UUID, review_id: UUID) -> int:
    with kit.database.transaction(shop_id) as session:
        review = session.get_one(Review, review_id)
        if review.waiting_since is None:
            return 0
        words = the_candidate(session, review)
        if _deadline(review, words) > clock.now():
            return 0
        decide(session, review, Decision("publish"), by=CLOCK)
        return 1


def _overdue(kit: Kit) -> list[tuple[UUID, UUID]]:
    now = clock.now()
    written_at = func.coalesce(Review.edit_sent_at, Review.edited_at, Review.submitted_at)
    state = func.coalesce(Review.edit_state, Review.state)
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.execute(
            select(Review.shop_id, Review.id)
            .where(
                Review.waiting_since.is_not(None),
                or_(
                    Review.decide_by <= now,
                    and_(
                        state == "pending",
                        written_at <= now - timedelta(days=MOST_DAYS),
                    ),
                ),
            )
            .order_by(Review.waiting_since, Review.id)
            .limit(BATCH)
        )
        return [(row.shop_id, row.id) for row in rows]


def _deadline(review: Review, words: Candidate) -> datetime:
    return must_be_decided_by(
        state=words.state, decide_by=review.decide_by, written_at=words.written_at
    )
