"""Working on a case: answering, noting, assigning, solving. A review never enters into it (G8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.outbox.letter_facts import LetterError
from reviewapp.outbox.letter_rules import objections
from reviewapp.outbox.letters import render
from reviewapp.outbox.mail import queue_letter
from reviewapp.outbox.messages import emit
from reviewapp.outbox.shop_facts import shop_facts
from reviewapp.support.clocks import Hours, last_working_moment
from reviewapp.support.clockwork import begin_waiting, end_waiting, wind
from reviewapp.support.drafts import placeholders
from reviewapp.support.figures.keeping import note_first_answer, note_solution
from reviewapp.support.hours import hours_of
from reviewapp.support.service import MOST_CHARACTERS, reopen

MOST_MARK = 100
STATES = ("open", "waiting", "solved")


@dataclass(frozen=True)
class By:
    """Who works: the log's label, the name under the answer, the member behind it if it is one."""

    label: str
    name: str | None
    member_id: UUID | None


def answer(
    session: Session,
    shop: Shop,
    case: Case,
    body: str,
    by: By,
    *,
    page_url: str | None = None,
    next_update_at: datetime | None = None,
    macro: str | None = None,
) -> CaseMessage:
    """Write to the customer: letter and thread in one; the first one stops the first clock.

    Afterwards the case waits for the customer; a solved one stays solved. `next_update_at` is when
    they were told to hear from us again. The same words twice in a row are one answer: a button
    pressed twice sends one letter. Invalid for an empty answer, an unfilled field, wording that
    a rule forbids, or a promise that the calendar cannot keep; Conflict when the customer has no
    mail address.
    """
    body = _checked(body)
    if case.merged_into_id is not None:
        raise Conflict("case_merged", "This case was merged; answer in the one that carries on.")
    if sent := _sent_already(case, body):
        return sent
    now, hours = clock.now(), hours_of(session, shop)
    _check_promise(hours, next_update_at, now)
    message = _say(session, case, "out", body, by)
    message.macro = macro and macro[:MOST_MARK]
    _write(session, shop, case, message, by, page_url)
    note_first_answer(case, hours, now, by.member_id)
    case.next_update_promised_at, case.unanswered_since = next_update_at, None
    if case.state != "solved":
        begin_waiting(case, now)
        wind(case, shop.settings, hours, now)
    _log(session, case, "case.answered", by, message=message.id)
    emit(session, "case.answered", shop_id=shop.id, case_id=case.id, message_id=message.id)
    return message


def add_note(session: Session, case: Case, body: str, by: By) -> CaseMessage:
    """A word among the team; no customer ever sees it."""
    message = _say(session, case, "note", _not_empty(body), by)
    _log(session, case, "case.noted", by, message=message.id)
    return message


def assign(session: Session, case: Case, member_id: UUID | None, by: By) -> None:
    """Give the case to somebody, or to nobody."""
    if case.assignee_id != member_id:
        case.assignee_id = member_id
        _log(session, case, "case.assigned", by, assignee=member_id)


def set_state(session: Session, shop: Shop, case: Case, state: str, by: By) -> None:
    """Open, wait or solve; the same again changes nothing.

    Solving never waits for, nor says anything about, a review (G8).
    """
    if state not in STATES:
        raise Invalid(fields={"state": [f"One of {', '.join(STATES)}."]})
    if case.state == state:
        return
    if case.merged_into_id is not None:
        raise Conflict("case_merged", "This case was merged; work on the one that carries on.")
    was, now, hours = case.state, clock.now(), hours_of(session, shop)
    end_waiting(case, hours, now)
    case.state = state
    if state == "waiting":
        begin_waiting(case, now)
    if state == "solved":
        note_solution(session, case, hours, now, by.member_id)
        case.solved_at, case.next_update_due_at = now, None
        case.next_update_promised_at = case.unanswered_since = None
    if was == "solved":
        reopen(session, case, now)
    wind(case, shop.settings, hours, now)
    _log(session, case, "case.state_changed", by, was=was, state=state)
    _tell(session, case, was)


def _tell(session: Session, case: Case, was: str) -> None:
    told = {"shop_id": case.shop_id, "case_id": case.id}
    emit(session, "case.state_changed", **told, state=case.state)
    if case.state == "solved":
        emit(session, "case.solved", **told)
    elif was == "solved":
        emit(session, "case.reopened", **told)


def problems_in(body: str) -> list[str]:
    """Why this text may not go out, each as a sentence; empty when it may."""
    found = [f"Fill in {left} before sending." for left in placeholders(body)]
    found += [
        f"“{objection.passage}” must go: help never depends on a review ({objection.rule})."
        for objection in objections(body)
    ]
    return found


def _check_promise(hours: Hours, at: datetime | None, now: datetime) -> None:
    if at is None:
        return
    if at <= now:
        raise Invalid(fields={"next_update_at": ["A promise lies ahead of now."]})
    last = last_working_moment(hours, at)
    if last is not None and last < at:
        near = f" The last working time before it is {last.astimezone(hours.zone):%Y-%m-%d %H:%M}."
        told = f"Nobody works then.{near if last > now else ''}"
        raise Invalid(fields={"next_update_at": [told]})


def _sent_already(case: Case, body: str) -> CaseMessage | None:
    said = [message for message in case.messages if message.direction != "note"]
    last = said[-1] if said else None
    return last if last and last.direction == "out" and last.body == body else None


def _checked(body: str) -> str:
    body = _not_empty(body)
    if problems := problems_in(body):
        raise Invalid(fields={"body": problems})
    return body


def _not_empty(body: str) -> str:
    body = body.strip()
    if not body:
        raise Invalid(fields={"body": ["Write something first."]})
    if len(body) > MOST_CHARACTERS:
        raise Invalid(fields={"body": [f"At most {MOST_CHARACTERS:,} characters."]})
    return body


def _say(session: Session, case: Case, direction: str, body: str, by: By) -> CaseMessage:
    message = CaseMessage(
        shop_id=case.shop_id,
        case_id=case.id,
        direction=direction,
        body=body,
        member_id=by.member_id,
    )
    session.add(message)
    session.flush()
    return message


def _write(
    session: Session, shop: Shop, case: Case, message: CaseMessage, by: By, page_url: str | None
) -> None:
    customer = case.customer
    if not customer.email:
        raise Conflict("no_address", "There is no mail address of this customer to write to.")
    asked = [said.body for said in case.messages if said.direction == "in"]
    params = {
        "answer": message.body,
        "answerer": by.name,
        "message": asked[-1] if asked else None,
        "page_url": page_url,
        "reviewed": not asked and case.review_id is not None,
    }
    try:
        render("case_reply", case.language, shop_facts(shop, customer.name) | params)
    except LetterError as error:
        raise Invalid(fields={"body": [f"The letter cannot be made: {error}."]}) from error
    queue_letter(
        session,
        shop_id=shop.id,
        letter="case_reply",
        to=(customer.name, customer.email),
        language=case.language,
        params=params,
        key=f"case_reply:{message.id}",
        customer_id=customer.id,
        case_id=case.id,
        case_message_id=message.id,
    )


def _log(session: Session, case: Case, action: str, by: By, **ids: object) -> None:
    record(
        session,
        shop_id=case.shop_id,
        actor=by.label,
        action=action,
        subject=f"case:{case.id}",
        **ids,
    )
