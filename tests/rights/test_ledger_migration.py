"""Permissions given before the ledger was a chain are chained by the migration, and verify."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import text

from reviewapp.core.db import EVERY_SHOP, Database
from reviewapp.core.ids import new_id
from reviewapp.migrations.upgrade import upgrade
from reviewapp.rights.ledger import entries, verify
from tests.conftest import _create_database, _named

OLD_ENTRY = text("""
    INSERT INTO permission_entry (id, created_at, shop_id, kind, use, review_id, subject_sha256,
                                  text_version, text_language, text_sha256, proof)
    VALUES (:id, now(), :shop, 'granted', 'ads', :review, :sha, '1', 'de', :sha,
            '{"request": "ü", "action": "submitted"}')
""")


@pytest.fixture
def before(worker_name):
    """A database as it was before."""
    name = f"reviewapp_before_{worker_name}"
    _create_database(os.environ["TEST_POSTGRES"], name)
    database = Database(_named(os.environ["TEST_POSTGRES"], name))
    upgrade(database.engine, "0001")
    yield database
    database.close()


def test_old_entries_are_chained_shop_by_shop(before):
    shops = [new_id(), new_id()]
    with before.transaction(EVERY_SHOP) as session:
        for shop in shops:
            review = _old_review(session, shop)
            for number in range(3):
                session.execute(
                    OLD_ENTRY,
                    {"id": new_id(), "shop": shop, "review": review, "sha": str(number) * 64},
                )
    upgrade(before.engine)
    for shop in shops:
        with before.transaction(shop) as session:
            assert [entry["number"] for entry in entries(session, shop)] == [1, 2, 3]
            assert verify(session, shop) == []


def _old_review(session, shop):
    """The fewest rows an old entry could point to."""
    product, review = new_id(), new_id()
    session.execute(
        text("""
            INSERT INTO shop (id, created_at, name, email, locale, time_zone, postal_address, color,
                              widget_key, settings)
            VALUES (:shop, now(), 'K', 'k@kiln.example', 'en', 'UTC', '', '#333333', :key, '{}')
        """),
        {"shop": shop, "key": f"wk_{shop}"},
    )
    session.execute(
        text("""
            INSERT INTO product (id, created_at, shop_id, source, external_id, title, tags,
                                 excluded, updated_at)
            VALUES (:id, now(), :shop, 'own', 'p', 'Pot', '{}', false, now())
        """),
        {"id": product, "shop": shop},
    )
    session.execute(
        text("""
            INSERT INTO review (id, created_at, shop_id, product_id, rating, title, body, answers,
                                display_name, locale, state, version, submitted_at, verified_buyer,
                                incentivized, source, redactions)
            VALUES (:id, now(), :shop, :product, 5, '', 'Good.', '{}', 'A', 'en', 'pending', 1,
                    now(), false, false, 'own', '[]')
        """),
        {"id": review, "shop": shop, "product": product},
    )
    return review
