"""The only place that turns an error into a page or into problem JSON (RFC 9457)."""

from __future__ import annotations

import structlog
from flask import Flask, g, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from reviewapp.core.errors import AppError, NoRoom, TooMany
from reviewapp.core.json import json_response
from reviewapp.core.storage import is_full
from reviewapp.web.language import page_translator

HTTP_CODES = {
    400: "invalid",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many",
}
JSON_PATHS = ("/api/", "/w/", "/hooks/", "/p/")

log = structlog.get_logger()


def bind_errors(app: Flask) -> None:
    """Register the handlers; whatever nobody expected is a plain 500 with its id in the log."""
    app.register_error_handler(AppError, answer)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(OperationalError, _from_database)
    app.register_error_handler(OSError, _from_disk)
    app.register_error_handler(Exception, _unexpected)


def answer(error: AppError) -> Response:
    """The answer for an error, in the face of the door it happened at."""
    wants_json = (
        g.get("speaks_json")
        or request.path.startswith(JSON_PATHS)
        or request.headers.get("Accept", "").startswith("application/json")
    )
    response = _problem(error) if wants_json else _page(error)
    response.status_code = error.status
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _problem(error: AppError) -> Response:
    # English for programs; a page's script shows it to the page's reader.
    title = page_translator().gettext(error.message) if "language" in g else error.message
    body: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": error.status,
        "code": error.code,
        "instance": request.path,
    }
    if error.fields:
        body["fields"] = error.fields
    return json_response(error.members | body, content_type="application/problem+json")


def _page(error: AppError) -> Response:
    face = "admin" if request.path.startswith("/admin") and g.get("actor") else "customer"
    translator = page_translator()
    page = render_template(
        f"shared/error_{face}.html", message=translator.gettext(error.message), error=error
    )
    return Response(page, content_type="text/html; charset=utf-8")


def _from_http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()
    known = AppError(HTTP_CODES.get(error.code, "invalid" if error.code < 500 else "internal"))
    known.status = error.code
    fields = getattr(error, "data", {}).get("messages") if hasattr(error, "data") else None
    if fields:
        known.fields = _flat(fields)
    return answer(known)


def _flat(messages: object, path: str = "") -> dict[str, list[str]]:
    """Nested marshmallow messages → {"lines.0.price": ["…"]}; the location level is dropped."""
    if isinstance(messages, dict):
        found: dict[str, list[str]] = {}
        for name, inner in messages.items():
            drop = not path and name in ("json", "query", "form", "files", "headers")
            found |= _flat(inner, path if drop else f"{path}.{name}".strip("."))
        return found
    texts = messages if isinstance(messages, list) else [messages]
    return {path: [str(text) for text in texts]}


def _from_database(error: OperationalError) -> Response:
    log.error("database.unavailable", error=str(error.orig))
    known = AppError("unavailable")
    known.status = 503
    return answer(known)


def _from_disk(error: OSError) -> Response:
    """A full disk, met where a form's files are put aside before any of our code sees them."""
    return answer(NoRoom()) if is_full(error) else _unexpected(error)


def _unexpected(error: Exception) -> Response:
    # The rule, not the path: links to customers' pages and sign-in links are secrets.
    log.exception("request.failed", rule=str(request.url_rule))
    return answer(AppError("internal"))
