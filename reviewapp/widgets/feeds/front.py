"""Published feeds ahead of Flask: as large as the shop has reviews, so sent as they are read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from reviewapp.core.errors import NotFound, OutsideFailed
from reviewapp.core.storage import Storage
from reviewapp.web.ranges import by_ranges
from reviewapp.widgets.writer import TWINS, content_type_of

_FEED = re.compile(r"/(p/v1/[\w-]+/feeds/[\w-]+\.(?:xml|csv|json|jsonl|rss))", re.ASCII)


def feed_key(path: str) -> str | None:
    """The key of a published feed by its web address; None for any other address."""
    found = _FEED.fullmatch(path)
    return found[1] if found else None


def answer_feed(
    published: Storage,
    key: str,
    stamp: object,
    coding: str,
    environ: WSGIEnvironment,
    start: StartResponse,
    headers: list[tuple[str, str]],
) -> Iterable[bytes] | None:
    """The feed, or its twin in `coding` where there is one, in parts; None: not there.

    Its ETag is that of the file's `stamp` and coding: hashing it would mean to read it twice.
    """
    suffix = dict(TWINS).get(coding, "")
    try:
        if suffix and not published.exists(key + suffix):
            coding = suffix = ""
        stream = published.open(key + suffix)
    except (NotFound, OutsideFailed):
        return None
    etag = hashlib.sha256(f"{stamp} {coding}".encode()).hexdigest()[:32]
    response = by_ranges(environ, stream, content_type_of(key), etag=etag)
    response.headers.extend(headers)
    if coding:
        response.headers["Content-Encoding"] = coding
    return response(environ, start)
