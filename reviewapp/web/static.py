"""Our own style sheets, modules and icons."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory
from flask import url_for as flask_url_for

from reviewapp.web.auth import public

FOLDER = Path(__file__).resolve().parents[2] / "static"
blueprint = Blueprint("static", __name__)


@blueprint.get("/static/<path:filename>")
@public("style sheets, modules and icons hold nothing private")
def file(filename: str) -> Response:
    """A static file; an address with `?v=` may be kept for a year."""
    response = send_from_directory(FOLDER, filename, conditional=True, max_age=31_536_000)
    if current_app.extensions["kit"].settings.demo:
        response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.app_template_global("static_url")
def static_url(filename: str) -> str:
    """The address of a static file with its content's digest, so that it can be kept."""
    return flask_url_for("static.file", filename=filename, v=_digest(filename))


@lru_cache(maxsize=256)
def _digest(filename: str) -> str:
    return hashlib.sha256((FOLDER / filename).read_bytes()).hexdigest()[:10]
