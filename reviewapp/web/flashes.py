"""What a page says after a redirect: "Settings saved.", once, without a server-side store."""

from __future__ import annotations

import hashlib

from flask import Flask, g, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from reviewapp.web.session import kit

COOKIE = "reviewapp_said"
SECONDS = 60
Message = tuple[str, str]
"""(tone, text); tone: info | good | warn | bad."""


def say(tone: str, text: str) -> None:
    """Show `text` at the head of the next page this browser sees."""
    g.setdefault("said", []).append((tone, text))


def bind_flashes(app: Flask) -> None:
    """Carry what was said over the redirect in a short-lived signed cookie."""

    @app.after_request
    def carry(response: Response) -> Response:
        if g.get("said") and response.status_code < 400:
            response.set_cookie(
                COOKIE, _serializer().dumps(g.said), max_age=SECONDS, httponly=True,
                samesite="Lax", secure=kit().settings.https, path="/",
            )  # fmt: skip
        elif g.get("heard"):
            response.delete_cookie(COOKIE, path="/")
        return response


def heard() -> list[Message]:
    """What was said before this page; shown once."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return []
    g.heard = True
    try:
        return [(str(tone), str(text)) for tone, text in _serializer().loads(cookie, SECONDS)]
    except (BadData, ValueError, TypeError):
        return []


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        list(kit().settings.secret_keys),
        salt="reviewapp.said",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
