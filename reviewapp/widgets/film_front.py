"""Published films by parts: players ask for ranges of bytes, and some play nothing without."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import PurePosixPath
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from reviewapp.core.errors import NotFound, OutsideFailed
from reviewapp.core.storage import Storage

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
    """The film or the asked part of it (RFC 9110, 14), read as it is sent; None: not there.

    Its ETag is its name, which is the hash of its bytes.
    """
    try:
        stream = published.open(key)
    except (NotFound, OutsideFailed):
        return None
    size = None
    if stream.seekable():
        size = stream.seek(0, 2)
        stream.seek(0)
    response = Response(
        wrap_file(environ, stream), mimetype="video/mp4", headers=headers, direct_passthrough=True
    )
    response.set_etag(PurePosixPath(key).stem)
    if size is None:
        return response(environ, start)
    response.content_length = size
    try:
        response.make_conditional(environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable as error:
        stream.close()
        return error(environ, start)
    if environ["REQUEST_METHOD"] == "HEAD" or response.status_code == HTTPStatus.NOT_MODIFIED:
        stream.close()  # no body is sent that would end it
    return response(environ, start)
