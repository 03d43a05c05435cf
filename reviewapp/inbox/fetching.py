"""Fetching mailboxes by IMAP: claim one, read on from where it was left, back off when it fails."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import AppError
from reviewapp.core.kit import Kit
from reviewapp.core.sealing import Sealer
from reviewapp.inbox.imap import Box, Server, opened
from reviewapp.inbox.storing import Place, note_progress, take_in
from reviewapp.models.mailbox import MailConnection

INTERVAL = timedelta(minutes=1)
LEASE = timedelta(minutes=10)
"""How long a mailbox stays with a worker that gives no sign of life."""
BATCH = 100
"""Mails in one visit; where more wait, the next visit follows at once."""
BUDGET_SECONDS = 200.0
LONGEST_PAUSE = timedelta(hours=1)
OVERLAP = timedelta(days=2)
"""How far back a mailbox is read again that the server has numbered anew."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Due:
    """A claimed connection, as it stood."""

    place: Place
    server: Server
    uid_validity: int | None
    last_uid: int
    failures: int


def fetch_mail(kit: Kit) -> int:
    """The errand "mailboxes": fetch each that is due; returns how many mails were new."""
    taken, ends_at = 0, time.monotonic() + BUDGET_SECONDS
    while time.monotonic() < ends_at and (due := _claim(kit)):
        try:
            with opened(
                due.server,
                most_bytes=kit.settings.max_mail_bytes,
                private_allowed=kit.settings.private_mailboxes,
            ) as box:
                new, more = _visit(kit, due, box)
        except AppError as error:
            _failed(kit, due, error)
            continue
        taken += new
        _settle(kit, due, failures=0, again_in=timedelta(0) if more else INTERVAL)
    return taken


def look_at(kit: Kit, server: Server) -> int:
    """Try a mailbox as a fetch would, for whoever sets it up; how many mails lie in it ahead.

    ImapFailed says in one line what is wrong.
    """
    with opened(
        server,
        most_bytes=kit.settings.max_mail_bytes,
        private_allowed=kit.settings.private_mailboxes,
    ) as box:
        return box.uid_next - 1


def password_of(kit: Kit, connection: MailConnection) -> str:
    """The connection's secret; SealBroken when its key is gone."""
    return Sealer(kit.settings.secret_keys).unseal_text(connection.secret, connection.id.bytes)


def _visit(kit: Kit, due: Due, box: Box) -> tuple[int, bool]:
    """Take in what is new; how many mails were, and whether more wait."""
    uids = _unseen(due, box)
    if not uids:
        up_to = box.uid_next - 1 if due.uid_validity != box.uid_validity else due.last_uid
        place = replace(due.place, uid=up_to, uid_validity=box.uid_validity)
        with kit.database.transaction(due.place.shop_id) as session:
            note_progress(session, place)
        return 0, False
    new, ends_at = 0, time.monotonic() + BUDGET_SECONDS
    for number, uid in enumerate(uids[:BATCH], start=1):
        place = replace(due.place, uid=uid, uid_validity=box.uid_validity)
        new += _take(kit, box, place, uid)
        if time.monotonic() > ends_at:
            return new, number < len(uids)
    return new, len(uids) > BATCH


def _unseen(due: Due, box: Box) -> list[int]:
    """A mailbox is read from the day it was connected. One that was numbered anew is read again
    for some days: what is here already is known by its Message-ID."""
    if due.uid_validity is None:
        return []
    if due.uid_validity != box.uid_validity:
        return box.since((clock.now() - OVERLAP).date())
    return box.after(due.last_uid)


def _take(kit: Kit, box: Box, place: Place, uid: int) -> bool:
    size = box.size(uid)
    if size is not None and size > kit.settings.max_mail_bytes:
        head = box.head(uid)
        return head is not None and take_in(kit, place, head, whole_bytes=size).new
    raw = box.mail(uid)
    if raw is None:  # deleted while we looked
        return False
    return take_in(kit, place, raw).new


def _claim(kit: Kit) -> Due | None:
    """The mailbox that waits longest, for us alone; None when none is due."""
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        connection = session.scalars(
            select(MailConnection)
            .where(
                MailConnection.kind == "imap",
                MailConnection.state == "active",
                MailConnection.fetch_at <= now,
                or_(MailConnection.claimed_at.is_(None), MailConnection.claimed_at < now - LEASE),
            )
            .order_by(MailConnection.fetch_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if connection is None:
            return None
        connection.claimed_at = now
        try:
            return _due(kit, connection)
        except AppError as error:  # its key is gone: told on the page, and not tried every minute
            connection.last_error, connection.claimed_at = error.message, None
            connection.failures += 1
            connection.fetch_at = now + LONGEST_PAUSE
            return None


def _due(kit: Kit, connection: MailConnection) -> Due:
    server = Server(
        host=connection.host or "",
        port=connection.port or 993,
        security=connection.security,
        username=connection.username or "",
        password=password_of(kit, connection),
        folder=connection.folder,
    )
    return Due(
        Place(connection.id, connection.shop_id),
        server,
        connection.uid_validity,
        connection.last_uid or 0,
        connection.failures,
    )


def _failed(kit: Kit, due: Due, error: AppError) -> None:
    """Note what is wrong and wait longer each time."""
    log.warning("mailbox.failed", connection=str(due.place.connection_id), code=error.code)
    failures = due.failures + 1
    pause = min(INTERVAL * 2 ** min(failures, 10), LONGEST_PAUSE)
    _settle(kit, due, failures=failures, again_in=pause, error=error.message)


def _settle(
    kit: Kit, due: Due, *, failures: int, again_in: timedelta, error: str | None = None
) -> None:
    connection_id: UUID = due.place.connection_id
    with kit.database.transaction(due.place.shop_id) as session:
        session.execute(
            update(MailConnection)
            .where(MailConnection.id == connection_id)
            .values(
                claimed_at=None,
                failures=failures,
                last_error=error,
                fetch_at=clock.now() + again_in,
            )
        )
