"""The migrations build exactly what the models say, behind walls between shops."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from reviewapp.core.db import EVERY_SHOP, Base
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from tests import factories

APPEND_ONLY = (
    "audit_entry",
    "permission_entry",
    "review_version",
    "moderation_decision",
    "media_decision",
    "licence_wording",
)


def test_models_match_migrations(kit: Kit) -> None:
    with kit.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_every_table_with_a_shop_is_walled_off(kit: Kit) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        walled = set(
            session.scalars(
                text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
            )
        )
    owned = {table.name for table in Base.metadata.sorted_tables if "shop_id" in table.c}
    assert owned | {"shop"} <= walled


def test_a_shop_sees_and_writes_only_its_own_rows(kit: Kit) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        ours, theirs = factories.shop(session), factories.shop(session)
        factories.review(session, theirs)
    with kit.database.transaction(ours.id) as session:
        for table in ("shop", "review", "product"):
            count = session.scalar(text(f'SELECT count(*) FROM "{table}" WHERE true'))
            assert count == (1 if table == "shop" else 0)
        changed = session.execute(text("UPDATE product SET title = 'stolen'"))
        assert changed.rowcount == 0


def test_a_transaction_without_a_shop_sees_nothing(kit: Kit) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        factories.shop(session)
    with kit.database.transaction(new_id()) as session:
        assert session.scalar(text("SELECT count(*) FROM shop")) == 0
    with kit.database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM shop")) == 0


def test_append_only_tables_have_their_guard(kit: Kit) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        guarded = set(
            session.scalars(
                text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE :name"),
                {"name": "%_append_only"},
            )
        )
    assert set(APPEND_ONLY) <= guarded
