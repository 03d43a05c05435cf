"""What one publication costs does not grow with the product."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from bench.publish import FILL
from reviewapp.core.kit import Kit
from reviewapp.widgets.counting import recount_listing
from reviewapp.widgets.product_writer import publish_products
from tests import factories
from tests.widgets.stories import publish, shop_with_product

WRITTEN = """UPDATE publication
  SET dirty_chunks = '{}', dirty_at = NULL, dirty_questions = false, published_at = '2026-01-01'"""
SIZES = (10, 40, 1_000, 10_000)


@pytest.mark.filterwarnings("error")
def test_a_new_review_writes_as_many_bytes_and_files_whatever_the_size(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, int] = {}
    put: Any = kit.published.put

    def counted(path: str, content: bytes, **said: Any) -> None:
        if not path.endswith((".br", ".gz")):
            written[path.rpartition("/")[2].split("-")[0]] = len(content)
        put(path, content, **said)

    monkeypatch.setattr(kit.published, "put", counted)
    shop, _ = shop_with_product(kit)
    costs = {}
    for size in SIZES:
        with kit.database.transaction(shop.id) as session:
            product = factories.product(session, shop, f"P{size}")
            told = {"shop": shop.id, "product": product.id, "count": size}
            session.execute(text(FILL), told)
            recount_listing(session, product.id)
            session.execute(text(WRITTEN))
        written.clear()
        publish(kit, shop, product, title="Again", body="It keeps the tea warm. " * 8)
        assert publish_products(kit) == 1
        assert set(written) == {"head.json", "head.html", "index.html", "chunk", "page"}
        costs[size] = sum(written.values())
    full = [costs[size] for size in SIZES[1:]]
    assert max(full) <= 1.2 * min(full)
    assert costs[10] < max(full)
