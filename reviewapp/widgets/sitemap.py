"""Sitemaps (sitemaps.org 0.9): which pages of the published folder crawlers should know. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def index(addresses: Iterable[str]) -> bytes:
    """The file that lists the sitemaps themselves."""
    return _document("sitemapindex", "sitemap", addresses)


def pages(addresses: Iterable[str]) -> bytes:
    """One sitemap; at most 50,000 addresses."""
    return _document("urlset", "url", addresses)


def _document(root: str, item: str, addresses: Iterable[str]) -> bytes:
    listed = "".join(f"<{item}><loc>{escape(each)}</loc></{item}>\n" for each in addresses)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SPACE}">\n{listed}</{root}>\n'
    ).encode()
