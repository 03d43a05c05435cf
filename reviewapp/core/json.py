"""JSON answers by orjson, and the canonical bytes that hashes are taken over."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from werkzeug.wrappers import Response


def canonical_bytes(value: Any) -> bytes:
    """Sorted keys, UTF-8, no spaces: the same value always gives the same bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def canonical_sha256(value: Any) -> str:
    """SHA-256 in hex over `canonical_bytes`."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def json_response(
    value: Any, status: int = 200, content_type: str = "application/json"
) -> Response:
    """An answer with `value` as JSON."""
    body = orjson.dumps(value, option=orjson.OPT_UTC_Z, default=str)
    return Response(body, status=status, content_type=content_type)
