"""Forms at the doors: CSRF tokens, same-origin check, errors that keep what was typed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import g, request

from reviewapp.core.errors import Invalid, NotAllowed
from reviewapp.web.session import kit

READING = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing (RFC 9110, 9.2.1) and so need no proof of where they come from."""


def csrf_token() -> str:
    """The token an admin form carries: bound to the session, needs no store, does not run out."""
    return _token(g.get("session_digest", ""))


def check_csrf(session_digest: str) -> None:
    """Refuse a change whose form or header lacks this session's token (ASVS 3.5.1)."""
    sent = request.form.get("csrf_token") or request.headers.get("X-CSRF-Token", "")
    if not hmac.compare_digest(sent.encode(), _token(session_digest).encode()):
        raise NotAllowed("form_expired")
    check_same_origin()


def check_same_origin() -> None:
    """Refuse a form another site made the browser send.

    Customer pages have no cookie: the link is the authority, so the browser's own word on where
    the form came from is all that needs checking.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site":
        raise NotAllowed("form_expired")
    origin = request.headers.get("Origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.host:
        raise NotAllowed("form_expired")


def fields_wrong(errors: Mapping[str, str]) -> Invalid:
    """Invalid with one sentence per field."""
    return Invalid(fields={name: [text] for name, text in errors.items()})


def _token(session_digest: str) -> str:
    key = kit().settings.secret_keys[0].encode()
    return hmac.new(key, b"csrf:" + session_digest.encode(), hashlib.sha256).hexdigest()
