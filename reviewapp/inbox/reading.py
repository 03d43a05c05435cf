"""Working off mails that came in: what each is, and where its words go; each exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import AppError, NotFound
from reviewapp.core.kit import Kit
from reviewapp.inbox import reported
from reviewapp.inbox.attachments import Files, stage_files
from reviewapp.inbox.kinds import Taken, taken_for
from reviewapp.inbox.parsing import Incoming, Unreadable, read
from reviewapp.inbox.replies import words_of
from reviewapp.inbox.storing import raw_of
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.mailbox import InboundMail, MailConnection
from reviewapp.outbox.messages import emit
from reviewapp.outbox.threads import WINDOW, case_behind

LEASE = timedelta(minutes=10)
RETRY = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
"""After the last one a mail is `failed`, and shown."""
MOST_NEW_CASES = 3
"""Cases that one address opens by mail in WINDOW; what comes then waits for a person."""
MOST_IN_A_CASE = 30
"""Mails that join one case in WINDOW: two programs talking never get further."""
BY_HAND = "by_hand"
REPORTS = ("bounce", "delay", "delivered", "complaint", "receipt")

log = structlog.get_logger()


@dataclass(frozen=True)
class Desk:
    """The cases, as far as mail needs them; handed over by reactions.py."""

    continue_case: Callable[..., CaseMessage]
    open_for_stranger: Callable[..., CaseMessage]
    note_undelivered: Callable[[Session, UUID, str], None]


@dataclass(frozen=True)
class Due:
    """A claimed mail, as its row stood."""

    id: UUID
    shop_id: UUID
    raw_key: str
    attempts: int
    by_hand: bool
    """A person has said that it is somebody's message."""


def read_mail(kit: Kit, desk: Desk) -> int:
    """The errand "inbox": work off every mail that is due; returns how many."""
    done = 0
    while due := _claim(kit):
        try:
            _work(kit, desk, due)
        except AppError as error:
            _postpone(kit, due, error)
            continue
        done += 1
    return done


def _claim(kit: Kit) -> Due | None:
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        due = select(InboundMail).where(InboundMail.state == "received", InboundMail.due_at <= now)
        row = session.scalars(
            due.order_by(InboundMail.due_at, InboundMail.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return None
        row.due_at, row.attempts = now + LEASE, row.attempts + 1
        if row.raw_key is not None and row.attempts <= len(RETRY) + 1:
            by_hand = row.reason == BY_HAND
            return Due(row.id, row.shop_id, row.raw_key, row.attempts, by_hand)
        # It took its worker with it again and again: shown, and not tried any more.
        row.state, row.last_error = "failed", row.last_error or "interrupted"
    return _claim(kit)


def _work(kit: Kit, desk: Desk, due: Due) -> None:
    raw = b"".join(raw_of(kit, due.id, due.raw_key))
    try:
        mail = read(raw)
    except Unreadable:
        _stop(kit, due, Taken("unreadable", "unreadable"))
        return
    by_hand = Taken("message", BY_HAND)
    taken = by_hand if due.by_hand else taken_for(mail, reported.ours(kit))
    if taken.kind in REPORTS:
        with kit.database.transaction(EVERY_SHOP) as session:
            if row := _mine(session, due):
                told = reported.follow(session, mail, taken, desk.note_undelivered)
                _settle(session, row, "done", Taken(taken.kind, told, taken.fates))
    elif not taken.for_people:
        _stop(kit, due, taken)
    else:
        _hand_over(kit, desk, due, mail, taken)


def _hand_over(kit: Kit, desk: Desk, due: Due, mail: Incoming, taken: Taken) -> None:
    """A person's words: to the case their token names, to a new one, or before a person."""
    with kit.database.transaction(due.shop_id) as session:
        case_id = case_behind(kit.links, mail.recipients, mail.references)
        waits = _must_wait(session, due, taken, case_id)
        if waits:
            if row := _mine(session, due):
                _settle(session, row, waits[0], Taken(taken.kind, waits[1]))
            return
    files = stage_files(kit, due.shop_id, mail)
    with kit.database.transaction(due.shop_id) as session:
        if row := _mine(session, due):
            shop = session.get_one(Shop, due.shop_id)
            said = _handed_over(session, shop, kit, desk, mail, files)
            _settle(session, row, "done", taken, said.case_id)


def _handed_over(
    session: Session, shop: Shop, kit: Kit, desk: Desk, mail: Incoming, files: Files
) -> CaseMessage:
    told = _told(mail, files)
    case_id = case_behind(kit.links, mail.recipients, mail.references)
    if case_id is not None:
        try:
            with session.begin_nested():
                return desk.continue_case(session, shop, case_id, **told)
        except NotFound:  # the case of another shop, or one that was erased
            log.info("inbox.case_gone", shop_id=str(shop.id))
    return desk.open_for_stranger(session, shop, **told)


def _told(mail: Incoming, files: Files) -> dict[str, Any]:
    words = words_of(mail)
    name, address = mail.sender
    return {
        "body": words.said,
        "quoted": words.quoted,
        "subject": mail.subject,
        "sender": address,
        "sender_name": name,
        "message_id": mail.message_id,
        "in_reply_to": next(iter(mail.references), None),
        "photos": files.staged,
        "left_out": files.left_out,
    }


def _must_wait(
    session: Session, due: Due, taken: Taken, case_id: UUID | None
) -> tuple[str, str] | None:
    """The state and reason of a mail that goes to no case by itself; None when it may."""
    if case_id is not None:
        joined = _count(session, InboundMail.case_id == case_id)
        return ("stopped", "too_many_in_case") if joined >= MOST_IN_A_CASE else None
    if due.by_hand:
        return None
    row = session.get_one(InboundMail, due.id)
    if taken.kind == "doubtful":
        return "waiting", taken.reason
    if session.get_one(MailConnection, row.connection_id).strangers == "wait":
        return "waiting", "stranger"
    opened = _count(
        session,
        InboundMail.shop_id == due.shop_id,
        InboundMail.sender_digest == row.sender_digest,
        InboundMail.case_id.is_not(None),
    )
    return ("waiting", "too_many_from_sender") if opened >= MOST_NEW_CASES else None


def _count(session: Session, *conditions: Any) -> int:
    lately = InboundMail.created_at > clock.now() - WINDOW
    return session.scalar(select(func.count()).where(lately, *conditions)) or 0


def _mine(session: Session, due: Due) -> InboundMail | None:
    """The row, locked, if nobody else has worked it off meanwhile."""
    return session.scalar(
        select(InboundMail)
        .where(InboundMail.id == due.id, InboundMail.state == "received")
        .with_for_update()
    )


def _stop(kit: Kit, due: Due, taken: Taken) -> None:
    with kit.database.transaction(due.shop_id) as session:
        if row := _mine(session, due):
            _settle(session, row, "stopped", taken)


def _settle(
    session: Session, row: InboundMail, state: str, taken: Taken, case_id: UUID | None = None
) -> None:
    row.state, row.kind, row.reason = state, taken.kind, taken.reason
    row.told = [fate.as_json() for fate in taken.fates]
    row.case_id, row.last_error = case_id, None
    if case_id is not None:
        row.customer_id = session.scalar(select(Case.customer_id).where(Case.id == case_id))
    emit(session, "mail.received", shop_id=row.shop_id, mail_id=row.id, kind=row.kind, state=state)


def _postpone(kit: Kit, due: Due, error: AppError) -> None:
    spent = due.attempts > len(RETRY)
    log.warning("inbox.postponed", mail=str(due.id), code=error.code)
    with kit.database.transaction(due.shop_id) as session:
        session.execute(
            update(InboundMail)
            .where(InboundMail.id == due.id, InboundMail.state == "received")
            .values(
                state="failed" if spent else "received",
                last_error=error.message,
                due_at=clock.now() + RETRY[min(due.attempts, len(RETRY)) - 1],
            )
        )
