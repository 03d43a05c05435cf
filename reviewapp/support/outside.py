"""Answers that reached the customer by another way: kept in the thread, counted by the clocks."""

from __future__ import annotations

from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.outbox.messages import emit
from reviewapp.support.answering import By
from reviewapp.support.clockwork import begin_waiting, wind
from reviewapp.support.figures.keeping import note_first_answer
from reviewapp.support.hours import hours_of
from reviewapp.support.service import MOST_CHARACTERS


def note_answer(session: Session, shop: Shop, case: Case, body: str, by: By) -> CaseMessage:
    """Keep what somebody wrote to the customer elsewhere; no letter goes out from here.

    It stops the first clock as an answer of ours does. It was sent already, so its wording is
    not judged; what is too long is cut.
    """
    message = CaseMessage(
        shop_id=shop.id, case_id=case.id, direction="out", body=body.strip()[:MOST_CHARACTERS]
    )
    session.add(message)
    session.flush()
    now, hours = clock.now(), hours_of(session, shop)
    note_first_answer(case, hours, now, by.member_id)
    case.next_update_promised_at, case.unanswered_since = None, None
    if case.state != "solved":
        begin_waiting(case, now)
        wind(case, shop.settings, hours, now)
    told = {"shop_id": shop.id, "case_id": case.id, "message_id": message.id}
    emit(session, "case.answered", **told)
    record(
        session,
        shop_id=shop.id,
        actor=by.label,
        action="case.answered_outside",
        subject=f"case:{case.id}",
        message=message.id,
    )
    return message
