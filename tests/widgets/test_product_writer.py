"""Who writes a product's documents, when, and what happens when a writer fails or is late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.review import Review
from reviewapp.models.widget import SHORTEST_PAUSE, Publication
from reviewapp.widgets import claims, product_writer
from reviewapp.widgets.claims import LEASE, claim_products
from reviewapp.widgets.pacing import LONGEST_PAUSE
from reviewapp.widgets.product_writer import publish_products
from reviewapp.widgets.publishing import publish_due, publish_once
from reviewapp.widgets.rebuilding import rebuild
from reviewapp.widgets.rules import CHUNK_SIZE
from reviewapp.widgets.service import refresh_review
from tests.widgets.stories import (
    change,
    head,
    publish,
    published_json,
    shop_with_product,
)

NOON = datetime(2036, 11, 22, 12, tzinfo=UTC)


def pause_of(kit: Kit, shop: Shop, product: Product) -> timedelta:
    with kit.database.transaction(shop.id) as session:
        return session.get_one(Publication, product.id).pause


def test_a_burst_ends_in_few_writes(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change every half second for 100 seconds of the clock, each time a publisher looks."""
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product)
    writes = 0
    write = product_writer.write_product

    def counted(*args: object, **values: object) -> list[str]:
        nonlocal writes
        writes += 1
        return write(*args, **values)

    monkeypatch.setattr(product_writer, "write_product", counted)
    for step in range(200):
        with clock.frozen(NOON + step * timedelta(milliseconds=500)):
            with kit.database.transaction(shop.id) as session:
                session.get_one(Review, review_id).helpful_count = step
                refresh_review(session, review_id)
            publish_products(kit)
    end = NOON + timedelta(seconds=100) + LONGEST_PAUSE
    with clock.frozen(end):
        publish_once(kit)
        assert publish_products(kit) == 0
    assert 2 <= writes <= 12
    assert head(kit, shop)["reviews"][0]["helpful"] == 199
    with clock.frozen(end + 2 * LONGEST_PAUSE):
        publish(kit, shop, product)
        assert publish_products(kit) == 1, "after a rest a change is written at once"
        assert pause_of(kit, shop, product) == SHORTEST_PAUSE


def test_what_is_taken_back_waits_for_no_burst_to_end(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product)
    for half_seconds in range(10):
        with clock.frozen(NOON + half_seconds * SHORTEST_PAUSE):
            with kit.database.transaction(shop.id) as session:
                refresh_review(session, review_id)
            publish_products(kit)
    assert pause_of(kit, shop, product) >= 4 * SHORTEST_PAUSE
    with clock.frozen(NOON + 10 * SHORTEST_PAUSE):
        assert publish_products(kit) == 0
        change(kit, shop, review_id, state="withdrawn")
        assert publish_products(kit) == 1
    assert head(kit, shop)["summary"]["count"] == 0


def test_a_rebuild_waits_for_no_burst_to_end(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product)
    for half_seconds in range(10):
        with clock.frozen(NOON + half_seconds * SHORTEST_PAUSE):
            with kit.database.transaction(shop.id) as session:
                session.get_one(Review, review_id).helpful_count = half_seconds
                refresh_review(session, review_id)
            publish_products(kit)
    assert head(kit, shop)["reviews"][0]["helpful"] < 9
    with clock.frozen(NOON + 10 * SHORTEST_PAUSE):
        rebuild(kit)
    assert head(kit, shop)["reviews"][0]["helpful"] == 9


def test_a_burst_wakes_a_worker_once_a_write(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits already is found by the worker that was woken, or by the clock."""
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product)
    pings: list[str] = []
    monkeypatch.setattr(kit.database, "ping", pings.append)
    for step in range(1, 20):
        with clock.frozen(NOON + step * timedelta(milliseconds=1)):
            change(kit, shop, review_id, title=f"Title {step}")
    assert len(pings) <= 1


def test_a_change_while_files_are_written_is_written_next(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    with clock.frozen(NOON):
        (claim,) = claim_products(kit)
        publish(kit, shop, product)
        assert claim_products(kit) == []
        product_writer._publish(kit, [claim])
        assert claim_products(kit) == []
    with clock.frozen(NOON + SHORTEST_PAUSE):
        (again,) = claim_products(kit)
    assert again.chunks == (0,)


def test_a_publisher_that_died_is_taken_over(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    with clock.frozen(NOON):
        assert len(claim_products(kit)) == 1
    with clock.frozen(NOON + LEASE + SHORTEST_PAUSE):
        assert publish_products(kit) == 1
    assert head(kit, shop)["summary"]["count"] == 1


def test_a_publisher_that_comes_back_late_has_its_files_written_over(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    with clock.frozen(NOON):
        (slow,) = claim_products(kit)
    with clock.frozen(NOON + LEASE + SHORTEST_PAUSE):
        assert publish_products(kit) == 1
        product_writer._publish(kit, [slow])
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
    with clock.frozen(NOON + LEASE + SHORTEST_PAUSE):
        assert publish_products(kit) == 1


def test_more_chunks_than_one_claim_may_hold_are_written_in_turn(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "MAX_CHUNKS", 2)
    shop, product = shop_with_product(kit)
    for _ in range(5 * CHUNK_SIZE):
        publish(kit, shop, product)
    publish_due(kit)
    for number in range(5):
        assert published_json(kit, shop, f"products/MUG/chunk-{number}.json")["reviews"]


def test_a_file_with_the_same_bytes_is_left_alone_but_never_the_head(kit: Kit) -> None:
    """Kept live answers are measured by the head's age; see `live_front`."""
    shop, product = shop_with_product(kit)
    for _ in range(2 * CHUNK_SIZE):
        publish(kit, shop, product)
    publish_products(kit)
    oldest = first_of(kit, product)
    before = inodes(kit, shop)
    with clock.frozen(NOON):
        with kit.database.transaction(shop.id) as session:
            refresh_review(session, oldest)
        assert publish_products(kit) == 1
    after = inodes(kit, shop)
    assert {name for name in after if after[name] != before[name]} == {
        "head.json",
        "head.json.br",
        "head.json.gz",
    }


def test_what_a_killed_write_left_is_written_whole(kit: Kit) -> None:
    """Killed between the twins and the plain file, then the change was taken back."""
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    publish_products(kit)
    twin = f"p/v1/{shop.widget_key}/products/MUG/chunk-0.json.br"
    good = kit.published.read(twin)
    with clock.frozen(NOON):
        with kit.database.transaction(shop.id) as session:
            refresh_review(session, first_of(kit, product))
        (killed,) = claim_products(kit)
        assert not killed.taken_over
        kit.published.put(twin, b"never meant to be read", content_type="application/json")
    with clock.frozen(NOON + LEASE + SHORTEST_PAUSE):
        assert publish_products(kit) == 1
    assert kit.published.read(twin) == good


def test_a_rebuild_writes_every_file_whatever_lies_there(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    rebuild(kit)
    twin = f"p/v1/{shop.widget_key}/products/MUG/chunk-0.json.br"
    good = kit.published.read(twin)
    kit.published.put(twin, b"spoilt by hand", content_type="application/json")
    rebuild(kit)
    assert kit.published.read(twin) == good


def first_of(kit: Kit, product: Product) -> UUID:
    """The oldest review of the product."""
    with kit.database.transaction(EVERY_SHOP) as session:
        oldest = select(Review.id).where(Review.listing_id == product.id, Review.position == 0)
        return session.scalars(oldest).one()


def inodes(kit: Kit, shop: Shop) -> dict[str, int]:
    """What each file of the product is in the file system's eyes: a new one when written."""
    folder = Path(kit.published.root) / f"p/v1/{shop.widget_key}/products/MUG"
    return {file.name: file.stat().st_ino for file in folder.iterdir()}
