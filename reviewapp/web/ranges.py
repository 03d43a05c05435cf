"""Files by parts: players ask for ranges of bytes, and some play nothing without."""

from __future__ import annotations

from http import HTTPStatus
from typing import BinaryIO
from wsgiref.types import WSGIEnvironment

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file


def by_ranges(
    environ: WSGIEnvironment, stream: BinaryIO, content_type: str, *, etag: str
) -> Response:
    """The file, or the part of it that was asked for (RFC 9110, 14), read as it is sent.

    `stream` is closed with the answer. One that cannot be sought is sent as a whole.
    """
    size = None
    if stream.seekable():
        size = stream.seek(0, 2)
        stream.seek(0)
    response = Response(
        wrap_file(environ, stream), content_type=content_type, direct_passthrough=True
    )
    response.set_etag(etag)
    if size is None:
        return response
    response.content_length = size
    try:
        response.make_conditional(environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        stream.close()
        return Response(
            status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            headers={"Content-Range": f"bytes */{size}"},
        )
    if environ["REQUEST_METHOD"] == "HEAD" or response.status_code == HTTPStatus.NOT_MODIFIED:
        stream.close()  # no body is sent that would end it
    return response
