"""Asking an author later for a wider permission: once, with the very content and use shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, exactly_one
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.i18n import negotiate
from reviewapp.core.kit import Kit
from reviewapp.library.acting import Doer, member_id
from reviewapp.library.contents import Content, shop_review
from reviewapp.library.rules import (
    ASK_OPEN_FOR,
    ASK_REFUSALS,
    REMINDER_AFTER,
    AskFacts,
    why_not_ask,
)
from reviewapp.models.account import Shop
from reviewapp.models.library import PermissionAsk
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.rights import USES
from reviewapp.outbox.mail import queue_letter
from reviewapp.outbox.messages import emit
from reviewapp.outbox.suppressions import is_suppressed
from reviewapp.rights import service as rights
from reviewapp.rights.ledger import Act, Subject, Terms
from reviewapp.rights.texts import licence_text

MOST_NOTE = 300
PICTURE_WIDTH = 640
"""Pixels of the picture in the mail, at least."""
BATCH = 100
PURPOSE = "permission"
"""What the link of an ask is signed for."""

log = structlog.get_logger()


def ask(
    session: Session,
    kit: Kit,
    review: Review,
    use: str,
    contents: Sequence[Content],
    *,
    note: str,
    ends_on: date | None,
    by: Doer,
) -> PermissionAsk:
    """Write the question down, in the ledger too, and mail it; Invalid says why it cannot be."""
    _check(session, review, use, contents, ends_on)
    asked = PermissionAsk(
        shop_id=review.shop_id,
        review_id=review.id,
        use=use,
        subjects=[{"sha256": one.sha256, "asset_id": _text(one.asset_id)} for one in contents],
        language=negotiate(review.locale),
        note=" ".join(note.split())[:MOST_NOTE],
        ends_on=ends_on,
        member_id=member_id(by),
    )
    session.add(asked)
    session.flush()
    act, terms = _act(asked, "asked"), terms_of(asked)
    rights.ask(session, review, use, subjects_of(session, asked), act, terms)
    record(
        session,
        shop_id=review.shop_id,
        actor=by.label,
        action="permission.asked",
        subject=f"permission_ask:{asked.id}",
        review=review.id,
        use=use,
    )
    _mail(session, kit, asked, review)
    return asked


def ask_facts(session: Session, review: Review, use: str, contents: Sequence[Content]) -> AskFacts:
    """What is to be known before asking."""
    customer = review.customer
    held = rights.rights_of(session, review.id)
    return AskFacts(
        published=review.state == "published",
        erased=bool(customer and customer.erasing_since),
        address=bool(customer and customer.email),
        unsubscribed=bool(
            customer and is_suppressed(session, review.shop_id, customer.email_digest)
        ),
        asked_before=session.scalar(
            select(PermissionAsk.id).where(
                PermissionAsk.review_id == review.id, PermissionAsk.use == use
            )
        )
        is not None,
        wanted=frozenset(one.sha256 for one in contents),
        allowed=frozenset(right.subject_sha256 for right in held if right.use == use),
    )


def open_ask(session: Session, ask_id: UUID) -> PermissionAsk:
    """The ask behind a link, whatever its state; NotFound without one."""
    found = session.get(PermissionAsk, ask_id)
    if found is None:
        raise NotFound("link_unknown")
    return found


def answer(
    session: Session, asked: PermissionAsk, review: Review, *, granted: bool, act: Act
) -> None:
    """The author's answer, good once; Conflict when it was answered already.

    An unanswered ask can be answered after its time too: the link is not a trap.
    """
    now = clock.now()
    state = "granted" if granted else "declined"
    result = session.execute(
        update(PermissionAsk)
        .where(PermissionAsk.id == asked.id, PermissionAsk.answered_at.is_(None))
        .values(state=state, answered_at=now)
        .returning(PermissionAsk.id)
    ).all()
    exactly_one(len(result), "answered_already")
    if granted:
        rights.grant(session, review, asked.use, subjects_of(session, asked), act, terms_of(asked))
    else:
        rights.decline(session, review, asked.use, subjects_of(session, asked), act)
    emit(
        session,
        "permission.answered",
        shop_id=asked.shop_id,
        review_id=review.id,
        ask_id=asked.id,
        use=asked.use,
    )


def remind_and_close(kit: Kit) -> int:
    """The errand "permission_asks": the one reminder, then an end to waiting; returns how many."""
    done = 0
    while batch := _remind_batch(kit):
        done += batch
    if done:
        log.info("permission_asks.followed_up", count=done)
    return done


def subjects_of(session: Session, asked: PermissionAsk) -> list[Subject]:
    """What was asked for, as the ledger names it: the clean file, tied to the one that was sent."""
    named = [
        (one["sha256"], UUID(one["asset_id"]) if one["asset_id"] else None)
        for one in asked.subjects
    ]
    ids = [asset_id for _, asset_id in named if asset_id]
    sent = select(MediaAsset.id, MediaAsset.source_sha256).where(MediaAsset.id.in_(ids))
    originals = {row.id: row.source_sha256 for row in session.execute(sent)}
    return [
        Subject(sha256, asset_id, originals.get(asset_id) if asset_id else None)
        for sha256, asset_id in named
    ]


def terms_of(asked: PermissionAsk) -> Terms:
    """How far the asked permission reaches: through the whole last day, UTC."""
    if asked.ends_on is None:
        return Terms()
    after = asked.ends_on + timedelta(days=1)
    return Terms(ends_at=datetime.combine(after, time(), UTC))


def _remind_batch(kit: Kit) -> int:
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        due = session.scalars(
            select(PermissionAsk)
            .where(
                PermissionAsk.state == "open",
                or_(
                    PermissionAsk.asked_at <= now - ASK_OPEN_FOR,
                    (PermissionAsk.reminded_at.is_(None))
                    & (PermissionAsk.asked_at <= now - REMINDER_AFTER),
                ),
            )
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for asked in due:
            if asked.asked_at <= now - ASK_OPEN_FOR:
                asked.state = "expired"
            else:
                asked.reminded_at = now
                _remind(session, kit, asked)
        return len(due)


def _remind(session: Session, kit: Kit, asked: PermissionAsk) -> None:
    review = shop_review(session, asked.shop_id, asked.review_id)
    facts = ask_facts(session, review, asked.use, [])
    if facts.published and facts.address and not (facts.erased or facts.unsubscribed):
        _mail(session, kit, asked, review, reminder=True)


def _check(
    session: Session, review: Review, use: str, contents: Sequence[Content], ends_on: date | None
) -> None:
    """Invalid, with the field, for what cannot be asked."""
    if use not in USES:
        raise Invalid(fields={"use": ["Choose one use."]})
    if ends_on is not None and ends_on <= clock.now().date():
        raise Invalid(fields={"ends_on": ["A day that is still to come."]})
    if refusal := why_not_ask(ask_facts(session, review, use, contents)):
        raise Invalid(fields={"use": [ASK_REFUSALS[refusal]]})


def _mail(
    session: Session, kit: Kit, asked: PermissionAsk, review: Review, *, reminder: bool = False
) -> None:
    customer = review.customer
    assert customer is not None
    assert customer.email is not None
    shop = session.get_one(Shop, asked.shop_id)
    hashes = {one["sha256"] for one in asked.subjects}
    shown = next((one for one in review.media if one.sha256 in hashes), None)
    picture = shown and shown.picture(PICTURE_WIDTH)
    published = f"{kit.settings.public_url}/p/v1/{shop.widget_key}/media"
    queue_letter(
        session,
        shop_id=asked.shop_id,
        letter="permission_ask",
        to=(customer.name, customer.email),
        customer_id=customer.id,
        language=asked.language,
        key=f"permission_ask:{asked.id}:{'reminder' if reminder else 'first'}",
        params={
            "product": review.product.title,
            "use": licence_text(asked.use, asked.language).sentence,
            "note": asked.note or None,
            "picture_url": f"{published}/{picture.key}" if picture else None,
            "words": None if shown else review.body,
            "page_url": f"{kit.settings.public_url}/a/{kit.links.sign(PURPOSE, asked.id)}",
            "reminder": reminder,
        },
    )


def _act(asked: PermissionAsk, action: str) -> Act:
    return Act(asked.language, {"ask": str(asked.id), "action": action})


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
