"""The ledger as evidence: chained, with terms, and without what is personal in it (P2, P3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, select, text

from reviewapp.audit.chain import breaks
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Review
from reviewapp.models.rights import PermissionDetail, PermissionEntry, StandingRight
from reviewapp.rights.ledger import (
    PROOF_KEPT,
    Act,
    Grantor,
    Origin,
    Subject,
    Terms,
    append,
    entries,
    forget_origins,
    salted_sha256,
    verify,
)
from reviewapp.rights.rules import Right, Term, terms_of
from reviewapp.rights.service import (
    expire_permissions,
    grant,
    ledger_of,
    record_permissions,
    rights_of,
    withdraw,
)
from reviewapp.rights.texts import licence_text
from tests import factories

WORDS, PHOTO = Subject("a" * 64), Subject("b" * 64)
FROM_A_PHONE = Origin("203.0.113.7", "Phone/1", "Ada L.")
ACT = Act("de", {"request": "r", "action": "submitted"}, FROM_A_PHONE)
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def review(session):
    return factories.review(session, factories.shop(session))


def written(session, review):
    record_permissions(session, review, granted=["ads"], subjects=[WORDS, PHOTO], act=ACT)
    withdraw(session, review, ACT, use="ads")
    session.flush()
    session.expire_all()  # what the database gives back is what must verify
    return list(entries(session, review.shop_id))


def test_every_entry_follows_the_one_before(session, review):
    rows = written(session, review)
    assert [row["number"] for row in rows] == list(range(1, 12))
    assert verify(session, review.shop_id) == []


@given(data=st.data())
def test_a_changed_missing_or_exchanged_entry_is_found(data):
    rows = [dict(row) for row in SAMPLE]
    at = data.draw(st.integers(0, len(rows) - 2))
    kind = data.draw(st.sampled_from(["change", "remove", "exchange", "insert"]))
    if kind == "change":
        field = data.draw(st.sampled_from(sorted(set(rows[0]) - {"number"})))
        rows[at][field] = "changed"
    elif kind == "remove":
        del rows[at]
    elif kind == "exchange":
        rows[at], rows[at + 1] = rows[at + 1], rows[at]
    else:
        rows.insert(at, dict(rows[at]))
    assert breaks(rows)


def _sample():
    from reviewapp.audit.chain import GENESIS, entry_hash

    made, previous = [], GENESIS
    for number in range(1, 8):
        row = {"number": number, "kind": "granted", "use": "ads", "proof": {"request": "r"},
               "ends_at": None, "previous_hash": previous}  # fmt: skip
        row["hash"] = previous = entry_hash(previous, row)
        made.append(row)
    return made


SAMPLE = _sample()


def test_a_change_by_the_database_s_superuser_is_found(kit, superuser_url):
    with kit.database.transaction("*") as session:
        review = factories.review(session, factories.shop(session))
        written(session, review)
    engine = create_engine(superuser_url)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE permission_entry SET kind = 'granted' WHERE number = 11"))
    engine.dispose()
    with kit.database.transaction(review.shop_id) as session:
        assert [found.number for found in verify(session, review.shop_id)] == [11]


def test_what_is_personal_lies_apart_under_a_salted_hash(session, review):
    grant(session, review, "ads", [WORDS], ACT)
    session.flush()
    entry = session.scalars(select(PermissionEntry)).one()
    detail = session.get_one(PermissionDetail, entry.id)
    assert (detail.address, detail.agent, detail.credit_line) == (
        "203.0.113.7",
        "Phone/1",
        "Ada L.",
    )
    assert entry.credit_sha256 == salted_sha256(detail.salt, "Ada L.")
    row = str(list(entries(session, review.shop_id)))
    assert not any(word in row for word in ("203.0.113.7", "Phone/1", "Ada"))


def test_address_and_agent_go_after_their_time_and_the_chain_holds(kit):
    with kit.database.transaction("*") as session:
        review = factories.review(session, factories.shop(session))
        grant(session, review, "ads", [WORDS], ACT)
    assert forget_origins(kit) == 0
    with time_machine.travel(datetime.now(UTC) + PROOF_KEPT + timedelta(days=1), tick=False):
        assert forget_origins(kit) == 1
        assert forget_origins(kit) == 0
    with kit.database.transaction(review.shop_id) as session:
        detail = session.scalars(select(PermissionDetail)).one()
        assert (detail.address, detail.agent, detail.credit_line) == (None, None, "Ada L.")
        assert verify(session, review.shop_id) == []


def test_the_ledger_outlives_the_review_it_speaks_of(session, review):
    shop_id = review.shop_id
    written(session, review)
    session.execute(text("SET LOCAL reviewapp.erasing = 'on'"))
    session.execute(delete(Review).where(Review.id == review.id))
    session.execute(delete(PermissionDetail))
    assert len(list(entries(session, shop_id))) == 11
    assert verify(session, shop_id) == []


def test_a_term_that_ran_out_is_written_down_and_told_once(kit):
    with time_machine.travel(NOW, tick=False) as traveller:
        with kit.database.transaction("*") as session:
            review = factories.review(session, factories.shop(session))
            terms = Terms(ends_at=NOW + timedelta(days=30))
            grant(session, review, "ads", [WORDS, PHOTO], ACT, terms)
        assert expire_permissions(kit) == 0
        traveller.move_to(NOW + timedelta(days=30))
        with kit.database.transaction(review.shop_id) as session:
            assert rights_of(session, review.id) == frozenset()
        assert (expire_permissions(kit), expire_permissions(kit)) == (2, 0)
    with kit.database.transaction(review.shop_id) as session:
        kinds = [row["kind"] for row in entries(session, review.shop_id)]
        assert kinds == ["granted", "granted", "expired", "expired"]
        told = session.scalars(select(OutboxEvent.name)).all()
        assert set(told) == {"permission.granted", "permission.withdrawn"}
        assert verify(session, review.shop_id) == []


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["granted", "declined", "withdrawn", "expired", "superseded", "asked"]),
        st.sampled_from(["ads", "email"]),
        st.sampled_from([WORDS, PHOTO]),
        st.sampled_from(["author", "depicted"]),
        st.sampled_from([None, 1, 5, 9]),
        st.sampled_from([None, "the hash of a grant"]),
    ),
    max_size=8,
)


@given(acts=ACTS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_projection_is_the_fold_after_any_sequence(session, acts):
    review = factories.review(session, factories.shop(session))
    grantor = Grantor(review.shop_id, review.id, None)
    for kind, use, subject, party, days, renews in acts:
        act = Act("de", {"action": "x"}, party=party)
        about = replace(subject, renews=renews if kind in ("granted", "declined") else None)
        terms = Terms(ends_at=days and datetime.now(UTC) + timedelta(days=days))
        append(session, grantor, [(kind, about, licence_text(use, "de"))], act, terms)
    kept = session.scalars(select(StandingRight).where(StandingRight.review_id == review.id)).all()
    folded = terms_of(ledger_of(session, review.id))
    assert {
        Right(one.use, one.subject_sha256): Term(one.starts_at, one.ends_at) for one in kept
    } == folded


def test_what_was_allowed_for_later_can_be_taken_back_before(session, review):
    start = datetime.now(UTC) + timedelta(days=9)
    grant(session, review, "ads", [WORDS], ACT, Terms(starts_at=start))
    assert rights_of(session, review.id) == frozenset()
    assert withdraw(session, review, ACT) == 1
