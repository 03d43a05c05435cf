"""Published films ahead of Flask, by parts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from wsgiref.types import StartResponse, WSGIEnvironment

from reviewapp.core.errors import NotFound, OutsideFailed
from reviewapp.core.storage import Storage
from reviewapp.web.ranges import by_ranges

Headers = list[tuple[str, str]]

_FILM = re.compile(r"/(p/v1/[\w-]+/media/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}\.mp4)", re.ASCII)


def film_key(path: str) -> str | None:
    """The key of a published film by its web address; None for any other address."""
    found = _FILM.fullmatch(path)
    return found[1] if found else None


def answer_film(
    published: Storage,
    key: str,
    environ: WSGIEnvironment,
    start: StartResponse,
    headers: Headers,
) -> Iterable[bytes] | None:
    """The film or the asked part of it; None: not there. Its ETag is its name, a content hash."""
    try:
        stream = published.open(key)
    except (NotFound, OutsideFailed):
        return None
    response = by_ranges(environ, stream, "video/mp4", etag=PurePosixPath(key).stem)
    response.headers.extend(headers)
    return response(environ, start)
