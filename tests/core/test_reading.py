"""Readers see one shop, write nothing, and outlive a restart of the server."""

from __future__ import annotations

import pytest
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import OperationalError

from reviewapp.core.db import EVERY_SHOP, Database
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from tests import factories

NAMES = select(Shop.name).order_by(Shop.name)
SCOPE = select(func.current_setting("reviewapp.shop_id", True).label("shop"))
BACKEND = select(func.pg_backend_pid().label("pid"))


@pytest.fixture
def shops(kit: Kit) -> tuple[Shop, Shop]:
    """Two shops, and readers that have a single connection for both."""
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.shop(session, name="Kiln"), factories.shop(session, name="Loom")


def test_each_shop_sees_its_own_on_the_same_connection(kit: Kit, shops: tuple[Shop, Shop]) -> None:
    seen, backends = [], set()
    for shop in (*shops, *shops):
        with kit.database.reading(shop.id) as reading:
            backends.add(reading.execute(BACKEND).all()[0].pid)
            seen.append([row.name for row in reading.execute(NAMES).all()])
    assert len(backends) == 1
    assert seen == [["Kiln"], ["Loom"], ["Kiln"], ["Loom"]]


def test_the_scope_ends_with_its_statement_and_without_one_nothing_is_seen(
    kit: Kit, shops: tuple[Shop, Shop]
) -> None:
    with kit.database.reading(shops[0].id) as reading:
        assert reading.execute(SCOPE).all()[0].shop == str(shops[0].id)
        bare = reading._lent.driver_connection
        assert bare is not None
        assert bare.execute("SELECT current_setting('reviewapp.shop_id', true)").fetchone() in (
            (None,), ("",),
        )  # fmt: skip
        assert bare.execute("SELECT name FROM shop").fetchall() == []


def test_a_statement_that_fails_leaves_no_scope_behind(kit: Kit, shops: tuple[Shop, Shop]) -> None:
    broken = select((1 / func.length("")).label("none"))
    with kit.database.reading(shops[0].id) as reading:
        with pytest.raises(Exception, match="division by zero"):
            reading.execute(broken)
        with kit.database.reading(shops[1].id) as other:
            assert [row.name for row in other.execute(NAMES).all()] == ["Loom"]
        assert [row.name for row in reading.execute(NAMES).all()] == ["Kiln"]


def test_readers_cannot_write(kit: Kit, shops: tuple[Shop, Shop]) -> None:
    added = insert(Shop).values(name="Third").returning(Shop.id).cte("added")
    with kit.database.reading(shops[0].id) as reading, pytest.raises(ReadOnlySqlTransaction):
        reading.execute(select(added.c.id))


def test_a_connection_that_was_cut_is_replaced_unnoticed(
    kit: Kit, shops: tuple[Shop, Shop], superuser_url: str
) -> None:
    with kit.database.reading(shops[0].id) as reading:
        [backend] = reading.execute(BACKEND).all()
    superuser = Database(superuser_url, pool_size=1)
    with superuser.transaction(EVERY_SHOP) as session:
        session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend.pid})
    superuser.close()
    with kit.database.reading(shops[0].id) as reading:
        assert [row.name for row in reading.execute(NAMES).all()] == ["Kiln"]


def test_without_a_server_it_is_said_as_everywhere(shops: tuple[Shop, Shop]) -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(OperationalError), database.reading(shops[0].id):
        pass
    database.close()
