"""Taking a raw mail in: sealed into storage first, then its row; the same mail counts once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.core.ids import email_digest, new_id
from reviewapp.core.kit import Kit
from reviewapp.core.sealing import Sealer
from reviewapp.inbox.parsing import Incoming, Unreadable, head_of
from reviewapp.models.mailbox import InboundMail, MailConnection

FOLDER = "mail"
"""Where raw mails lie in private storage."""
LONGEST_KEY = 900

log = structlog.get_logger()


@dataclass(frozen=True)
class Place:
    """Which connection a mail came by, and the number its server gave it."""

    connection_id: UUID
    shop_id: UUID
    uid: int | None = None
    uid_validity: int | None = None


@dataclass(frozen=True)
class Stored:
    """The mail's row, and whether it was not here before."""

    id: UUID
    new: bool


def take_in(kit: Kit, place: Place, raw: bytes, *, whole_bytes: int | None = None) -> Stored:
    """Keep a mail; in the same transaction the connection notes how far it has come.

    Killed at any moment, nothing is lost and nothing is doubled: the number is noted with the row
    or not at all, and a second time the row is there already. `whole_bytes` is told where only
    the head of a too large mail is here. OutsideFailed when the storage fails.
    """
    head = _head(raw)
    with kit.database.transaction(place.shop_id) as session:
        key = _key(session, place.connection_id, raw, head)
        known = _id_of(session, place.connection_id, key)
        if known is not None:
            note_progress(session, place)
            return Stored(known, new=False)
    mail_id = new_id()
    too_large = whole_bytes is not None
    raw_key, key_id = (None, None) if too_large else _put(kit, mail_id, raw)
    with kit.database.transaction(place.shop_id) as session:
        note_progress(session, place)
        row = _row(mail_id, place, key, head, whole_bytes or len(raw))
        row |= {"raw_key": raw_key, "raw_key_id": key_id}
        row |= {"state": "stopped", "kind": "too_large", "reason": "too_large"} if too_large else {}
        added = session.scalar(
            insert(InboundMail)
            .values(**row)
            .on_conflict_do_nothing(index_elements=["connection_id", "key"])
            .returning(InboundMail.id)
        )
        ping_after_commit(session, "inbox")
        known = _id_of(session, place.connection_id, key)
    if added is None and raw_key is not None:  # somebody else took the same mail in meanwhile
        kit.storage.delete(raw_key)
    assert known is not None
    return Stored(known, new=added is not None)


def raw_of(kit: Kit, mail_id: UUID, raw_key: str) -> Iterator[bytes]:
    """The mail as it came, a chunk at a time; SealBroken when it was tampered with."""
    with kit.storage.open(raw_key) as source:
        yield from Sealer(kit.settings.secret_keys).unseal(source, mail_id.bytes)


def note_progress(session: Session, place: Place) -> None:
    """The connection works, and has come so far; never back, but for a mailbox made anew."""
    told = {"fetched_at": clock.now(), "failures": 0, "last_error": None}
    if place.uid is not None:
        told |= {"last_uid": place.uid, "uid_validity": place.uid_validity}
    session.execute(
        update(MailConnection).where(MailConnection.id == place.connection_id).values(**told)
    )


def _put(kit: Kit, mail_id: UUID, raw: bytes) -> tuple[str, str]:
    sealer, sealed = Sealer(kit.settings.secret_keys), BytesIO()
    sealer.seal(BytesIO(raw), sealed, mail_id.bytes)
    key = f"{FOLDER}/{mail_id.hex}"
    kit.storage.put(key, sealed.getvalue(), content_type="application/octet-stream")
    return key, sealer.key_id


def _head(raw: bytes) -> Incoming | None:
    try:
        return head_of(raw)
    except Unreadable:
        return None


def _key(session: Session, connection_id: UUID, raw: bytes, head: Incoming | None) -> str:
    """The Message-ID. One that another sender used already is no proof of sameness: a forger, or
    a program that gives every mail the same, must not make a mail disappear."""
    digest = hashlib.sha256(raw).hexdigest()
    message_id = head.message_id if head else None
    if head is None or not message_id or len(message_id) > LONGEST_KEY:
        return f"sha256:{digest}"
    other = session.scalar(
        select(InboundMail.id).where(
            InboundMail.connection_id == connection_id,
            InboundMail.key == message_id,
            InboundMail.sender_digest != email_digest(head.sender[1]),
        )
    )
    return f"{message_id} {digest}" if other else message_id


def _id_of(session: Session, connection_id: UUID, key: str) -> UUID | None:
    return session.scalar(
        select(InboundMail.id).where(
            InboundMail.connection_id == connection_id, InboundMail.key == key
        )
    )


def _row(
    mail_id: UUID, place: Place, key: str, head: Incoming | None, byte_count: int
) -> dict[str, object]:
    sender = head.sender[1] if head else ""
    return {
        "id": mail_id,
        "created_at": clock.now(),
        "shop_id": place.shop_id,
        "connection_id": place.connection_id,
        "key": key,
        "state": "received",
        "told": [],
        "message_id": head.message_id if head else None,
        "sender": sender or None,
        "sender_digest": email_digest(sender),
        "subject": head.subject if head else None,
        "byte_count": byte_count,
        "due_at": clock.now(),
        "attempts": 0,
    }
