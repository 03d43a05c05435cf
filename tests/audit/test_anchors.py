"""Heads of the log kept outside the database."""

from __future__ import annotations

from sqlalchemy import select, text

from reviewapp.audit.anchors import MOST_ANCHORS, anchor_logs, anchors, missing
from reviewapp.audit.service import record, verify
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review import Review
from reviewapp.rights import ledger
from reviewapp.rights.ledger import Act, Subject
from reviewapp.rights.service import grant
from tests import factories


def write(kit: Kit, shop: Shop, count: int) -> None:
    with kit.database.transaction(shop.id) as session:
        for number in range(count):
            record(session, shop_id=shop.id, actor="clock", action="x", subject=f"x:{number}")


def cut(kit: Kit, shop: Shop, number: int) -> None:
    """What somebody with all rights in the database can do."""
    with kit.database.transaction(shop.id) as session:
        session.execute(text("SET LOCAL reviewapp.erasing = 'on'"))
        session.execute(text("DELETE FROM audit_entry WHERE number >= :n"), {"n": number})


def test_entries_cut_off_the_end_are_missed(kit: Kit, shop: Shop) -> None:
    write(kit, shop, 3)
    assert anchor_logs(kit) == 1
    assert anchor_logs(kit) == 0, "only where the head moved"
    with kit.database.transaction(shop.id) as session:
        assert missing(session, kit.storage, shop.id) == []
    cut(kit, shop, 3)
    with kit.database.transaction(shop.id) as session:
        assert verify(session, shop.id) == [], "the chain alone does not see it"
        assert [one.number for one in missing(session, kit.storage, shop.id)] == [3]
    write(kit, shop, 2)
    with kit.database.transaction(shop.id) as session:
        assert verify(session, shop.id) == []
        assert [one.number for one in missing(session, kit.storage, shop.id)] == [3], "rewritten"


def test_heads_are_kept_up_to_a_bound(kit: Kit, shop: Shop) -> None:
    for _ in range(3):
        write(kit, shop, 1)
        anchor_logs(kit)
    assert [one["number"] for one in anchors(kit.storage, shop.id)] == [1, 2, 3]
    assert MOST_ANCHORS >= 24 * 30


def test_a_ledger_that_was_cut_or_written_anew_is_missed(kit: Kit, shop: Shop) -> None:
    def give(use: str) -> None:
        with kit.database.transaction(shop.id) as session:
            review = session.scalars(select(Review)).first() or factories.review(session, shop)
            act = Act("en", {"action": "test"})
            grant(session, review, use, [Subject("a" * 64)], act)

    give("ads")
    give("print")
    assert anchor_logs(kit) == 1
    with kit.database.transaction(shop.id) as session:
        assert missing(session, kit.storage, shop.id, "permissions") == []
        session.execute(text("SET LOCAL reviewapp.erasing = 'on'"))
        session.execute(text("DELETE FROM permission_entry WHERE number = 2"))
    for _again in range(2):
        with kit.database.transaction(shop.id) as session:
            assert ledger.verify(session, shop.id) == [], "the chain alone does not see it"
            cut_off = missing(session, kit.storage, shop.id, "permissions")
            assert [one.number for one in cut_off] == [2]
        give("email")
