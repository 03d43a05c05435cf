"""Setting up where mail comes in: added, changed, paused; secrets are sealed, and shown once."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.ids import new_id
from reviewapp.core.sealing import Sealer
from reviewapp.models.account import Shop
from reviewapp.models.mailbox import (
    CONNECTION_KINDS,
    SECURITIES,
    STRANGERS,
    InboundMail,
    MailConnection,
)
from reviewapp.outbox.addresses import BadAddress, path_of

SECRET_PREFIX = "whsec_"  # noqa: S105  # Standard Webhooks' prefix, no secret
PORTS = {"tls": 993, "starttls": 143, "plain": 143}
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?")
_PLAIN = re.compile(r"[!-~]{1,200}")
_FOLDER = re.compile(r"[ -~]{1,200}")


@dataclass(frozen=True)
class Wanted:
    """What somebody typed; an empty password keeps the one that is there."""

    kind: str
    address: str
    plus_addresses: bool
    strangers: str
    host: str = ""
    port: str = ""
    security: str = "tls"
    username: str = ""
    password: str = ""
    folder: str = "INBOX"


def connection_of(session: Session, shop_id: UUID, connection_id: UUID) -> MailConnection:
    """One connection; NotFound for another shop's."""
    found = session.scalar(
        select(MailConnection).where(
            MailConnection.shop_id == shop_id, MailConnection.id == connection_id
        )
    )
    if found is None:
        raise NotFound
    return found


def add(
    session: Session, sealer: Sealer, shop: Shop, wanted: Wanted, *, by: str
) -> tuple[MailConnection, str]:
    """A new connection, and the secret its poster needs (empty for IMAP), told this once.

    Invalid names every field that is wrong.
    """
    _check(session, shop, wanted, None)
    connection = MailConnection(id=new_id(), shop_id=shop.id, kind=wanted.kind)
    secret = new_hook_secret() if wanted.kind == "hook" else wanted.password
    connection.secret = sealer.seal_text(secret, connection.id.bytes)
    _fill(connection, wanted)
    session.add(connection)
    session.flush()
    ping_after_commit(session, "mailboxes")
    _log(session, connection, "mail_connection.added", by)
    return connection, secret if wanted.kind == "hook" else ""


def change(
    session: Session, sealer: Sealer, shop: Shop, connection: MailConnection, wanted: Wanted,
    *, by: str,
) -> None:  # fmt: skip
    """Other values; another server or folder is read from today on, as a new one would be."""
    _check(session, shop, wanted, connection)
    was = (connection.host, connection.username, connection.folder)
    _fill(connection, wanted)
    if wanted.password and connection.kind == "imap":
        connection.secret = sealer.seal_text(wanted.password, connection.id.bytes)
    if was != (connection.host, connection.username, connection.folder):
        connection.uid_validity = connection.last_uid = None
    connection.fetch_at, connection.failures, connection.last_error = clock.now(), 0, None
    ping_after_commit(session, "mailboxes")
    _log(session, connection, "mail_connection.changed", by)


def pause(session: Session, connection: MailConnection, *, by: str) -> None:
    """Fetch and take nothing until it goes on; what arrives meanwhile is fetched then."""
    if connection.state != "paused":
        connection.state = "paused"
        _log(session, connection, "mail_connection.paused", by)


def go_on(session: Session, connection: MailConnection, *, by: str) -> None:
    """Take up a paused connection, at once."""
    connection.fetch_at, connection.failures, connection.last_error = clock.now(), 0, None
    if connection.state != "active":
        connection.state = "active"
        _log(session, connection, "mail_connection.resumed", by)
    ping_after_commit(session, "mailboxes")


def renew_secret(session: Session, sealer: Sealer, connection: MailConnection, *, by: str) -> str:
    """A new secret for who posts; the old one opens nothing from now on."""
    secret = new_hook_secret()
    connection.secret = sealer.seal_text(secret, connection.id.bytes)
    _log(session, connection, "mail_connection.secret_renewed", by)
    return secret


def new_hook_secret() -> str:
    """32 random bytes as Standard Webhooks writes them."""
    return SECRET_PREFIX + b64encode(os.urandom(32)).decode()


def dismiss(session: Session, row: InboundMail, *, by: str) -> None:
    """A person has looked at a mail and lets it be."""
    row.state = "dismissed"
    _log_mail(session, row, "mail.dismissed", by)


def take_for_message(session: Session, row: InboundMail, *, by: str) -> None:
    """A person says that it is somebody's message: it is worked off as one, files and all.

    NotFound when the mail is not kept any more as it came.
    """
    if row.raw_key is None or row.case_id is not None:
        raise NotFound
    row.state, row.reason, row.due_at, row.attempts = "received", "by_hand", clock.now(), 0
    ping_after_commit(session, "inbox")
    _log_mail(session, row, "mail.taken_for_message", by)


def mail_of(session: Session, shop_id: UUID, mail_id: UUID) -> InboundMail:
    """One incoming mail, locked; NotFound for another shop's."""
    found = session.scalar(
        select(InboundMail)
        .where(InboundMail.shop_id == shop_id, InboundMail.id == mail_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


def _fill(connection: MailConnection, wanted: Wanted) -> None:
    connection.address = str(path_of(wanted.address)).casefold()
    connection.plus_addresses, connection.strangers = wanted.plus_addresses, wanted.strangers
    if connection.kind == "imap":
        connection.host, connection.username = wanted.host.strip(), wanted.username.strip()
        connection.security, connection.folder = wanted.security, wanted.folder or "INBOX"
        connection.port = int(wanted.port) if wanted.port else PORTS[wanted.security]


def _check(session: Session, shop: Shop, wanted: Wanted, present: MailConnection | None) -> None:
    wrong: dict[str, list[str]] = {}
    try:
        address = str(path_of(wanted.address)).casefold()
        if _taken(session, shop, address, present):
            wrong["address"] = ["There is a mailbox for this address already."]
    except BadAddress:
        wrong["address"] = ["A mail address, such as help@example.com."]
    if wanted.kind not in CONNECTION_KINDS:
        wrong["kind"] = ["Fetched or posted."]
    if wanted.strangers not in STRANGERS:
        wrong["strangers"] = ["One of the two."]
    if wanted.kind == "imap":
        wrong |= _wrong_in_server(wanted, present)
    if wrong:
        raise Invalid(fields=wrong)


def _wrong_in_server(wanted: Wanted, present: MailConnection | None) -> Mapping[str, list[str]]:
    rules = {
        "host": (_HOST.fullmatch(wanted.host.strip()), "The name of a server."),
        "port": (_is_port(wanted.port), "A number from 1 to 65535."),
        "security": (wanted.security in SECURITIES, "One of the three."),
        "username": (_PLAIN.fullmatch(wanted.username.strip()), "The name to sign in with."),
        "password": (wanted.password or present is not None, "The password of the mailbox."),
        "folder": (_FOLDER.fullmatch(wanted.folder or "INBOX"), "Plain letters only."),
    }
    return {name: [told] for name, (right, told) in rules.items() if not right}


def _is_port(typed: str) -> bool:
    return not typed or (typed.isascii() and typed.isdigit() and 0 < int(typed) < 65536)


def _taken(session: Session, shop: Shop, address: str, present: MailConnection | None) -> bool:
    other = exists().where(MailConnection.shop_id == shop.id, MailConnection.address == address)
    if present is not None:
        other = other.where(MailConnection.id != present.id)
    return bool(session.scalar(select(other)))


def _log(session: Session, connection: MailConnection, action: str, by: str) -> None:
    record(
        session,
        shop_id=connection.shop_id,
        actor=by,
        action=action,
        subject=f"mail_connection:{connection.id}",
        kind=connection.kind,
    )


def _log_mail(session: Session, row: InboundMail, action: str, by: str) -> None:
    record(session, shop_id=row.shop_id, actor=by, action=action, subject=f"mail:{row.id}")
