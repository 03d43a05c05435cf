"""Letters other than requests: queued with the change that causes them, sent by the worker."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, Database, ping_after_commit
from reviewapp.core.i18n import negotiate
from reviewapp.core.ids import email_digest, new_id
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.models.account import Shop
from reviewapp.models.outbox import Mail
from reviewapp.outbox.delivery import Outcome, Sender, Skip, Tally, deliver
from reviewapp.outbox.envelopes import seal
from reviewapp.outbox.letter_facts import LETTERS, LetterError
from reviewapp.outbox.mailbox import Mailbox
from reviewapp.outbox.shop_facts import shop_facts
from reviewapp.outbox.smtp import SmtpSender
from reviewapp.outbox.smtp_relay import Relay
from reviewapp.outbox.suppressions import UNREACHABLE, suppressed_among
from reviewapp.outbox.team_letters import TEAM
from reviewapp.outbox.threads import HELD_BACK, threads_of, writer_for

LINK_FACT = "link_url"
ANSWER_TO = "answer_to"
"""Whom an answer to a letter goes to, where that is not the shop."""


def queue_letter(
    session: Session,
    *,
    shop_id: UUID,
    letter: str,
    to: str | tuple[str | None, str],
    language: str,
    params: Mapping[str, Any],
    key: str,
    due_at: datetime | None = None,
    customer_id: UUID | None = None,
    case_id: UUID | None = None,
    case_message_id: UUID | None = None,
) -> UUID | None:
    """Queue `letter` in the transaction of the change it tells about; sent after the commit.

    `to` is an address or (name, address); `params` are JSON-ready facts of `letter_facts.LETTERS`
    (those of the shop are filled in). `key` is unique in the shop: queued again, nothing happens
    and None comes back. With `case_id` it joins that case's thread, as the turn `case_message_id`
    where it carries one: replies find the case again (`threads.py`). LetterError for a letter that
    does not exist.
    """
    if letter not in LETTERS:
        raise LetterError(f"no such letter: {letter!r}")
    name, email = (None, to) if isinstance(to, str) else to
    values = {
        "shop_id": shop_id, "key": key, "letter": letter, "to_email": email, "to_name": name,
        "language": negotiate(language), "params": dict(params), "customer_id": customer_id,
        "case_id": case_id, "case_message_id": case_message_id, "send_at": due_at or clock.now(),
    }  # fmt: skip
    queued = session.scalar(
        insert(Mail)
        .values(id=new_id(), created_at=clock.now(), state="planned", **values)
        .on_conflict_do_nothing(index_elements=["shop_id", "key"])
        .returning(Mail.id)
    )
    if queued is not None and due_at is None:
        ping_after_commit(session, "mail")
    return queued


def send_mail(kit: Kit) -> Tally:
    """The errand `mail`: send every letter that is due."""
    secret: list[UUID] = []

    def load(session: Session, rows: Sequence[Mail]) -> Callable[[Mail], Outcome]:
        secret.extend(row.id for row in rows if row.letter in TEAM)
        return composer(session, rows, kit.settings)

    try:
        return deliver(kit.database, Mail, load, sender_for(kit.settings))
    finally:
        _wipe_links(kit.database, secret)


def composer(
    session: Session, rows: Sequence[Mail], settings: Settings
) -> Callable[[Mail], Outcome]:
    """Reads shops and suppressions for a batch; what it returns writes one letter."""
    shop_ids = {row.shop_id for row in rows}
    shops = {shop.id: shop for shop in session.scalars(select(Shop).where(Shop.id.in_(shop_ids)))}
    digests = [email_digest(row.to_email) for row in rows]
    suppressed = suppressed_among(session, digests, UNREACHABLE)
    threads = threads_of(session, rows, settings)

    def compose(row: Mail) -> Outcome:
        if row.letter not in TEAM:
            digest = email_digest(row.to_email)
            if reason := suppressed.get((row.shop_id, digest)):
                return Skip(reason)
        if threads.held_back(row):
            return Skip(HELD_BACK)
        shop = shops[row.shop_id]
        return seal(
            row.letter,
            row.language,
            shop_facts(shop, row.to_name) | row.params,
            row_id=row.id,
            shop_id=row.shop_id,
            to_email=row.to_email,
            to_name=row.to_name,
            writer=writer_for(shop, settings, row.params.get(ANSWER_TO)),
            at=clock.now(),
            thread=threads.of(row),
        )

    return compose


def sender_for(settings: Settings) -> Sender:
    """The relay, or without REVIEWAPP_SMTP_URL the mailbox under the data directory.

    One for each process and thread, so that its connection is kept from errand to errand.
    """
    return _sender(settings, os.getpid(), threading.get_ident())


@lru_cache(maxsize=8)
def _sender(settings: Settings, pid: int, thread: int) -> Sender:
    if settings.smtp_url is None:
        return Mailbox(settings.data_dir / "mailbox")
    return SmtpSender(
        Relay.from_url(settings.smtp_url),
        per_domain_per_second=settings.mail_per_domain_per_second,
    )


def _wipe_links(database: Database, row_ids: Sequence[UUID]) -> None:
    """A sign-in link that went out stands nowhere any more but in its letter."""
    if not row_ids:
        return
    with database.transaction(EVERY_SHOP) as session:
        session.execute(
            update(Mail)
            .where(Mail.id.in_(row_ids), Mail.state.not_in(("planned", "claimed")))
            .values(params=Mail.params.op("-")(LINK_FACT))
            .execution_options(synchronize_session=False)
        )
