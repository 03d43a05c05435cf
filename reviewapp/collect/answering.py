"""Storing the private answer to "how did it go?", and that somebody responded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.collect.pages import Visit
from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.catalog import Customer
from reviewapp.models.review_request import ExperienceAnswer, ReviewRequest

LOW_SCORE, HIGH_SCORE = 2, 4


class OpenCase(Protocol):
    """How the desk, another room, takes what a customer asks; handed in by the app."""

    def __call__(
        self,
        session: Session,
        shop: Shop,
        *,
        customer: Customer,
        request_id: UUID,
        order_id: UUID | None,
        route: str,
        message: str,
        photos: Sequence[UUID],
        language: str,
        page_url: str,
    ) -> Case:
        """The case that was opened, or the open one that these words joined."""


class SeasonWord(Protocol):
    """How the desk says what is different for customers today; handed in by the app."""

    def __call__(self, session: Session, shop: Shop, language: str) -> str | None:
        """Plain text in this language or the shop's; None where nothing is different."""


def help_look(experience_page: str, *, answered: bool, score: int | None) -> str:
    """How the help block meets the customer: `open`, `problem` or `folded` (G6).

    The review block knows nothing of this. In the symmetric setting no answer changes anything;
    in the other one a low score opens the block and speaks to the problem, a high one folds it.
    """
    if not answered:
        return "folded"
    if experience_page != "emphasis" or score is None:
        return "open"
    if score <= LOW_SCORE:
        return "problem"
    return "folded" if score >= HIGH_SCORE else "open"


def record_answer(
    session: Session, visit: Visit, score: int | None, *, variant: str, review_block: str
) -> ExperienceAnswer:
    """Keep the answer, private for good (G10); `score` None is a skipped question.

    `variant` and `review_block` are SHA-256 of the blocks as shown: the proof that every answer
    led to the same review block (G4, G30).
    """
    answer = ExperienceAnswer(
        shop_id=visit.shop.id, request_id=visit.request.id, score=score, variant=variant
    )
    session.add(answer)
    session.flush()
    record(
        session,
        shop_id=visit.shop.id,
        actor=f"customer:{visit.customer.id}",
        action="experience.answered",
        subject=f"request:{visit.request.id}",
        answer=answer.id,
        variant=variant,
        review_block=review_block,
    )
    return answer


def mark_responded(session: Session, request: ReviewRequest) -> None:
    """Note the first response through the link; no reminder goes out any more (playbook 2)."""
    if request.responded_at is not None:
        return
    request.responded_at = clock.now()
    session.execute(
        update(ReviewRequest)
        .where(ReviewRequest.parent_id == request.id, ReviewRequest.state == "planned")
        .values(state="cancelled", reason="responded")
    )


def note_form(kit: Kit, visit: Visit) -> None:
    """Keep that the form was sent, in a transaction of its own: faulty fields undo the request's.

    It is what the monitor of fairness counts as having reached the form (G29); reading stores
    nothing (G11).
    """
    with kit.database.transaction(visit.shop.id) as session:
        session.execute(
            update(ReviewRequest)
            .where(ReviewRequest.id == visit.request.id, ReviewRequest.form_sent_at.is_(None))
            .values(form_sent_at=clock.now())
        )
