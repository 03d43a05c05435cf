"""Messages nobody knows the fate of: a person sends them again or leaves them, on record."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from reviewapp.audit import service as audit
from reviewapp.core import clock
from reviewapp.core.db import exactly_one, ping_after_commit
from reviewapp.models.review_request import ReviewRequest

LEFT = "left_by_person"


def send_again(session: Session, request: ReviewRequest, *, by: str) -> None:
    """Plan an unknown message once more, eligibility asked anew; Conflict if it is not unknown."""
    _settle(
        session,
        request,
        state="planned",
        reason=None,
        send_at=clock.now(),
        claim_id=None,
        claimed_at=None,
        sending_at=None,
    )
    _log(session, request, by, "request.sent_again")
    ping_after_commit(session, "requests")


def leave(session: Session, request: ReviewRequest, *, by: str) -> None:
    """Leave an unknown message as it is: it may have arrived; Conflict if it is not unknown."""
    _settle(session, request, reason=LEFT)
    _log(session, request, by, "request.left")


def _settle(session: Session, request: ReviewRequest, **values: object) -> None:
    changed = session.execute(
        update(ReviewRequest)
        .where(
            ReviewRequest.id == request.id,
            ReviewRequest.state == "unknown",
            ReviewRequest.reason.is_distinct_from(LEFT),
        )
        .values(**values)
        .returning(ReviewRequest.id)
    ).all()
    exactly_one(len(changed))


def _log(session: Session, request: ReviewRequest, by: str, action: str) -> None:
    shop_id: UUID = request.shop_id
    subject = f"request:{request.id}"
    audit.record(session, shop_id=shop_id, actor=by, action=action, subject=subject)
