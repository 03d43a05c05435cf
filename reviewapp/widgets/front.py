"""Published documents ahead of Flask: bytes from the process's memory, checked by one stat.

A WSGI layer, because routing and a request context cost four times what the answer itself does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from reviewapp.core.json import canonical_bytes
from reviewapp.core.kit import Kit
from reviewapp.widgets.feeds.front import answer_feed, feed_key
from reviewapp.widgets.files import Files, Found
from reviewapp.widgets.film_front import answer_film, film_key
from reviewapp.widgets.writer import FOREVER, caching_of, content_type_of, surrogate_keys

FRAME = "/widget/v1/frame.html"
PREFIXES = ("/p/v1/", "/widget/v1/")
MEMORY_BYTES = 64 * 1024 * 1024
LARGEST_KEPT_BYTES = 512 * 1024

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
FRAME_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'none'"
)
"""For the one page with scripts: a tag alone in a frame; the page itself says the same."""
OPEN_TO_ALL = [
    ("Access-Control-Allow-Origin", "*"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("X-Content-Type-Options", "nosniff"),
]
FILM_HEADERS = [("Cache-Control", FOREVER), *OPEN_TO_ALL]
PREFLIGHT = [
    *OPEN_TO_ALL,
    ("Access-Control-Allow-Methods", "GET, HEAD"),
    ("Access-Control-Max-Age", "86400"),
    ("Content-Length", "0"),
]

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Variant:
    """One encoding of a document, ready to send."""

    etag: str
    body: bytes
    headers: Headers
    unchanged_headers: Headers


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as it was when its file bore `stamp`; variants by content coding."""

    stamp: object
    variants: dict[str, Variant]
    size: int


class PublishedFront:
    """Answers GET and HEAD below PREFIXES; everything else goes on to the application."""

    def __init__(self, application: WSGIApplication, files: Files) -> None:
        self._application = application
        self._files = files
        self._kept: dict[str, Kept] = {}
        self._size = 0
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """See PEP 3333."""
        path: str = environ["PATH_INFO"]
        if not path.startswith(PREFIXES):
            return self._application(environ, start)
        method = environ["REQUEST_METHOD"]
        if method == "GET" or method == "HEAD":
            return self._answer(path, method, environ, start)
        if method == "OPTIONS":
            start("204 No Content", PREFLIGHT)
            return []
        return _problem(
            start, "405 Method Not Allowed", "method_not_allowed", ("Allow", "GET, HEAD")
        )

    def _answer(
        self, path: str, method: str, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        if (film := film_key(path)) is not None:
            sent = answer_film(self._files.published, film, environ, start, FILM_HEADERS)
            return _not_found(start) if sent is None else sent
        stamp = self._files.stamp(path)
        if stamp is None:
            return _not_found(start)
        coding = _coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if (feed := feed_key(path)) is not None:
            told = _caching(path)
            sent = answer_feed(self._files.published, feed, stamp, coding, environ, start, told)
            return _not_found(start) if sent is None else sent
        kept = self._kept.get(path)
        if kept is None or kept.stamp != stamp:
            kept = self._read(path, stamp)
            if kept is None:
                return _not_found(start)
        variants = kept.variants
        variant = variants.get(coding, variants[""])
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and (variant.etag in known or known == "*"):
            start("304 Not Modified", variant.unchanged_headers)
            return []
        start("200 OK", variant.headers)
        return [variant.body] if method == "GET" else []

    def _read(self, path: str, stamp: object) -> Kept | None:
        found = self._files.read(path)
        if found is None:
            return None
        kept = _keep(path, stamp, found)
        if kept.size <= LARGEST_KEPT_BYTES:
            with self._lock:
                self._forget(path)
                self._kept[path] = kept
                self._size += kept.size
                while self._size > MEMORY_BYTES:
                    self._forget(next(iter(self._kept)))
        return kept

    def _forget(self, path: str) -> None:
        gone = self._kept.pop(path, None)
        self._size -= gone.size if gone else 0


def _keep(path: str, stamp: object, found: Found) -> Kept:
    variants = {coding: _variant(path, coding, body) for coding, body in found.items()}
    return Kept(stamp, variants, sum(len(body) for body in found.values()))


def _variant(path: str, coding: str, body: bytes) -> Variant:
    """Headers of one representation; its strong ETag is of its own bytes (RFC 9110 8.8.3)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    kind = content_type_of(path)
    caching = [("ETag", etag), *_caching(path)]
    described = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    if coding:
        described.append(("Content-Encoding", coding))
    if kind.startswith("text/html"):
        policy = FRAME_POLICY if path == FRAME else PAGE_POLICY
        described.append(("Content-Security-Policy", policy))
    return Variant(etag, body, [*described, *caching], caching)


def _caching(path: str) -> Headers:
    """How long, by which groups and by whom what lies at this address may be kept."""
    told = [("Cache-Control", caching_of(path)), ("Vary", "Accept-Encoding"), *OPEN_TO_ALL]
    if keys := surrogate_keys(path):
        # Fastly and Varnish read the first, Cloudflare the second; CDNs keep them to themselves.
        told += [("Surrogate-Key", " ".join(keys)), ("Cache-Tag", ",".join(keys))]
    return told


@lru_cache(maxsize=512)
def _coding(accepted: str) -> str:
    """The best content coding a client takes: `br`, `gzip`, or none."""
    taken = set()
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight):
            taken.add(name.strip())
    return next((coding for coding in ("br", "gzip") if coding in taken), "")


def _not_found(start: StartResponse) -> Iterable[bytes]:
    return _problem(start, "404 Not Found", "not_found", ("Cache-Control", "public, max-age=60"))


def _problem(
    start: StartResponse, status: str, code: str, *headers: tuple[str, str]
) -> Iterable[bytes]:
    number, _, title = status.partition(" ")
    body = canonical_bytes(
        {"type": "about:blank", "title": title, "status": int(number), "code": code}
    )
    described = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]
    start(status, [*described, *headers, *OPEN_TO_ALL])
    return [body]


def serve_published(app: Any, kit: Kit) -> None:
    """Put the layer ahead of a Flask application."""
    wrap: Callable[..., WSGIApplication] = PublishedFront
    app.wsgi_app = wrap(app.wsgi_app, Files(kit))
