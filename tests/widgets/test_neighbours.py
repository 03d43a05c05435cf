"""Pages of a long list name their neighbours, both ways, and wear the shop's colour."""

from __future__ import annotations

import re

import pytest

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.widgets.comparing import compare
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.rebuilding import rebuild
from reviewapp.widgets.rules import CHUNK_SIZE
from tests.widgets.stories import publish, shop_with_product

LINK = re.compile(r'<link rel="(prev|next)" href="([^"]+)">')


@pytest.fixture
def shop(kit: Kit) -> Shop:
    """A shop whose mug has just begun its third chunk of reviews."""
    made, product = shop_with_product(kit)
    for _ in range(2 * CHUNK_SIZE):
        publish(kit, made, product)
    rebuild(kit)
    publish(kit, made, product)
    while publish_due(kit):
        pass
    return made


@pytest.mark.parametrize("folder", ["products/MUG", "reviews"])
def test_reading_on_and_back_passes_every_page(kit: Kit, shop: Shop, folder: str) -> None:
    def neighbours(page: str) -> dict[str, str]:
        document = kit.published.read(f"p/v1/{shop.widget_key}/{folder}/{page}").decode()
        assert f'/{folder}/{page}">' in document, "the canonical address"
        return dict(LINK.findall(document))

    assert neighbours("index.html") == {"next": "page-1.html"}
    assert neighbours("page-2.html") == {"prev": "index.html", "next": "page-1.html"}
    assert neighbours("page-1.html") == {"prev": "page-2.html", "next": "page-0.html"}
    assert neighbours("page-0.html") == {"prev": "page-1.html"}
    assert [each for each in compare(kit) if f"/{folder}/" in each.path] == []


def test_pages_wear_the_shops_colour_readably(kit: Kit, shop: Shop) -> None:
    base = f"p/v1/{shop.widget_key}"
    theme = kit.published.read(f"{base}/theme.css").decode()
    assert "--accent-text:light-dark(#" in theme
    for page, up in (
        ("products/MUG/index.html", "../.."),
        ("reviews/page-0.html", ".."),
        ("policy.html", "."),
    ):
        link = f'<link rel="stylesheet" href="{up}/theme.css">'
        assert link in kit.published.read(f"{base}/{page}").decode()
