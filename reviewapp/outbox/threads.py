"""The thread a letter about a case belongs to, so that a reply finds its case again.

A case's token stands in the address replies go to, and in the root of References: whichever of
the two a mail program keeps is enough.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.errors import NotFound
from reviewapp.core.ids import LinkSigner, loop_marks
from reviewapp.core.settings import Settings
from reviewapp.models.account import Shop
from reviewapp.models.case import CaseMessage
from reviewapp.models.mailbox import MailConnection
from reviewapp.models.outbox import Mail
from reviewapp.outbox.addresses import MOST_LOCAL_BYTES, BadAddress, path_of
from reviewapp.outbox.envelopes import BY_PEOPLE, NO_THREAD, From, Thread, message_id

PURPOSE = "case"
MOST_REFERENCES = 20
"""Of a long thread the root and the newest are kept, as RFC 5537 3.4.4 advises for news."""
MOST_AUTOMATIC = 3
"""Letters by the product itself to one person about their cases, in WINDOW; then silence."""
WINDOW = timedelta(hours=24)
HELD_BACK = "too_many_automatic"
"""Why such a letter stays here; shown to the operator."""

_ROOT = re.compile(r"<case\.([a-z2-7]{42})@[^<>\s]+>", re.IGNORECASE)
_PLUS = re.compile(r"\+([a-z2-7]{42})@", re.IGNORECASE)
_ANSWERED = re.compile(r"^(?:re|aw|antw|sv|r|tr|fwd?|wg)\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Threads:
    """The threads of a batch of letters, and how many automatic ones their readers had."""

    by_row: Mapping[UUID, Thread]
    had: Counter[UUID]

    def of(self, row: Mail) -> Thread:
        """The letter's thread; without a case it has none."""
        return self.by_row.get(row.id, NO_THREAD)

    def held_back(self, row: Mail) -> bool:
        """Whether a reader who answers everything has had enough; counts this letter if not."""
        if row.case_id is None or row.customer_id is None or row.letter in BY_PEOPLE:
            return False
        if self.had[row.customer_id] >= MOST_AUTOMATIC:
            return True
        self.had[row.customer_id] += 1
        return False


def writer_for(shop: Shop, settings: Settings, answer_to: str | None = None) -> From:
    """Whose name a letter of the shop carries, and where answers go that have no thread.

    That is the shop, where the letter names nobody else.
    """
    mark = loop_marks(settings.secret_keys)[0]
    return From(shop.name, settings.mail_from, answer_to or shop.email, mark)


def threads_of(session: Session, rows: Sequence[Mail], settings: Settings) -> Threads:
    """Look up the threads of a batch; each turn of a conversation is told its Message-ID."""
    of_cases = [row for row in rows if row.case_id is not None]
    if not of_cases:
        return Threads({}, Counter())
    said = _said(session, of_cases)
    sender = path_of(settings.mail_from)
    addresses = _addresses(session, {row.shop_id for row in of_cases})
    links = LinkSigner(settings.secret_keys)
    by_row = {}
    for row in of_cases:
        turns = said[row.case_id]
        at = next((n for n, one in enumerate(turns) if one.id == row.case_message_id), len(turns))
        token = links.sign_short(PURPOSE, row.case_id) if row.case_id else ""
        thread = _thread(token, sender.domain, addresses.get(row.shop_id), turns[:at])
        by_row[row.id] = thread
        for turn in turns[at : at + 1]:
            turn.message_id, turn.in_reply_to = message_id(row.id, sender), thread.in_reply_to
    return Threads(by_row, _had(session, of_cases))


def case_behind(links: LinkSigner, recipients: Sequence[str], ids: Sequence[str]) -> UUID | None:
    """The case whose token an address or a Message-ID of a mail carries; None without one."""
    tokens = [found[1] for text in recipients if (found := _PLUS.search(text))]
    tokens += [found[1] for text in ids if (found := _ROOT.fullmatch(text))]
    for token in tokens:
        try:
            return links.read_short(PURPOSE, token.lower())
        except NotFound:
            continue
    return None


def answered_subject(subject: str) -> str:
    """`Re:` once, whatever stood there."""
    while found := _ANSWERED.match(subject):
        subject = subject[found.end() :]
    return f"Re: {subject}"[:300]


def _thread(
    token: str, domain: str, connection: MailConnection | None, earlier: Sequence[CaseMessage]
) -> Thread:
    root = f"<case.{token}@{domain}>"
    ids = [one.message_id for one in earlier if one.message_id]
    came = [one for one in earlier if one.direction == "in"]
    subject = next((one.subject for one in reversed(came) if one.subject), None)
    return Thread(
        reply_to=_reply_address(connection, token),
        references=(root, *ids[-(MOST_REFERENCES - 1) :]),
        in_reply_to=ids[-1] if ids else None,
        subject=answered_subject(subject) if subject else None,
    )


def _reply_address(connection: MailConnection | None, token: str) -> str | None:
    """The connection's address with the token in it, where it has room for one."""
    if connection is None:
        return None
    try:
        local, domain = path_of(connection.address)
    except BadAddress:
        return None
    tagged = f"{local}+{token}"
    if not connection.plus_addresses or len(tagged.encode()) > MOST_LOCAL_BYTES:
        return connection.address
    return f"{tagged}@{domain}"


def _addresses(session: Session, shop_ids: set[UUID]) -> dict[UUID, MailConnection]:
    """The connection that takes each shop's answers: its first one that is not paused."""
    found = session.scalars(
        select(MailConnection)
        .where(MailConnection.shop_id.in_(shop_ids), MailConnection.state == "active")
        .order_by(MailConnection.id.desc())
    )
    return {connection.shop_id: connection for connection in found}


def _said(session: Session, rows: Sequence[Mail]) -> dict[UUID | None, list[CaseMessage]]:
    turns: dict[UUID | None, list[CaseMessage]] = defaultdict(list)
    for turn in session.scalars(
        select(CaseMessage)
        .where(
            CaseMessage.case_id.in_({row.case_id for row in rows}), CaseMessage.direction != "note"
        )
        .order_by(CaseMessage.created_at, CaseMessage.id)
    ):
        turns[turn.case_id].append(turn)
    return turns


def _had(session: Session, rows: Sequence[Mail]) -> Counter[UUID]:
    """Automatic letters about cases that each reader was sent lately, or may have been."""
    counted = session.execute(
        select(Mail.customer_id, func.count())
        .where(
            Mail.customer_id.in_({row.customer_id for row in rows}),
            Mail.case_id.is_not(None),
            Mail.letter.not_in(BY_PEOPLE),
            Mail.state.in_(("sent", "unknown")),
            Mail.sending_at > clock.now() - WINDOW,
        )
        .group_by(Mail.customer_id)
    )
    return Counter({customer_id: count for customer_id, count in counted if customer_id})
