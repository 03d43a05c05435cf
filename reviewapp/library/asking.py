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
from reviewapp.library.ask_letters import mail_question, messages_of
from reviewapp.library.contents import Content, shop_review
from reviewapp.library.rules import (
    ASK_OPEN_FOR,
    ASK_REFUSALS,
    REMINDER_AFTER,
    AskFacts,
    why_not_ask,
)
from reviewapp.models.library import PermissionAsk
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.rights import USES
from reviewapp.outbox.messages import emit
from reviewapp.outbox.suppressions import is_suppressed
from reviewapp.rights import service as rights
from reviewapp.rights.ledger import Act, Subject, Terms

MOST_NOTE = 300
BATCH = 100

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
    send(session, kit, asked, review, by=by)
    return asked


def send(session: Session, kit: Kit, asked: PermissionAsk, review: Review, *, by: Doer) -> None:
    """Mail a question that was written down, and note in the ledger that it was asked, and how."""
    mail_question(session, kit, asked, review)
    proof = {"ask": str(asked.id), "action": "asked"} | messages_of(session, kit, asked)
    subjects, terms = subjects_of(session, asked), terms_of(asked)
    rights.ask(session, review, asked.use, subjects, Act(asked.language, proof), terms)
    record(
        session,
        shop_id=review.shop_id,
        actor=by.label,
        action="permission.asked" if asked.runs_until is None else "permission.longer_asked",
        subject=f"permission_ask:{asked.id}",
        review=review.id,
        use=asked.use,
    )


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
                PermissionAsk.review_id == review.id,
                PermissionAsk.use == use,
                PermissionAsk.runs_until.is_(None),
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
    """The author's answer to a first question, good once; Conflict when it was answered already.

    An unanswered ask can be answered after its time too: the link is not a trap.
    """
    settle(session, asked, granted=granted)
    if granted:
        rights.grant(session, review, asked.use, subjects_of(session, asked), act, terms_of(asked))
    else:
        rights.decline(session, review, asked.use, subjects_of(session, asked), act)


def settle(session: Session, asked: PermissionAsk, *, granted: bool) -> None:
    """Note the answer, once, whoever else answers at the same time; Conflict for the others."""
    result = session.execute(
        update(PermissionAsk)
        .where(PermissionAsk.id == asked.id, PermissionAsk.answered_at.is_(None))
        .values(state="granted" if granted else "declined", answered_at=clock.now())
        .returning(PermissionAsk.id)
    ).all()
    exactly_one(len(result), "answered_already")
    emit(
        session,
        "permission.answered",
        shop_id=asked.shop_id,
        review_id=asked.review_id,
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
    ids = [UUID(one["asset_id"]) for one in asked.subjects if one["asset_id"]]
    sent = select(MediaAsset.id, MediaAsset.source_sha256).where(MediaAsset.id.in_(ids))
    originals = {str(row.id): row.source_sha256 for row in session.execute(sent)}
    return [
        Subject(
            one["sha256"],
            UUID(one["asset_id"]) if one["asset_id"] else None,
            originals.get(one["asset_id"] or ""),
            one.get("renews"),
        )
        for one in asked.subjects
    ]


def terms_of(asked: PermissionAsk) -> Terms:
    """How far the asked permission reaches."""
    return terms_through(asked.ends_on)


def terms_through(day: date | None) -> Terms:
    """Through the whole last day, UTC; None: until it is taken back."""
    if day is None:
        return Terms()
    return Terms(ends_at=datetime.combine(day + timedelta(days=1), time(), UTC))


def is_over(asked: PermissionAsk) -> bool:
    """Whether the last day that was asked for is over: there is nothing left to say yes to."""
    return asked.ends_on is not None and asked.ends_on < clock.now().date()


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
    """Once more, unless the author is gone, or what was to run longer has ended meanwhile."""
    if asked.runs_until is not None and asked.runs_until <= clock.now():
        return
    review = shop_review(session, asked.shop_id, asked.review_id)
    facts = ask_facts(session, review, asked.use, [])
    if facts.published and facts.address and not (facts.erased or facts.unsubscribed):
        mail_question(session, kit, asked, review, reminder=True)


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


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
