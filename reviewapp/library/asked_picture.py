"""The picture on the page of whoever is asked about it."""

from __future__ import annotations

from werkzeug.wrappers import Response

from reviewapp.core.errors import NotFound
from reviewapp.models.media import MediaAsset
from reviewapp.web.session import kit

SHOWN_WIDTH = 1280


def picture_of(asset: MediaAsset | None) -> Response:
    """A photo, or the still of a film, that no other site may embed; NotFound without one."""
    shown = asset and asset.picture(SHOWN_WIDTH)
    if not shown:
        raise NotFound
    response = Response(kit().storage.read(shown.key), content_type=shown.content_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
