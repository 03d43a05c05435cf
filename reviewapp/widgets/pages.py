"""The HTML documents: fragment for server-side inclusion, all-reviews pages, policy page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reviewapp.core.i18n import Translator, own_name
from reviewapp.widgets.faq import FaqView, faq_graph
from reviewapp.widgets.rules import paragraphs
from reviewapp.widgets.structured_data import product_graph, questions_graph, script_text
from reviewapp.widgets.values import (
    ChunkView,
    Film,
    Photo,
    ProductFacts,
    ProductView,
    PublishedReview,
    QuestionsView,
    ShopFacts,
    StoreView,
    Transparency,
)

_environment = Environment(
    loader=PackageLoader("reviewapp", "templates/widgets"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)

STILL_WIDTH_PX = 640
_BASE = "\0"
"""Stands for the folder's address in kept markup; no stored text can hold this character."""

ItemOf = Callable[..., Markup]


class Pages:
    """Renders one shop's documents; a review's markup is made once for all pages it is on.

    Two addresses of the shop's folder are in use: the fragment is included into foreign pages
    and needs the whole one, pages inside the folder stay relative so that it can be moved.
    """

    def __init__(self, shop: ShopFacts, translator: Translator) -> None:
        self._shop = shop
        self._translator = translator
        self._items: dict[str, str] = {}
        self._review: Any = _environment.get_template("_review.html").make_module(
            {**self._words(), "srcset": _srcset, "still": _still, "own_name": own_name}
        )

    def head(self, view: ProductView) -> bytes:
        """`head.html`: summary, newest reviews and JSON-LD, to be included by the shop's page."""
        return self._render(
            "public_head.html", base=self._shop.base_url, view=view, json_ld=_json_ld(view)
        )

    def index(self, view: ProductView) -> bytes:
        """`index.html`: the page of all reviews of a product, newest first."""
        return self._render("public_index.html", base="../..", view=view, json_ld=_json_ld(view))

    def chunk(self, view: ChunkView) -> bytes:
        """`page-{n}.html`: one chunk; no numbers that a later review would change."""
        return self._render("public_chunk.html", base="../..", view=view)

    def questions(self, view: ProductView, page: QuestionsView) -> bytes:
        """`questions.html` and `questions-{n}.html`: what shoppers asked, with the answers."""
        address = f"{self._shop.base_url}/products/{view.product.key}"
        return self._render(
            "public_questions.html",
            base="../..",
            view=view,
            page=page,
            json_ld=_script(questions_graph(view.product, page, address)),
        )

    def store(self, view: StoreView) -> bytes:
        """`reviews/index.html` and `page-{n}.html`: all reviews of the shop, newest first."""
        return self._render("public_store.html", base="..", view=view)

    def faq(self, view: FaqView) -> bytes:
        """`faq.html`: the questions the shop picked, with its answers, in its order."""
        return self._render(
            "public_faq.html", base=".", view=view, json_ld=_script(faq_graph(view))
        )

    def policy(self) -> bytes:
        """`policy.html`: how reviews are collected, verified, moderated, ordered, averaged."""
        return self._render("public_policy.html", base=".")

    def figures(self, figures: Transparency) -> bytes:
        """`transparency.html`: what became of all reviews, and whether it depends on the stars."""
        return self._render("public_figures.html", base=".", figures=figures)

    def _render(self, template: str, *, base: str, **values: object) -> bytes:
        page = _environment.get_template(template)
        text = page.render(
            **self._words(), base=base, shop=self._shop, item=self._item_for(base), **values
        )
        return text.encode()

    def _words(self) -> dict[str, object]:
        return {
            "_": self._translator.gettext,
            "page_language": self._shop.language,
            "paragraphs": paragraphs,
            "ngettext": self._translator.ngettext,
            "mean": lambda value: _number(value, self._shop.language, "0.0"),
            "number": lambda value: _number(value, self._shop.language),
            "day": lambda on: _day(on, self._shop.language),
        }

    def _item_for(self, base: str) -> ItemOf:
        escaped = str(Markup.escape(base))

        def item(review: PublishedReview, product: ProductFacts | None = None) -> Markup:
            known = self._items.get(review.id)
            if known is None:
                known = self._items[review.id] = str(self._review.item(review, _BASE, product))
            return Markup(known.replace(_BASE, escaped))  # noqa: S704 - both parts are escaped

        return item


def _json_ld(view: ProductView) -> Markup | None:
    return _script(product_graph(view))


def _script(graph: dict[str, Any] | None) -> Markup | None:
    return Markup(script_text(graph)) if graph else None  # noqa: S704 - escaped for scripts


def _still(film: Film) -> str:
    """The poster that a page names: 640 px are enough for a box this wide, JPEG for everyone."""
    plain = [source for source in film.poster if source.content_type == "image/jpeg"]
    return min(plain or film.poster, key=lambda source: abs(source.width - STILL_WIDTH_PX)).path


def _srcset(shown: Photo | Film, base: str) -> str:
    """The widths to choose from in the first type offered: one list holds one type."""
    pictures = shown.poster if isinstance(shown, Film) else shown.sources
    kind = pictures[0].content_type
    return ", ".join(
        f"{base}/{source.path} {source.width}w"
        for source in pictures
        if source.content_type == kind
    )


@lru_cache(maxsize=4096)
def _day(on: date, language: str) -> str:
    return format_date(on, "long", locale=language)


@lru_cache(maxsize=4096)
def _number(value: float, language: str, pattern: str | None = None) -> str:
    return format_decimal(value, pattern, locale=language)
