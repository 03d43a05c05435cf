"""A shop that changes its name, language or address: every document says so, in batches."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.widget import Publication
from reviewapp.outbox.relay import relay_events
from reviewapp.reactions import AFTER
from reviewapp.widgets import rewriting
from reviewapp.widgets.comparing import compare
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.rebuilding import rebuild
from reviewapp.widgets.service import refresh_shop
from tests import factories
from tests.widgets.stories import publish, shop_with_product

PAGES = ("head.html", "index.html", "page-0.html", "page-1.html")


def waiting(kit: Kit, shop: Shop) -> int:
    with kit.database.transaction(shop.id) as session:
        dirty = select(func.count()).where(Publication.dirty_at.is_not(None))
        return session.scalar(dirty) or 0


def events(kit: Kit, shop: Shop) -> list[OutboxEvent]:
    with kit.database.transaction(shop.id) as session:
        told = select(OutboxEvent).where(OutboxEvent.name == "storefront.outdated")
        return list(session.scalars(told.order_by(OutboxEvent.id)))


def test_a_change_of_language_rewrites_every_document_of_every_product(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for _ in range(22):
        publish(kit, shop, product)
    rebuild(kit)
    with kit.database.transaction(shop.id) as session:
        changed = session.get_one(Shop, shop.id)
        changed.locale, changed.name = "de-DE", "Ofen & Ton"
        refresh_shop(session, shop.id, ["locale", "name"])
    assert compare(kit) != []
    relay_events(kit, AFTER)
    while publish_due(kit):
        pass
    for page in PAGES:
        document = kit.published.read(f"p/v1/{shop.widget_key}/products/MUG/{page}").decode()
        assert "Newest first" not in document
        assert "Ofen &amp; Ton" in document or page == "head.html"
    assert [each for each in compare(kit) if "/products/" in each.path] == []


def test_batches_follow_one_another_and_end_where_a_repeated_one_ends(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewriting, "BATCH", 2)
    shop, product = shop_with_product(kit)
    with kit.database.transaction(shop.id) as session:
        others = [factories.product(session, shop, f"P{number}") for number in range(4)]
    for each in (product, *others):
        publish(kit, shop, each)
    with kit.database.transaction(shop.id) as session:
        session.execute(text("UPDATE publication SET dirty_chunks = '{}', dirty_at = NULL"))
        rewriting.outdate_products(session, shop.id)
        rewriting.outdate_products(session, shop.id)
    now, marked = clock.now(), []
    for _ in range(3):
        with clock.frozen(now):
            relay_events(kit, AFTER)
            relay_events(kit, AFTER)
        marked.append(waiting(kit, shop))
        now += rewriting.BETWEEN + timedelta(seconds=1)
    assert marked == [2, 4, 5]
    assert len(events(kit, shop)) == 6
    with kit.database.transaction(shop.id) as session:
        chunks = session.scalars(select(Publication.dirty_chunks)).all()
    assert list(chunks) == [[0]] * 5


def test_what_no_product_tells_of_leaves_products_alone(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product)
    with kit.database.transaction(shop.id) as session:
        refresh_shop(session, shop.id, ["usage_days", "incentive"])
    assert events(kit, shop) == []
