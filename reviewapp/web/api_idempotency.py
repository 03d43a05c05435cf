"""Idempotency-Key on POST: one effect, one answer (draft-ietf-httpapi-idempotency-key).

The answer is kept in the very transaction that has the effect, under an advisory lock. So there
is no half-done state to time out: a process killed on its way leaves neither effect nor key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Response, make_response, request
from flask_smorest import Blueprint
from sqlalchemy import delete, select, text

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Conflict, Invalid, Malformed
from reviewapp.core.kit import Kit
from reviewapp.models.integration import IdempotencyKey
from reviewapp.web.auth import actor
from reviewapp.web.session import session

KEPT_FOR = timedelta(hours=24)
KEY = re.compile(r'"([!#-\[\]-~ ]{1,255})"|([!#-\[\]-~]{1,255})')
"""A structured-field string (RFC 8941 3.3.3), or the same bare."""

HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": 255},
    "description": "Repeat a POST safely: the same key gives the first answer again for 24 hours.",
}


def idempotent(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a POST be repeated under one Idempotency-Key; put it right below `post(…)`.

    Answers: the kept one for the same body; 422 `idempotency_key_reused` for another body; 409
    `idempotency_key_running` while the first still runs; 400 for a malformed key. Refusals (4xx)
    are not kept: they had no effect, and the next try is judged afresh.
    """

    @wraps(view)
    def once(*args: Any, **values: Any) -> Any:
        key = _key()
        if key is None:
            return view(*args, **values)
        _take_turn(key)
        fingerprint = _fingerprint()
        kept = _kept(key)
        if kept is not None:
            return _again(kept, fingerprint)
        answer = make_response(view(*args, **values))
        if answer.status_code < 400:
            _keep(key, fingerprint, answer)
        return answer

    documented: Callable[..., Any] = Blueprint.doc(parameters=[HEADER])(once)
    return documented


def forget_idempotency_keys(kit: Kit) -> int:
    """Delete answers older than their term; the errand behind `idempotency_keys`."""
    with kit.database.transaction(EVERY_SHOP) as opened:
        old = IdempotencyKey.created_at < clock.now() - KEPT_FOR
        return opened.execute(delete(IdempotencyKey).where(old)).rowcount  # type: ignore[attr-defined, no-any-return]  # a DELETE has one


def _key() -> str | None:
    told = request.headers.get("Idempotency-Key")
    if told is None:
        return None
    found = KEY.fullmatch(told.strip())
    if found is None:
        raise Malformed("idempotency_key_malformed")
    return found[1] or found[2]


def _take_turn(key: str) -> None:
    lock = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
    name = f"idempotency:{actor().shop.id}:{key}"
    if not session().scalar(lock, {"name": name}):
        raise Conflict("idempotency_key_running")


def _fingerprint() -> str:
    told = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    told.update(request.get_data(cache=True))
    return told.hexdigest()


def _kept(key: str) -> IdempotencyKey | None:
    found = session().scalar(
        select(IdempotencyKey).where(
            IdempotencyKey.shop_id == actor().shop.id, IdempotencyKey.key == key
        )
    )
    if found is not None and found.created_at < clock.now() - KEPT_FOR:
        session().delete(found)
        session().flush()
        return None
    return found


def _again(kept: IdempotencyKey, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        raise Invalid("idempotency_key_reused")
    answer = Response(kept.body or b"", status=kept.status, content_type=kept.content_type)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _keep(key: str, fingerprint: str, answer: Response) -> None:
    session().add(
        IdempotencyKey(
            shop_id=actor().shop.id,
            key=key,
            fingerprint=fingerprint,
            status=answer.status_code,
            content_type=answer.content_type,
            body=answer.get_data(),
        )
    )
