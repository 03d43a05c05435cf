"""Where programs post raw mails: `/hooks/{connection}/mail`; the same mail counts once.

Either a Standard Webhooks 1.0 signature, or the connection's secret itself, as a bearer token or
as the password of the address: mail servers and providers can do the one or the other.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from binascii import Error as Base64Error
from hashlib import sha256
from uuid import UUID

from flask import Blueprint, jsonify, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Gone, Malformed, NotFound, NotSignedIn, TooLarge
from reviewapp.inbox.connecting import SECRET_PREFIX
from reviewapp.inbox.fetching import password_of
from reviewapp.inbox.storing import Place, take_in
from reviewapp.models.mailbox import MailConnection
from reviewapp.web.auth import public
from reviewapp.web.limits import client_address, limit
from reviewapp.web.session import kit, release

REPLAY_SECONDS = 300
FIELDS = ("email", "body-mime", "message")
"""Where providers put the raw mail in a form: SendGrid, Mailgun, and everybody else."""
BURST, PER_MINUTE = 300, 300

blueprint = Blueprint("mail_hooks", __name__, url_prefix="/hooks")


@blueprint.post("/<uuid:connection_id>/mail")
@public("the connection's secret is checked in the view")
def take_mail(connection_id: UUID) -> Response:
    """Keep the posted mail; it is read right after."""
    limit("mail_hooks", client_address(), burst=BURST, per_minute=PER_MINUTE)
    most = kit().settings.max_mail_bytes
    if (request.content_length or 0) > most * 2:
        raise TooLarge
    request.max_content_length = most * 2
    request.max_form_memory_size = most * 2
    body = request.get_data(cache=True, parse_form_data=False)
    connection = _connection(connection_id)
    if not _may_post(password_of(kit(), connection), body):
        raise NotSignedIn("signature_wrong")
    if connection.state != "active":
        raise Gone("connection_paused")
    raw = _raw_mail(body)
    if len(raw) > most:
        raise TooLarge
    release()
    stored = take_in(kit(), Place(connection.id, connection.shop_id), raw)
    answer = jsonify(id=str(stored.id), new=stored.new)
    answer.status_code = 200
    return answer


def _connection(connection_id: UUID) -> MailConnection:
    with kit().database.transaction(EVERY_SHOP) as session:
        found = session.scalar(
            select(MailConnection).where(
                MailConnection.id == connection_id, MailConnection.kind == "hook"
            )
        )
    if found is None:
        raise NotFound
    return found


def _may_post(secret: str, body: bytes) -> bool:
    if request.headers.get("webhook-signature"):
        return _is_signed(secret, body)
    given = request.authorization
    if given is None:
        return False
    told = given.token if given.type == "bearer" else given.password
    return hmac.compare_digest((told or "").encode(), secret.encode())


def _is_signed(secret: str, body: bytes) -> bool:
    """Standard Webhooks 1.0: HMAC-SHA-256 over id, timestamp and body; not older than 5 minutes."""
    message_id = request.headers.get("webhook-id", "")
    stamp = request.headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(clock.now().timestamp() - int(stamp)) > REPLAY_SECONDS:
        return False
    signed = f"{message_id}.{stamp}.".encode() + body
    wanted = hmac.new(b64decode(secret.removeprefix(SECRET_PREFIX)), signed, sha256).digest()
    given = request.headers.get("webhook-signature", "").split()[:10]
    return any(hmac.compare_digest(_signature(one), wanted) for one in given)


def _signature(versioned: str) -> bytes:
    version, _, value = versioned.partition(",")
    try:
        return b64decode(value, validate=True) if version == "v1" else b""
    except (Base64Error, ValueError):
        return b""


def _raw_mail(body: bytes) -> bytes:
    """The body itself, or the field of a form that holds the mail."""
    raw = body
    if request.mimetype in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raw = next(filter(None, map(_field, FIELDS)), b"")
    if not raw.strip():
        raise Malformed("mail_missing")
    return raw


def _field(name: str) -> bytes:
    file = request.files.get(name)
    if file is not None:
        return bytes(file.read())
    return request.form.get(name, "").encode("utf-8", "surrogateescape")
