"""Our own style sheets, modules and icons."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, current_app, request, send_from_directory

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
    return f"{request.script_root}{_address(filename)}"


@lru_cache(maxsize=512)
def _address(filename: str) -> str:
    """Built once: a page names some hundred icons, and routing each took longer than the rest."""
    digest = hashlib.sha256((FOLDER / filename).read_bytes()).hexdigest()[:10]
    return f"/static/{quote(filename)}?v={digest}"
