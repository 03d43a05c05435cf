"""Who writes a product's documents, when, and what happens when a writer fails or is late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reviewapp.core import clock
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.models.widget import Publication
from reviewapp.widgets import product_writer
from reviewapp.widgets.product_writer import LEASE, PACE, claim_products, publish_products
from reviewapp.widgets.publishing import publish_due, publish_once
from reviewapp.widgets.rules import CHUNK_SIZE
from reviewapp.widgets.service import refresh_review
from tests.widgets.stories import (
    head,
    publish,
    published_json,
    shop_with_product,
)

NOON = datetime(2036, 11, 22, 12, tzinfo=UTC)


def test_a_burst_ends_in_few_writes(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """1,000 changes within 20 seconds of the clock; what counts is time, not their number."""
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product)
    writes = 0
    write = product_writer.write_product

    def counted(*args: object, **values: object) -> None:
        nonlocal writes
        writes += 1
        write(*args, **values)

    monkeypatch.setattr(product_writer, "write_product", counted)
    for step in range(200):
        with clock.frozen(NOON + step * timedelta(milliseconds=100)):
            with kit.database.transaction(shop.id) as session:
                for _ in range(5):
                    refresh_review(session, review_id)
            publish_products(kit)
    with clock.frozen(NOON + timedelta(minutes=1)):
        publish_once(kit)
        assert publish_products(kit) == 0
    assert 2 <= writes <= 50


def test_a_change_while_files_are_written_is_written_next(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    with clock.frozen(NOON):
        (claim,) = claim_products(kit)
        publish(kit, shop, product)
        assert claim_products(kit) == []
        product_writer._publish(kit, claim)
        assert claim_products(kit) == []
    with clock.frozen(NOON + PACE):
        (again,) = claim_products(kit)
    assert again.chunks == (0,)


def test_a_publisher_that_died_is_taken_over(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    with clock.frozen(NOON):
        assert len(claim_products(kit)) == 1
    with clock.frozen(NOON + LEASE + PACE):
        assert publish_products(kit) == 1
    assert head(kit, shop)["summary"]["count"] == 1


def test_a_publisher_that_comes_back_late_has_its_files_written_over(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    with clock.frozen(NOON):
        (slow,) = claim_products(kit)
    with clock.frozen(NOON + LEASE + PACE):
        assert publish_products(kit) == 1
        product_writer._publish(kit, slow)
        with kit.database.transaction(shop.id) as session:
            assert session.get_one(Publication, product.id).dirty_at is not None


def test_a_full_disk_keeps_the_product_waiting(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)

    def full(*_: object, **__: object) -> None:
        raise OutsideFailed

    with monkeypatch.context() as broken, clock.frozen(NOON):
        broken.setattr(product_writer, "put_document", full)
        assert publish_products(kit) == 0
    with clock.frozen(NOON + LEASE + PACE):
        assert publish_products(kit) == 1


def test_more_chunks_than_one_claim_may_hold_are_written_in_turn(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(product_writer, "MAX_CHUNKS", 2)
    shop, product = shop_with_product(kit)
    for _ in range(5 * CHUNK_SIZE):
        publish(kit, shop, product)
    publish_due(kit)
    for number in range(5):
        assert published_json(kit, shop, f"products/MUG/chunk-{number}.json")["reviews"]
