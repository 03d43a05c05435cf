"""Documents on their way to the published folder: twins first, then the plain file."""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from typing import BinaryIO

import brotli

from reviewapp.core.errors import NotFound
from reviewapp.core.storage import Storage, WebHeaders

CONTENT_TYPES = {
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".jsonl": "application/jsonl",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".avif": "image/avif",
    ".mp4": "video/mp4",
    ".vtt": "text/vtt; charset=utf-8",
}
TWINS = (("br", ".br"), ("gzip", ".gz"))
"""Content codings, and the suffix of the file that holds a document in them."""
_SUFFIXES = {"": "", **dict(TWINS)}
DOCUMENT_CACHING = (
    "public, max-age=60, s-maxage=300, stale-while-revalidate=86400, stale-if-error=86400"
)
FOREVER = "public, max-age=31536000, immutable"
# Media names are content hashes; modules carry theirs in the name.
_UNCHANGING = re.compile(r"p/v1/[^/]+/media/|widget/v1/.+-[A-Z0-9]{8}\.js$")
BROTLI_QUALITY = 5
"""Measured on a head of 17 KB: 5 costs 0.5 ms for 3.1 KB, 9 six times that for 2 % less."""
GZIP_LEVEL = 4
BEST = (11, 9)
"""Qualities for what is written once a release."""


def shop_folder(widget_key: str) -> str:
    """The shop's folder below the published root; equal to its web address."""
    return f"p/v1/{widget_key}"


def surrogate_key(path: str) -> str:
    """What a CDN groups this address by: its product's documents, else those of the shop."""
    _, _, widget_key, *rest = path.lstrip("/").split("/")
    of_product = len(rest) > 2 and rest[0] == "products"
    return f"{widget_key}/products/{rest[1]}" if of_product else widget_key


def surrogate_keys(path: str) -> tuple[str, ...]:
    """All groups of a published address, the narrowest first; none for what is no shop's."""
    if not path.lstrip("/").startswith("p/"):
        return ()
    return tuple(dict.fromkeys((surrogate_key(path), path.lstrip("/").split("/")[2])))


def caching_of(path: str) -> str:
    """How long a reader may keep what lies at this address, without its twin's suffix."""
    return FOREVER if _UNCHANGING.match(path.lstrip("/")) else DOCUMENT_CACHING


def content_type_of(path: str) -> str:
    """By suffix, but for the one JSON that feed readers know by a type of its own."""
    if path.endswith("/feeds/new-reviews.json"):
        return "application/feed+json"
    return CONTENT_TYPES.get(path[path.rfind(".") :], "application/octet-stream")


def put_document(
    published: Storage,
    path: str,
    content: bytes,
    *,
    quality: tuple[int, int] = (BROTLI_QUALITY, GZIP_LEVEL),
) -> None:
    """Write a document and its `.br` and `.gz` twins.

    The twins go first: a reader that asks for the plain name never finds it newer than what a
    server prefers to send.
    """
    put_file(published, path, brotli.compress(content, quality=quality[0]), coding="br")
    twin = gzip.compress(content, compresslevel=quality[1], mtime=0)
    put_file(published, path, twin, coding="gzip")
    put_file(published, path, content)


def put_file(published: Storage, path: str, data: bytes | BinaryIO, *, coding: str = "") -> None:
    """Write what lies at a web address, or its twin in a content coding, with all that a bucket
    has to say of it."""
    content_type, caching, keys = _told(path)
    headers = WebHeaders(caching, coding, keys)
    published.put(path + _SUFFIXES[coding], data, content_type=content_type, headers=headers)


@lru_cache(maxsize=64)
def _told(path: str) -> tuple[str, str, str]:
    """Content type, caching and groups of an address; its twins are written right with it."""
    return content_type_of(path), caching_of(path), " ".join(surrogate_keys(path))


def put_changed(published: Storage, path: str, content: bytes) -> bool:
    """`put_document` where other bytes, or none, lie there now; whether it wrote.

    The plain file goes last, so that its twins are as new: not for what a killed write may have
    left, whose plain file is the older one.
    """
    try:
        if published.read(path) == content:
            return False
    except NotFound:
        pass
    put_document(published, path, content)
    return True


def remove_document(published: Storage, path: str) -> None:
    """Take a document back, the plain file first: a server looks for it before its twins."""
    for suffix in ("", ".br", ".gz"):
        published.delete(path + suffix)
