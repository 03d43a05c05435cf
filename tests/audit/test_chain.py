from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from reviewapp.audit.chain import GENESIS, breaks, entry_hash
from reviewapp.audit.service import entries, record, verify
from reviewapp.core.db import EVERY_SHOP


def chain(length: int) -> list[dict]:
    made, previous = [], GENESIS
    for number in range(1, length + 1):
        entry = {"number": number, "shop_id": "s", "at": "2026-01-01T00:00:00+00:00",
                 "actor": "clock", "action": "x.done", "subject": f"x:{number}",
                 "detail": {"n": number}, "previous_hash": previous}  # fmt: skip
        entry["hash"] = previous = entry_hash(previous, entry)
        made.append(entry)
    return made


def test_a_chain_as_it_was_written_has_no_breaks() -> None:
    assert breaks(chain(20)) == []


@given(st.integers(0, 9), st.sampled_from(["actor", "action", "subject", "at"]))
def test_a_changed_entry_is_named(index: int, field: str) -> None:
    tampered = chain(10)
    tampered[index][field] += "x"
    assert index + 1 in {found.number for found in breaks(tampered)}


@given(st.integers(0, 8))
def test_a_removed_entry_shows_at_the_one_behind_it(index: int) -> None:
    tampered = chain(10)
    del tampered[index]
    assert index + 2 in {found.number for found in breaks(tampered)}


@given(st.integers(0, 8))
def test_exchanged_entries_are_found(index: int) -> None:
    tampered = chain(10)
    tampered[index], tampered[index + 1] = tampered[index + 1], tampered[index]
    assert breaks(tampered)


def test_the_stored_log_verifies_and_refuses_changes(kit, shop) -> None:
    for number in range(3):
        with kit.database.transaction(shop.id) as session:
            record(session, shop_id=shop.id, actor="clock", action="x.done",
                   subject=f"x:{number}", count=number)  # fmt: skip
    with kit.database.transaction(shop.id) as session:
        assert [entry["number"] for entry in entries(session, shop.id)] == [1, 2, 3]
        assert verify(session, shop.id) == []
    for change in (
        "UPDATE audit_entry SET actor = 'nobody'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    ):
        with pytest.raises(IntegrityError, match="append-only"), \
                kit.database.transaction(EVERY_SHOP) as session:  # fmt: skip
            session.execute(text(change))


def test_a_change_by_the_database_s_superuser_is_found(kit, shop, superuser_url) -> None:
    for number in range(3):
        with kit.database.transaction(shop.id) as session:
            record(session, shop_id=shop.id, actor="clock", action="x.done", subject=f"x:{number}")
    engine = create_engine(superuser_url)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE audit_entry SET actor = 'nobody' WHERE number = 2"))
    engine.dispose()
    with kit.database.transaction(shop.id) as session:
        assert [found.number for found in verify(session, shop.id)] == [2]
