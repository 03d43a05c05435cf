from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DataError, StatementError

from reviewapp.core.db import EVERY_SHOP, exactly_one, ping_after_commit
from reviewapp.core.errors import Conflict
from reviewapp.models.account import Shop
from tests import factories


def test_a_transaction_commits_on_leaving(kit) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session)
    with kit.database.transaction(shop.id) as session:
        assert session.scalar(select(Shop.name)) == shop.name


def test_an_error_undoes_everything(kit) -> None:
    with pytest.raises(RuntimeError), kit.database.transaction(EVERY_SHOP) as session:
        factories.shop(session)
        raise RuntimeError
    with kit.database.transaction(EVERY_SHOP) as session:
        assert session.scalar(select(Shop.id)) is None


def test_workers_are_woken_only_after_the_commit(kit) -> None:
    woken: list[str] = []
    kit.database.ping = woken.append
    with kit.database.transaction(EVERY_SHOP) as session:
        ping_after_commit(session, "events")
        ping_after_commit(session, "events")
        assert woken == []
    assert woken == ["events"]


def test_nobody_is_woken_for_what_was_undone(kit) -> None:
    woken: list[str] = []
    kit.database.ping = woken.append
    with pytest.raises(RuntimeError), kit.database.transaction(EVERY_SHOP) as session:
        ping_after_commit(session, "events")
        raise RuntimeError
    assert woken == []


def test_a_naive_instant_is_refused(session) -> None:
    with pytest.raises(StatementError, match="naive"):
        factories.shop(session, created_at=datetime(2026, 1, 1))


def test_a_claim_that_changed_another_number_of_rows_is_a_conflict() -> None:
    exactly_one(1)
    with pytest.raises(Conflict):
        exactly_one(0)


def test_an_error_does_not_carry_what_people_told_into_the_log(kit) -> None:
    with pytest.raises(DataError) as caught, kit.database.transaction(EVERY_SHOP) as session:
        session.execute(text("SELECT :who, 1/0"), {"who": "ada@quist.example"})
    assert "ada@quist.example" not in str(caught.value)
