"""Security headers by face: what each door's pages may load, frame, cache and tell."""

from __future__ import annotations

from flask import Flask, Response, request

CUSTOMER_PREFIXES = ("/a/", "/c/", "/d/", "/f/", "/r/", "/u/", "/write/")
ADMIN_PREFIXES = ("/admin", "/signin")
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)


def bind_headers(app: Flask) -> None:
    """Set what a view did not set itself."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        private = request.path.startswith(CUSTOMER_PREFIXES + ADMIN_PREFIXES)
        if private:
            headers.setdefault("Cache-Control", "no-store")
            headers.setdefault("X-Robots-Tag", "noindex, nofollow")
            headers.setdefault("Referrer-Policy", "no-referrer")
            headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if response.mimetype == "text/html":
            headers.setdefault("Content-Security-Policy", STRICT)
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
