"""What a customer sees and takes along of their own: permissions by use, and all data as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.collect.pages import Visit, cases_of, reviews_of
from reviewapp.collect.reviewing import subjects_of
from reviewapp.core import clock
from reviewapp.models.case import Case
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.models.review_request import ExperienceAnswer
from reviewapp.models.rights import USES
from reviewapp.models.upload import Upload
from reviewapp.rights.rules import Right
from reviewapp.rights.service import ledger_of, rights_of

VERSION_FIELDS = (
    "version", "created_at", "rating", "title", "body", "answers", "display_name", "sha256",
)  # fmt: skip
PHOTO_FIELDS = ("sha256", "width", "height")
UPLOAD_FIELDS = (
    "created_at", "filename", "content_type", "length", "received", "state", "sha256", "expires_at",
)  # fmt: skip
PERMISSION_FIELDS = (
    "created_at", "kind", "use", "subject_sha256", "text_version", "text_language", "text_sha256",
)  # fmt: skip


@dataclass(frozen=True)
class UseState:
    """One use of a review: given for all of it, for a part of it, or not."""

    use: str
    given: bool
    complete: bool


def permissions_of(session: Session, review: Review) -> list[UseState]:
    """Every use in the order asked, as it stands for the present words and photos."""
    held = rights_of(session, review.id)
    subjects = subjects_of(session, review)
    states = []
    for use in USES:
        given = [Right(use, subject.sha256) in held for subject in subjects]
        states.append(UseState(use, any(given), all(given)))
    return states


def own_data(session: Session, visit: Visit) -> dict[str, Any]:
    """The customer's data behind this link (GDPR 15, 20): what they gave, and what became of it."""
    customer, asked = visit.customer, visit.request
    return {
        "made_at": clock.now(),
        "shop": visit.shop.name,
        "customer": {
            "name": customer.name,
            "email": customer.email,
            "language": customer.locale,
            "country": customer.country,
        },
        "request": {
            "sent_at": asked.sent_at,
            "language": asked.language,
            "expires_at": asked.expires_at,
            "products": [item.product.title for item in visit.items],
        },
        "private_answers": _answers(session, asked.id),
        "reviews": [_review(session, review) for review in reviews_of(session, asked.id)],
        "messages_to_the_shop": [_case(case) for case in cases_of(session, asked.id)],
        "uploads": _uploads(session, asked.id),
    }


def _answers(session: Session, request_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(ExperienceAnswer)
        .where(ExperienceAnswer.request_id == request_id)
        .order_by(ExperienceAnswer.id)
    )
    return [{"at": row.created_at, "score": row.score} for row in rows]


def _uploads(session: Session, request_id: UUID) -> list[dict[str, Any]]:
    """Files of the last two days, whatever became of them."""
    rows = session.scalars(
        select(Upload).where(Upload.request_id == request_id).order_by(Upload.id)
    )
    return [_fields(row, UPLOAD_FIELDS) for row in rows]


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
        "permissions": [
            _fields(entry, PERMISSION_FIELDS) for entry in ledger_of(session, review.id)
        ],
        "replies": [
            {"at": reply.published_at, "body": reply.body}
            for reply in review.replies
            if reply.published_at and not reply.withdrawn_at
        ],
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "opened_at": case.opened_at,
        "about": case.route,
        "state": case.state,
        "messages": [
            {"at": message.created_at, "from": "you" if message.direction == "in" else "shop",
             "body": message.body}
            for message in case.messages
            if message.direction != "note"
        ],
    }  # fmt: skip


def _fields(row: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
