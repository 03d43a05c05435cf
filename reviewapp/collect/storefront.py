"""Reviews written on a product's page: kept until confirmed by mail, then reviews like any other.

Nobody learns from it whether an address is known: what is answered and stored before the
confirmation is the same for every address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.collect.answering import mark_responded
from reviewapp.collect.pages import open_visit
from reviewapp.collect.reviewing import Sent, edit_review, submit_written, was_bought
from reviewapp.collect.versions import Words
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Gone
from reviewapp.core.ids import email_digest, new_id
from reviewapp.core.json import canonical_sha256
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer, Order, OrderLine, Product
from reviewapp.models.review import Review
from reviewapp.models.review_request import ReviewRequest
from reviewapp.models.review_submission import ReviewSubmission
from reviewapp.outbox.mail import queue_letter

TERM = timedelta(days=14)
"""How long a confirmation is waited for; then what was written is deleted."""
MAIL_PAUSE = timedelta(minutes=10)
"""The same form sent again after this asks for another confirmation mail …"""
MOST_MAILS = 3
"""… but no more than these in all."""

Address = Callable[[UUID], str]
"""Makes the address of a page out of the id of the row its link is signed for."""


@dataclass(frozen=True)
class Written:
    """A storefront form that was filled in as it should be."""

    email: str
    words: Words
    language: str


def keep_submission(
    session: Session, shop: Shop, product: Product, written: Written, *, confirm_url: Address
) -> None:
    """Keep what was written and mail its confirmation link; the same again is kept once."""
    now = clock.now()
    known_by = email_digest(written.email)
    told = [str(product.id), known_by, written.language, written.words.sha256]
    row_id = session.scalar(
        insert(ReviewSubmission)
        .values(
            id=new_id(),
            created_at=now,
            shop_id=shop.id,
            product_id=product.id,
            email=written.email,
            email_digest=known_by,
            locale=written.language,
            digest=canonical_sha256(told),
            mailed_at=now,
            expires_at=now + TERM,
            **_columns(written.words),
        )
        .on_conflict_do_nothing(index_elements=["shop_id", "digest"])
        .returning(ReviewSubmission.id)
    )
    if row_id is None:
        row_id = _once_more(session, shop.id, canonical_sha256(told))
    if row_id is not None:
        _mail(session, shop, product, row_id, confirm_url)


def waiting_submission(session: Session, submission_id: UUID) -> ReviewSubmission:
    """The submission behind a confirmation link, held until the transaction ends.

    Gone once its term is over or its receiver said that it is not theirs.
    """
    found = session.scalars(
        select(ReviewSubmission).where(ReviewSubmission.id == submission_id).with_for_update()
    ).first()
    if found is None or (found.confirmed_at is None and found.expires_at <= clock.now()):
        raise Gone("submission_gone")
    return found


def confirm_submission(
    session: Session, submission: ReviewSubmission, *, mine_url: Address
) -> UUID:
    """Turn the submission into a review, or into the next version of its author's earlier one.

    Returns the request whose link opens the author's own page. Confirmed again, nothing happens.
    """
    if submission.request_id is not None:
        return submission.request_id
    customer = _customer(session, submission)
    earlier = _earlier_review(session, customer.id, submission.product_id)
    line = None if earlier else _bought_line(session, customer.id, submission.product_id)
    request = _request_for(session, submission, customer, earlier, line)
    visit = open_visit(session, request.id)
    sent = Sent(words_of(submission), (), (), submission.locale, mine_url(request.id))
    if earlier is not None:
        earlier.request_id = earlier.request_id or request.id
        edit_review(session, visit, earlier, sent)
    else:
        product = session.get_one(Product, submission.product_id)
        submit_written(session, visit, product, line, sent)
    if not visit.uninvited:
        mark_responded(session, request)
    _settle(submission, request.id)
    return request.id


def earlier_review_of(session: Session, submission: ReviewSubmission) -> Review | None:
    """The review that confirming would replace; shown to the mailbox's owner only."""
    customer_id = session.scalar(
        select(Customer.id).where(
            Customer.shop_id == submission.shop_id,
            Customer.email_digest == submission.email_digest,
        )
    )
    if customer_id is None:
        return None
    return _earlier_review(session, customer_id, submission.product_id)


def discard_submission(session: Session, submission: ReviewSubmission) -> None:
    """Delete what its receiver did not write; a confirmed one is its author's to withdraw."""
    if submission.confirmed_at is None:
        session.delete(submission)


def forget_submissions(kit: Kit) -> int:
    """The errand `submissions`: delete what nobody confirmed in time, and spent links."""
    with kit.database.transaction(EVERY_SHOP) as session:
        swept = delete(ReviewSubmission).where(ReviewSubmission.expires_at <= clock.now())
        return session.execute(swept).rowcount  # type: ignore[attr-defined,no-any-return]  # a CursorResult


def words_of(submission: ReviewSubmission) -> Words:
    """What was written, as a review's words."""
    return Words(
        submission.rating,
        submission.title,
        submission.body,
        submission.answers,
        submission.display_name,
    )


def _columns(words: Words) -> dict[str, Any]:
    return {
        "rating": words.rating,
        "title": words.title,
        "body": words.body,
        "answers": words.answers,
        "display_name": words.display_name,
    }


def _once_more(session: Session, shop_id: UUID, digest: str) -> UUID | None:
    """The waiting row, where another mail for it is due; its term starts anew."""
    row = session.scalars(
        select(ReviewSubmission)
        .where(ReviewSubmission.shop_id == shop_id, ReviewSubmission.digest == digest)
        .with_for_update()
    ).first()
    now = clock.now()
    if row is None or row.mails >= MOST_MAILS or row.mailed_at > now - MAIL_PAUSE:
        return None
    row.mails, row.mailed_at, row.expires_at = row.mails + 1, now, now + TERM
    session.flush()
    return row.id


def _mail(
    session: Session, shop: Shop, product: Product, row_id: UUID, confirm_url: Address
) -> None:
    """The letter holds none of the writer's words: anybody could have typed this address."""
    row = session.get_one(ReviewSubmission, row_id)
    queue_letter(
        session,
        shop_id=shop.id,
        letter="review_confirm",
        to=row.email or "",
        language=row.locale,
        key=f"review_confirm:{row.id}:{row.mails}",
        params={
            "confirm_url": confirm_url(row.id),
            "days": TERM.days,
            "products": [{"name": product.title, "picture_url": product.image_url}],
        },
    )


def _customer(session: Session, submission: ReviewSubmission) -> Customer:
    """The customer with this address, held: one person's confirmations come in turn."""
    session.execute(
        insert(Customer)
        .values(
            id=new_id(),
            created_at=clock.now(),
            shop_id=submission.shop_id,
            email=submission.email,
            email_digest=submission.email_digest,
            locale=submission.locale,
        )
        .on_conflict_do_nothing(index_elements=["shop_id", "email_digest"])
    )
    found = session.scalars(
        select(Customer)
        .where(
            Customer.shop_id == submission.shop_id,
            Customer.email_digest == submission.email_digest,
        )
        .with_for_update()
    ).one()
    found.email = found.email or submission.email
    return found


def _earlier_review(session: Session, customer_id: UUID, product_id: UUID) -> Review | None:
    return session.scalars(
        select(Review)
        .where(
            Review.customer_id == customer_id,
            Review.product_id == product_id,
            Review.state != "withdrawn",
        )
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(1)
    ).first()


def _bought_line(session: Session, customer_id: UUID, product_id: UUID) -> OrderLine | None:
    """The newest line of this customer with this product that goods stand behind."""
    reviewed = exists().where(Review.order_line_id == OrderLine.id, Review.state != "withdrawn")
    lines = session.scalars(
        select(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.customer_id == customer_id, OrderLine.product_id == product_id, ~reviewed)
        .order_by(Order.ordered_at.desc(), OrderLine.id.desc())
    )
    return next((line for line in lines if was_bought(line)), None)


def _request_for(
    session: Session,
    submission: ReviewSubmission,
    customer: Customer,
    earlier: Review | None,
    line: OrderLine | None,
) -> ReviewRequest:
    """The request whose page the review belongs to: what is there already, else a new one."""
    known = earlier.request_id if earlier else None
    if line is not None:
        known = session.scalar(select(Order.request_id).where(Order.id == line.order_id))
    if known is not None:
        return open_visit(session, known).request
    request = ReviewRequest(
        shop_id=submission.shop_id,
        key=f"page:{submission.id}",
        customer_id=customer.id,
        language=submission.locale,
        state="cancelled",
        reason="written_on_page",
        followed_up=True,
    )
    session.add(request)
    session.flush()
    return request


def _settle(submission: ReviewSubmission, request_id: UUID) -> None:
    """Keep where it went and nothing else; the same words may come again after a withdrawal."""
    submission.confirmed_at, submission.request_id = clock.now(), request_id
    submission.email, submission.digest = None, str(submission.id)
    submission.title = submission.body = submission.display_name = ""
    submission.answers = {}
