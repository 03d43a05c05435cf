"""What a shop's page lacks for the tags to work, read from its HTML and headers. Pure.

Faults keep reviews from being shown; notices tell what search engines or shoppers may stumble over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

TAGS = frozenset(
    f"review-{name}"
    for name in ("stars", "summary", "list", "gallery", "carousel", "questions", "badge", "form")
)
OF_NO_PRODUCT = {"review-carousel": "collection", "review-badge": ""}
LOADERS = ("/widget/v1/embed.js", "/widget/v1/embed-")
NEEDED = {"script-src": "runs no script", "connect-src": "fetches no reviews",
          "img-src": "shows no photos"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know of a page; `fault`: reviews are not shown until it is mended."""

    code: str
    text: str
    fault: bool = True


@dataclass(slots=True)
class Page:
    """What stands in a page that matters here."""

    scripts: list[dict[str, str]] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    products: list[bool] = field(default_factory=list)
    """Every Product node of structured data; whether it bears a rating or reviews."""


def check_page(
    html: str, headers: Mapping[str, str], *, host: str, widget_key: str
) -> list[Finding]:
    """All that is wrong or worth knowing; `host` is where our script comes from, `https://…`."""
    page = read_page(html)
    return [
        *_loader_findings(page, widget_key),
        *_tag_findings(page),
        *_policy_findings(headers.get("content-security-policy", ""), host),
        *_product_findings(page),
    ]


def read_page(html: str) -> Page:
    """The page's scripts of ours, tags and Product nodes; broken HTML is read as far as it goes."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


def _loader_findings(page: Page, widget_key: str) -> Iterator[Finding]:
    if not page.scripts:
        yield Finding("no_script", "Our script is not on this page.")
        return
    if len(page.scripts) > 1:
        yield Finding("script_twice", "Our script is here more than once; one is enough.", False)
    for script in page.scripts:
        if script.get("type", "").lower() != "module":
            yield Finding("no_module", 'The script needs type="module".')
        if script.get("data-shop", "") != widget_key:
            yield Finding("other_shop", "The script’s data-shop is not this shop’s key.")


def _tag_findings(page: Page) -> Iterator[Finding]:
    if not page.tags:
        yield Finding("no_tag", "None of the review tags is in the page’s HTML.")
    for name, attributes in page.tags:
        wanted = OF_NO_PRODUCT.get(name, "product")
        if wanted and not attributes.get(wanted, "").strip():
            yield Finding(f"no_{wanted}", f"<{name}> lacks its attribute {wanted}.")


def _policy_findings(policy: str, host: str) -> Iterator[Finding]:
    if not policy:
        return
    rules: dict[str, list[str]] = {}
    for part in policy.lower().split(";"):
        name, *sources = part.split() or [""]
        rules.setdefault(name, sources)
    for name, what in NEEDED.items():
        allowed = rules.get(name, rules.get("default-src"))
        if allowed is not None and not _allows(allowed, host.lower()):
            yield Finding(
                f"policy_{name.partition('-')[0]}",
                f"The page’s Content-Security-Policy {what} of ours: add {host} to {name}.",
            )


def _allows(sources: list[str], host: str) -> bool:
    scheme, _, name = host.partition("://")
    wild = f"*.{name.partition('.')[2]}"
    return bool(
        {"*", f"{scheme}:", host, f"{host}/", name, wild, f"{scheme}://{wild}"} & {*sources}
    )


def _product_findings(page: Page) -> Iterator[Finding]:
    if len(page.products) > 1:
        rated = sum(page.products)
        yield Finding(
            "second_product",
            f"The page has {len(page.products)} Product nodes, {rated} with ratings. Search engines"
            " may take either or none: keep one. Where the theme writes its own, leave ours out,"
            " or have the theme write none.",
            fault=False,
        )
    elif not any(page.products):
        yield Finding(
            "no_rich_result",
            "The HTML has no Product with a rating: include head.html for rich results.",
            fault=False,
        )


class _Reader(HTMLParser):
    """Collects what `Page` holds."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._json: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "script":
            if any(loader in told.get("src", "") for loader in LOADERS):
                self.page.scripts.append(told)
            if told.get("type", "").strip().lower() == "application/ld+json":
                self._json = []
        elif tag in TAGS:
            self.page.tags.append((tag, told))
        if told.get("itemtype", "").rstrip("/").lower().endswith("schema.org/product"):
            self.page.products.append(False)
        if told.get("itemprop", "").lower() in ("aggregaterating", "review") and self.page.products:
            self.page.products[-1] = True

    def handle_data(self, data: str) -> None:
        if self._json is not None:
            self._json.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._json is not None:
            self.page.products += _products_in("".join(self._json))
            self._json = None


def _products_in(text: str) -> list[bool]:
    try:
        graph = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [bool(node.get("aggregateRating") or node.get("review")) for node in _products(graph)]


def _products(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every Product in a graph; what merely names one, such as an Offer's item, is one too."""
    if depth > 20:
        return
    if isinstance(value, list):
        for each in value:
            yield from _products(each, depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        if "Product" in (kinds if isinstance(kinds, list) else [kinds]):
            yield value
            return
        for each in value.values():
            yield from _products(each, depth + 1)
