"""What reports mean for addresses: only a report about a letter of ours counts.

Anybody can send a bounce about anybody. So the proof is our own Message-ID in it, which only the
reader's side has seen; and what is suppressed is the address that very letter went to, whatever
address the report names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import email_digest, loop_marks
from reviewapp.core.kit import Kit
from reviewapp.inbox.kinds import Ours, Taken
from reviewapp.inbox.parsing import Incoming, contents, decode
from reviewapp.inbox.reports import COMPLAINTS, Fate
from reviewapp.models.catalog import Customer
from reviewapp.models.outbox import Mail
from reviewapp.models.review_request import ReviewRequest
from reviewapp.outbox.addresses import path_of
from reviewapp.outbox.smtp_replies import Reply, Stage, Verdict, judge
from reviewapp.outbox.suppressions import suppress

MOST_IDS = 50
MOST_LOOKED_AT = 500_000
_OUR_ID = re.compile(
    r"<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})@([^<>\s]+)>"
)
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")


@dataclass(frozen=True)
class Letter:
    """A letter of ours that a report is about."""

    shop_id: UUID
    email: str | None
    case_id: UUID | None = None


def ours(kit: Kit) -> Ours:
    """How this installation knows its own letters."""
    marks = tuple(loop_marks(kit.settings.secret_keys))
    return Ours(marks, partial(_is_ours, kit))


def follow(
    session: Session, mail: Incoming, taken: Taken, note: Callable[[Session, UUID, str], None]
) -> str:
    """Suppress the address of our letter where the report is final; the reason for the row.

    The session sees every shop: one mailbox takes the reports of all letters. `note` tells the
    team of a case whose letter did not arrive.
    """
    letter = _letter_in(session, mail)
    if letter is None:
        return "about_no_letter_of_ours"
    if taken.complaint is not None:
        if taken.complaint.feedback_type not in COMPLAINTS:
            return "no_objection"
        return _suppress(session, letter, "complained", taken.complaint.feedback_type)
    failed = next((fate for fate in taken.fates if fate.action in ("failed", None)), None)
    if failed is None or taken.kind != "bounce":
        return "noted"
    if letter.case_id is not None:
        told = f"{failed.status or ''} {failed.words}".strip()
        note(session, letter.case_id, f"A letter of this case could not be delivered: {told}")
    if not final(failed):
        return "not_final"
    return _suppress(session, letter, "bounced", f"{failed.status or ''} {failed.words}".strip())


def final(fate: Fate) -> bool:
    """Whether an address surely takes no mail any more: by the rules for a server's own answer."""
    words = re.sub(r"^\s*(?:smtp|x-\S+)\s*;\s*", "", fate.words, flags=re.IGNORECASE)
    code = _CODE.search(words)
    class_ = fate.status[0] if fate.status else code[1][0] if code else "5"
    number = int(code[1]) if code and code[1][0] == class_ else 550 if class_ == "5" else 450
    reply = Reply(number, f"{fate.status or ''} {words}".strip())
    return judge(Stage.RECIPIENT, reply) is Verdict.BAD_ADDRESS


def _suppress(session: Session, letter: Letter, reason: str, detail: str) -> str:
    if not letter.email:
        return "address_forgotten"
    suppress(session, letter.shop_id, email_digest(letter.email), reason, detail[:500])
    return reason


def _letter_in(session: Session, mail: Incoming) -> Letter | None:
    """The letter whose Message-ID stands anywhere in the report."""
    texts = [decode(mail.raw[:MOST_LOOKED_AT], "")]
    texts += [decode(contents(part)[:MOST_LOOKED_AT], "") for part in mail.parts]
    ids = dict.fromkeys(UUID(found[1]) for text in texts for found in _OUR_ID.finditer(text))
    for row_id in list(ids)[:MOST_IDS]:
        if letter := _letter(session, row_id):
            return letter
    return None


def _letter(session: Session, row_id: UUID) -> Letter | None:
    sent = session.get(Mail, row_id)
    if sent is not None:
        return Letter(sent.shop_id, sent.to_email, sent.case_id) if sent.sending_at else None
    asked = session.execute(
        select(ReviewRequest.shop_id, Customer.email)
        .join(Customer, Customer.id == ReviewRequest.customer_id)
        .where(ReviewRequest.id == row_id, ReviewRequest.sending_at.is_not(None))
    ).first()
    return Letter(*asked) if asked else None


def _is_ours(kit: Kit, message_id: str) -> bool:
    found = _OUR_ID.fullmatch(message_id)
    if found is None or found[2] != path_of(kit.settings.mail_from).domain:
        return False
    with kit.database.transaction(EVERY_SHOP) as session:
        row_id = UUID(found[1])
        return bool(session.get(Mail, row_id) or session.get(ReviewRequest, row_id))
