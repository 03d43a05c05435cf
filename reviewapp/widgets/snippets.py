"""The lines of HTML a store pastes: script, tags with what they say without scripts, frames."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlencode

from markupsafe import escape

from reviewapp.widgets.assets import BUILT, FOLDER
from reviewapp.widgets.rules import product_key

FRAME_HEIGHTS = {"stars": 32, "summary": 280, "list": 720, "gallery": 360, "carousel": 320,
                 "questions": 480, "badge": 160, "form": 960}  # fmt: skip
"""Heights of a frame in pixels before the page that holds it knows better."""
TAGS = tuple(FRAME_HEIGHTS)
RESIZE = """<script>
addEventListener("message", ({ source, data }) => {
  for (const frame of document.querySelectorAll("iframe.reviews"))
    if (frame.contentWindow === source && data.reviewHeight) frame.height = data.reviewHeight;
});
</script>"""
"""Optional: lets frames be as high as what they hold; without it they scroll."""


@dataclass(frozen=True)
class Store:
    """Whose snippets: the public address of this installation, the shop's key and folder."""

    host: str
    widget_key: str

    @property
    def folder(self) -> str:
        """Where the shop's published documents are."""
        return f"{self.host}/p/v1/{self.widget_key}"


def script_tag(store: Store) -> str:
    """The one script, always the newest."""
    return (
        f'<script type="module" src="{store.host}/{FOLDER}/embed.js" '
        f'data-shop="{store.widget_key}"></script>'
    )


def pinned_script_tag(store: Store) -> str | None:
    """The script at its present version, checked by the browser; None where none is built."""
    name = _manifest().get("embed.js pinned")
    if name is None:
        return None
    digest = b64encode(hashlib.sha384((BUILT / name).read_bytes()).digest()).decode()
    return (
        f'<script type="module" src="{store.host}/{FOLDER}/{name}" '
        f'data-shop="{store.widget_key}" integrity="sha384-{digest}" '
        'crossorigin="anonymous"></script>'
    )


def tag_snippet(
    store: Store, tag: str, product: str, collection: str, words: Mapping[str, str]
) -> str:
    """A tag and what stands inside it until, or instead of, our part; `words` by tag."""
    sku, page = escape(product), f"{store.folder}/products/{product_key(product)}"
    inside = {
        "stars": "&nbsp;",
        "list": f'<a href="{page}/index.html">{escape(words["list"])}</a>',
        "questions": f'<a href="{page}/questions.html">{escape(words["questions"])}</a>',
        "badge": f'<a href="{store.folder}/reviews/index.html">{escape(words["badge"])}</a>',
        "form": f'<a href="{write_address(store, product)}">{escape(words["form"])}</a>',
    }.get(tag, "")
    about = f' product="{sku}"'
    if tag == "carousel":
        about = f' collection="{escape(collection)}"'
    elif tag == "badge":
        about = ""
    return f"<review-{tag}{about}>{inside}</review-{tag}>"


def write_address(store: Store, product: str) -> str:
    """The page on which a review is written without our script."""
    return f"{store.host}/write/{store.widget_key}/{quote(product_key(product))}"


def frame_path(store: Store, tag: str, product: str, collection: str, **looks: str) -> str:
    """The address of a tag alone in a frame, below the installation's host."""
    about = {"shop": store.widget_key, "tag": f"review-{tag}"}
    if tag == "carousel":
        about["collection"] = collection
    elif tag != "badge":
        about["product"] = product
    return f"/{FOLDER}/frame.html?{urlencode(about | looks)}"


def frame_snippet(store: Store, tag: str, product: str, collection: str, title: str) -> str:
    """A frame for builders that take no scripts; `title` is said by screen readers."""
    address = escape(store.host + frame_path(store, tag, product, collection))
    return (
        f'<iframe class="reviews" src="{address}" title="{escape(title)}" '
        f'width="100%" height="{FRAME_HEIGHTS[tag]}" loading="lazy"></iframe>'
    )


@lru_cache(maxsize=1)
def _manifest() -> dict[str, str]:
    found: dict[str, str] = json.loads((BUILT / "manifest.json").read_text())
    return found
