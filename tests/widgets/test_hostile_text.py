"""Whatever people write or shops name things, every published file stays what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from justhtml import JustHTML

from reviewapp.core.kit import Kit
from reviewapp.core.storage import checked_key
from reviewapp.models.account import Shop
from reviewapp.models.question import Answer, Question
from reviewapp.models.review import Reply
from reviewapp.web.storefront import external_id_of
from reviewapp.widgets.files import _SAFE
from reviewapp.widgets.rebuilding import rebuild
from reviewapp.widgets.rules import product_key
from tests import factories
from tests.widgets.stories import all_files

pytestmark = pytest.mark.shared
A_REVIEW, A_PRODUCT = 4, 120
LOADS = ("script", "iframe", "object", "embed", "style", "svg", "form", "base", "meta", "link")


def hostile(folder: Path) -> list[str]:
    """Every line and string of the collection; NUL cannot be stored and is refused at the door."""
    found: list[str] = list(json.loads((folder / "blns.json").read_text()))
    for file in sorted(folder.rglob("*.txt")):
        found += file.read_text(errors="replace").splitlines()
    kept = {text.replace("\0", "").encode("utf-8", "replace").decode() for text in found}
    return sorted(text for text in kept if text.strip())


@pytest.fixture
def texts(shared_data: Path) -> list[str]:
    return hostile(shared_data / "hostile_text")


def test_every_product_id_has_a_safe_folder_that_leads_back_to_it(texts: list[str]) -> None:
    for text in texts:
        key = product_key(text)
        assert external_id_of(key) == text
        if len(text.encode()) <= 149:
            assert checked_key(f"p/v1/wk_x/products/{key}/head.json")
            assert _SAFE.fullmatch(f"/p/v1/wk_x/products/{key}/head.json")


def test_every_file_stays_well_formed_and_nothing_can_run(kit: Kit, texts: list[str]) -> None:
    assert len(texts) > 1000
    with kit.database.transaction("*") as session:
        shop = factories.shop(session, name=texts[3])
    for start in range(0, len(texts), A_PRODUCT):
        _fill(kit, shop, texts[start : start + A_PRODUCT], start)
    rebuild(kit)
    files = {
        key: v for key, v in all_files(kit).items() if key.startswith(f"p/v1/{shop.widget_key}")
    }
    kinds = {".json": json.loads, ".xml": Xml.fromstring}
    shown: set[str] = set()
    for key, content in files.items():
        check = kinds.get(Path(key).suffix)
        told = check(content) if check else None
        if key.endswith(".html"):
            _check_page(key, content.decode())
        if "/chunk-" in key and key.endswith(".json"):
            shown |= {review["title"] for review in told["reviews"]}
    assert shown == set(texts[::A_REVIEW])


def _fill(kit: Kit, shop: Shop, texts: list[str], start: int) -> None:
    """One product whose every field, review, answer and question is made of these."""
    first, last = texts[0], texts[-1]
    named = f"{start}{first}".encode()[:140].decode(errors="ignore")
    with kit.database.transaction(shop.id) as session:
        product = factories.product(
            session, shop, named, title=first, brand=last, sku=first, mpn=last,
            url="https://kiln.example/?q=<\"'&>", product_type="shirt",
        )  # fmt: skip
        whole = "\n\n".join(texts)
        asked = Question(
            shop_id=shop.id, product_id=product.id, body=whole, state="published",
            author_name=last, published_at=shop.created_at,
        )  # fmt: skip
        factories.add(session, asked)
        answer = {"body": whole, "author_name": first, "state": "published", "by": "buyer"}
        factories.add(session, Answer(shop_id=shop.id, question_id=asked.id, **answer))
        for place in range(0, len(texts), A_REVIEW):
            some = texts[place : place + A_REVIEW]
            review = factories.review(
                session, shop, product, state="published", title=some[0], display_name=some[-1],
                body="\n\n".join(some), incentivized=True, incentive_disclosure=some[0],
                answers={"fit": some[0]}, source=some[-1][:50],
            )  # fmt: skip
            reply = Reply(
                shop_id=shop.id, review_id=review.id, kind="x", improvement="x",
                body="\n\n".join(some), published_at=shop.created_at,
            )  # fmt: skip
            factories.add(session, reply)


def _check_page(key: str, page: str) -> None:
    """Parsed as a browser does, strictly; nothing in it loads, runs or leads to a script."""
    fragment = key.endswith("head.html")
    document = JustHTML(page, strict=not fragment, fragment=fragment, sanitize=False)
    for node in _elements(document.root):
        attributes = node.attrs or {}
        if node.name == "script":
            assert attributes == {"type": "application/ld+json"}, key
            json.loads("".join(child.data for child in node.children))
        elif node.name in LOADS:
            assert node.name in ("meta", "link"), (key, node.name)
        for name, value in attributes.items():
            assert not name.startswith("on"), (key, name)
            if name in ("href", "src") and ":" in (value or "").split("/")[0]:
                assert value.startswith(("http://", "https://")), (key, value)


def _elements(node: Any) -> Iterator[Any]:
    for child in getattr(node, "children", None) or ():
        if child.name and child.name[0] not in "#!":
            yield child
        yield from _elements(child)
