"""Who sends what, and what becomes of it when a sender dies."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.outbox import Mail
from reviewapp.outbox import claims
from reviewapp.outbox.claims import Claims
from reviewapp.outbox.marks import Settlement
from reviewapp.outbox.owners import owner
from tests.outbox.delivering import NOW, queue, row

pytestmark = pytest.mark.usefixtures("at_nine")


def claimed(kit: Kit) -> tuple[Claims[Mail], claims.Claim[Mail]]:
    book = Claims(kit.database, Mail)
    return book, book.take(100)


def pretend(kit: Kit, **values: Any) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(update(Mail).values(**values))


def dead_owner(claim_id: str) -> str:
    """The claim as a process of this host that is gone would have left it."""
    gone = subprocess.run(
        [sys.executable, "-c", "from reviewapp.outbox.owners import owner; print(owner())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return claim_id.replace(owner(), gone)


def test_two_senders_never_claim_the_same_row(kit: Kit, shop_id: UUID) -> None:
    for _ in range(5):
        queue(kit, shop_id)
    book = Claims(kit.database, Mail)
    first, second = book.take(3), book.take(3)
    assert len(first.rows) == 3
    assert len(second.rows) == 2
    assert not {mail.id for mail in first.rows} & {mail.id for mail in second.rows}
    book.forget(first)
    book.forget(second)


def test_what_a_dead_sender_had_not_begun_is_planned_again_at_once(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    pretend(kit, claim_id=dead_owner(claim.id))
    assert book.recover() == 1
    assert (row(kit).state, row(kit).claim_id) == ("planned", None)
    book.forget(claim)


def test_what_a_dead_sender_had_begun_is_unknown(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    pretend(kit, claim_id=dead_owner(claim.id), sending_at=NOW)
    assert book.recover() == 1
    assert (row(kit).state, row(kit).reason) == ("unknown", "sender_died")
    book.forget(claim)


def test_a_database_that_crashed_may_have_lost_the_mark(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    host, pid, started, _, nonce = dead_owner(claim.id).split("/")
    pretend(kit, claim_id=f"{host}/{pid}/{started}/2020-01-01 00:00:00+00/{nonce}")
    assert book.recover() == 1
    assert (row(kit).state, row(kit).reason) == ("unknown", "database_crashed")
    book.forget(claim)


def test_a_living_sender_is_never_robbed(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from reviewapp.outbox.owners import owner; print(owner(), flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as living:
        assert living.stdout is not None
        pretend(kit, claim_id=claim.id.replace(owner(), living.stdout.readline().strip()))
        with clock.frozen(NOW + timedelta(days=1)):
            assert book.recover() == 0
        living.communicate("\n")
    assert book.recover() == 1
    book.forget(claim)


def test_a_claim_of_this_process_is_kept_while_it_works_and_taken_up_after_a_failure(
    kit: Kit, shop_id: UUID
) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    assert book.recover() == 0
    book.forget(claim)
    assert book.recover() == 1


def test_another_hosts_claim_holds_for_its_lease(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    _, pid, started, memory, nonce = claim.id.split("/")
    pretend(kit, claim_id=f"elsewhere/{pid}/{started}/{memory}/{nonce}")
    with clock.frozen(NOW + claims.LEASE):
        assert book.recover() == 0
    with clock.frozen(NOW + claims.LEASE + timedelta(seconds=1)):
        assert book.recover() == 1
    book.forget(claim)


def test_a_row_that_was_taken_away_is_not_sent(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    with book.opened():
        pretend(kit, state="planned", claim_id=None)
        assert not book.turn(claim, None, claim.rows[0].id, "<x@y>")
        pretend(kit, state="claimed", claim_id=claim.id, sending_at=NOW)
        assert not book.turn(claim, None, claim.rows[0].id, "<x@y>")
        pretend(kit, sending_at=None)
        assert book.turn(claim, None, claim.rows[0].id, "<x@y>")
    book.forget(claim)


def test_an_answer_that_comes_after_the_row_was_given_up_still_counts(
    kit: Kit, shop_id: UUID
) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    pretend(kit, state="unknown", reason="sender_died", sending_at=NOW)
    with book.opened():
        book.settle(claim, [Settlement(claim.rows[0].id, "sent", None, None, "250 ok", 1)])
    assert (row(kit).state, row(kit).reason, row(kit).sent_at) == ("sent", None, NOW)


def test_marks_are_not_flushed_one_by_one_and_stay_out_of_the_pool(kit: Kit) -> None:
    with Claims(kit.database, Mail).opened() as book:
        setting = book._book().connection.execute("SHOW synchronous_commit").fetchone()
        assert setting == ("off",)
    with kit.database.engine.connect() as connection:
        scope = connection.scalar(text("SELECT current_setting('reviewapp.shop_id', true)"))
    assert scope in (None, "")


def test_marking_needs_an_open_book(kit: Kit, shop_id: UUID) -> None:
    queue(kit, shop_id)
    book, claim = claimed(kit)
    with pytest.raises(RuntimeError, match="opened"):
        book.turn(claim, None, claim.rows[0].id, "<x@y>")
    book.forget(claim)
