"""All that is kept about a customer, to be taken along as one file (GDPR 15, 20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from reviewapp.collect.pages import Visit
from reviewapp.collect.places import places_of
from reviewapp.core import clock
from reviewapp.models.case import Case
from reviewapp.models.case_feedback import CaseFeedback, NpsAnswer
from reviewapp.models.catalog import Customer, Order, OrderLine, Suppression
from reviewapp.models.library import PermissionAsk
from reviewapp.models.mailbox import InboundMail
from reviewapp.models.outbox import Mail
from reviewapp.models.question import Question
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.models.review_request import ExperienceAnswer, ReviewRequest
from reviewapp.models.review_submission import ReviewSubmission
from reviewapp.models.rights import PermissionDetail
from reviewapp.models.upload import Upload
from reviewapp.rights.service import ledger_of

VERSION_FIELDS = (
    "version", "created_at", "rating", "title", "body", "answers", "display_name", "sha256",
)  # fmt: skip
INCOMING_FIELDS = ("created_at", "subject", "kind", "state", "byte_count")
PHOTO_FIELDS = ("sha256", "width", "height")
UPLOAD_FIELDS = (
    "created_at", "filename", "content_type", "length", "received", "state", "sha256", "expires_at",
)  # fmt: skip
PERMISSION_FIELDS = (
    "number", "created_at", "kind", "use", "party", "subject_sha256", "text_version",
    "text_language", "text_sha256", "starts_at", "ends_at", "proof", "hash",
)  # fmt: skip
DETAIL_FIELDS = ("credit_line", "address", "agent")
ORDER_FIELDS = ("external_id", "ordered_at", "currency", "total", "country", "time_zone")
REQUEST_FIELDS = ("created_at", "step", "state", "send_at", "sent_at", "language", "expires_at")
MAIL_FIELDS = ("created_at", "letter", "to_email", "to_name", "language", "state", "sent_at")
ASK_FIELDS = ("asked_at", "use", "note", "runs_until", "ends_on", "state", "answered_at")
QUESTION_FIELDS = ("submitted_at", "body", "author_name", "author_email", "state")
SUBMISSION_FIELDS = ("created_at", "rating", "title", "body", "answers", "display_name")


def own_data(session: Session, visit: Visit) -> dict[str, Any]:
    """All that is kept about the customer behind this link (GDPR 15, 20).

    What they gave, in whatever request, what became of it, and where it was used.
    """
    customer = visit.customer
    reviews = _reviews(session, customer.id)
    places = places_of(session, reviews)
    return {
        "made_at": clock.now(),
        "shop": visit.shop.name,
        "customer": {
            "name": customer.name,
            "email": customer.email,
            "language": customer.locale,
            "country": customer.country,
        },
        "orders": _orders(session, customer.id),
        "requests": _requests(session, customer.id),
        "private_answers": _answers(session, customer.id),
        "reviews": [
            _review(session, review) | {"used_in": [vars(one) for one in places.get(review.id, ())]}
            for review in reviews
        ],
        "permission_questions": _asks(session, reviews),
        "answers_about_help": _help_answers(session, customer.id),
        "messages_to_the_shop": [_case(case) for case in _cases(session, customer.id)],
        "uploads": _uploads(session, customer.id),
        "mails": _mails(session, customer.id),
        "mails_to_the_shop": _incoming(session, customer),
        **_by_address(session, customer),
    }


def _requests_of(customer_id: UUID) -> Select[UUID]:
    return select(ReviewRequest.id).where(ReviewRequest.customer_id == customer_id)


def _reviews(session: Session, customer_id: UUID) -> Sequence[Review]:
    return session.scalars(
        select(Review)
        .where(Review.customer_id == customer_id)
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .options(
            selectinload(Review.product), selectinload(Review.replies), selectinload(Review.media)
        )
    ).all()


def _cases(session: Session, customer_id: UUID) -> Sequence[Case]:
    return session.scalars(
        select(Case)
        .where(Case.customer_id == customer_id)
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .options(selectinload(Case.messages))
    ).all()


def _help_answers(session: Session, customer_id: UUID) -> list[dict[str, Any]]:
    mine = select(Case.id).where(Case.customer_id == customer_id)
    told = select(CaseFeedback).where(CaseFeedback.case_id.in_(mine)).order_by(CaseFeedback.id)
    scores = select(NpsAnswer).where(NpsAnswer.customer_id == customer_id).order_by(NpsAnswer.id)
    return [
        *(_fields(row, ("created_at", "csat", "effort", "words")) for row in session.scalars(told)),
        *(_fields(row, ("created_at", "score")) for row in session.scalars(scores)),
    ]


def _orders(session: Session, customer_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Order)
        .where(Order.customer_id == customer_id)
        .order_by(Order.ordered_at)
        .options(selectinload(Order.lines).joinedload(OrderLine.product))
    )
    return [
        _fields(row, ORDER_FIELDS) | {"products": [line.product.title for line in row.lines]}
        for row in rows
    ]


def _requests(session: Session, customer_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(ReviewRequest)
        .where(ReviewRequest.customer_id == customer_id)
        .order_by(ReviewRequest.id)
    )
    return [_fields(row, REQUEST_FIELDS) for row in rows]


def _mails(session: Session, customer_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(select(Mail).where(Mail.customer_id == customer_id).order_by(Mail.id))
    return [_fields(row, MAIL_FIELDS) for row in rows]


def _asks(session: Session, reviews: Sequence[Review]) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(PermissionAsk)
        .where(PermissionAsk.review_id.in_([review.id for review in reviews]))
        .order_by(PermissionAsk.asked_at)
    )
    return [_fields(row, ASK_FIELDS) for row in rows]


def _by_address(session: Session, customer: Customer) -> dict[str, Any]:
    """What is kept under the mail address alone."""
    address = (customer.email or "").casefold()
    stopped = session.scalars(
        select(Suppression).where(
            Suppression.shop_id == customer.shop_id,
            Suppression.email_digest == customer.email_digest,
        )
    )
    asked = session.scalars(
        select(Question).where(
            Question.shop_id == customer.shop_id, func.lower(Question.author_email) == address
        )
    )
    unconfirmed = session.scalars(
        select(ReviewSubmission).where(
            ReviewSubmission.shop_id == customer.shop_id,
            ReviewSubmission.email_digest == customer.email_digest,
        )
    )
    return {
        "mail_stopped": [_fields(row, ("created_at", "reason", "lifted_at")) for row in stopped],
        "questions": [_fields(row, QUESTION_FIELDS) for row in asked if address],
        "unconfirmed_reviews": [_fields(row, SUBMISSION_FIELDS) for row in unconfirmed],
    }


def _answers(session: Session, customer_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(ExperienceAnswer)
        .where(ExperienceAnswer.request_id.in_(_requests_of(customer_id)))
        .order_by(ExperienceAnswer.id)
    )
    return [{"at": row.created_at, "score": row.score} for row in rows]


def _uploads(session: Session, customer_id: UUID) -> list[dict[str, Any]]:
    """Files of the last two days, whatever became of them."""
    rows = session.scalars(
        select(Upload).where(Upload.request_id.in_(_requests_of(customer_id))).order_by(Upload.id)
    )
    return [_fields(row, UPLOAD_FIELDS) for row in rows]


def _permissions(session: Session, review: Review) -> list[dict[str, Any]]:
    """The ledger's entries with what is personal of its author in them, as long as it is kept.

    Whoever else is in a picture, or a child's guardian, has not given their name to the author.
    """
    entries = ledger_of(session, review.id)
    details = {
        row.entry_id: row
        for row in session.scalars(
            select(PermissionDetail).where(
                PermissionDetail.entry_id.in_(
                    [entry.id for entry in entries if entry.party == "author"]
                )
            )
        )
    }
    return [
        _fields(entry, PERMISSION_FIELDS)
        | {name: getattr(details.get(entry.id), name, None) for name in DETAIL_FIELDS}
        for entry in entries
    ]


def _review(session: Session, review: Review) -> dict[str, Any]:
    versions = session.scalars(
        select(ReviewVersion)
        .where(ReviewVersion.review_id == review.id)
        .order_by(ReviewVersion.version)
    )
    return {
        "product": review.product.title,
        "state": review.state,
        "submitted_at": review.submitted_at,
        "published_at": review.published_at,
        "verified_buyer": review.verified_buyer,
        "versions": [_fields(version, VERSION_FIELDS) for version in versions],
        "photos": [
            _fields(asset, PHOTO_FIELDS) for asset in review.media if asset.state != "hidden"
        ],
        "permissions": _permissions(session, review),
        "replies": [
            {"at": reply.published_at, "body": reply.body}
            for reply in review.replies
            if reply.published_at and not reply.withdrawn_at
        ],
    }


def _incoming(session: Session, customer: Customer) -> list[dict[str, Any]]:
    """Mails that say they are from them, with what each was taken for."""
    rows = session.scalars(
        select(InboundMail)
        .where(
            InboundMail.shop_id == customer.shop_id,
            InboundMail.sender_digest == customer.email_digest,
        )
        .order_by(InboundMail.id)
    )
    return [_fields(row, INCOMING_FIELDS) for row in rows]


def _case(case: Case) -> dict[str, Any]:
    return {
        "opened_at": case.opened_at,
        "about": case.route,
        "state": case.state,
        "messages": [
            {"at": message.created_at, "from": "you" if message.direction == "in" else "shop",
             "body": message.body, "quoted": message.quoted}
            for message in case.messages
            if message.direction != "note"
        ],
    }  # fmt: skip


def _fields(row: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
