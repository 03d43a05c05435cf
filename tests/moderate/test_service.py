from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from reviewapp.audit.service import verify
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Conflict, Invalid
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import REVIEW_STATES, ModerationDecision, Review
from reviewapp.moderate.carrying_out import Decision, Seen
from reviewapp.moderate.passages import Passage, find_passages
from reviewapp.moderate.rules import REASONS_BY_ACTION, decision_options
from reviewapp.moderate.screening import publish_overdue
from reviewapp.moderate.service import CLOCK, By, decide
from tests import factories

PROGRAM = By("api", "key:tests")
REFUSE = Decision("refuse", "unrelated", "It is about another shop.")


@pytest.fixture
def review(session: Session) -> Review:
    return factories.review(session, factories.shop(session))


def events(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id)))


def test_publishing_leaves_a_decision_an_event_and_a_log_entry(
    session: Session, review: Review
) -> None:
    row = decide(session, review, Decision("publish"), by=PROGRAM)
    assert (review.state, review.decide_by) == ("published", None)
    assert review.decided_at is not None
    assert (row.action, row.reason, row.actor, row.version) == ("publish", None, "api", 1)
    assert events(session) == ["review.published"]
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor) == ("review.publish", "key:tests")
    assert entry.subject == f"review:{review.id}"
    assert verify(session, review.shop_id) == []


def test_refusing_keeps_reason_note_and_what_it_is_about(session: Session, review: Review) -> None:
    passages = tuple(find_passages({"title": "", "body": review.body}, "handle fits"))
    refusal = Decision("refuse", "unrelated", " Not about the mug. ", passages)
    row = decide(session, review, refusal, by=PROGRAM)
    assert (review.state, row.reason, row.note) == ("refused", "unrelated", "Not about the mug.")
    event = session.scalars(select(OutboxEvent)).one()
    assert event.name == "review.refused"
    assert event.payload["passages"] == [["body", 26, 37]]


@pytest.mark.parametrize("reason", [None, "", "too_negative", "author_withdrew", "publish"])
def test_refusing_needs_a_listed_reason(
    session: Session, review: Review, reason: str | None
) -> None:
    with pytest.raises(Invalid) as caught:
        decide(session, review, Decision("refuse", reason, "Because."), by=PROGRAM)
    assert "reason" in caught.value.fields
    assert review.state == "pending"


@pytest.mark.parametrize("action", ["refuse", "redact", "hold"])
def test_whatever_is_not_publishing_needs_a_note(
    session: Session, review: Review, action: str
) -> None:
    decision = Decision(action, REASONS_BY_ACTION[action][0], " \n", (Passage("body", 0, 3),))
    with pytest.raises(Invalid) as caught:
        decide(session, review, decision, by=PROGRAM)
    assert caught.value.fields.keys() == {"note"}


def test_the_database_itself_refuses_a_refusal_without_reason_or_note(
    session: Session, review: Review
) -> None:
    for reason, note in ((None, "why"), ("unrelated", " "), ("too_negative", "why")):
        row = ModerationDecision(
            shop_id=review.shop_id, review_id=review.id, version=1, action="refuse", reason=reason,
            note=note, actor="api", rules_version="x",
        )  # fmt: skip
        with pytest.raises(IntegrityError), session.begin_nested():
            factories.add(session, row)
    anonymous = ModerationDecision(
        shop_id=review.shop_id, review_id=review.id, version=1, action="publish", note="",
        actor="member", rules_version="x",
    )  # fmt: skip
    with pytest.raises(IntegrityError), session.begin_nested():
        factories.add(session, anonymous)


def test_a_decision_cannot_be_rewritten(session: Session, review: Review) -> None:
    row = decide(session, review, Decision("publish"), by=PROGRAM)
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(
            text("UPDATE moderation_decision SET action = 'publish' WHERE id = :id"),
            {"id": row.id},
        )


def test_redacting_a_waiting_review_publishes_it_without_the_passage(
    session: Session, review: Review
) -> None:
    decision = Decision(
        "redact", "personal_information", "A name.", (Passage("body", 4, 9), Passage("body", 4, 9))
    )
    decide(session, review, decision, by=PROGRAM)
    assert review.state == "published"
    assert review.redactions == [
        {"field": "body", "start": 4, "end": 9, "reason": "personal_information"}
    ]
    assert review.body.startswith("The glaze"), "the author's words are kept"
    assert events(session) == ["review.published"]
    again = Decision("redact", "abusive", "A word.", (Passage("title", 0, 5),))
    decide(session, review, again, by=PROGRAM)
    assert [row["field"] for row in review.redactions] == ["body", "title"]
    assert events(session)[-1] == "review.redacted"


def test_a_redaction_says_which_words(session: Session, review: Review) -> None:
    with pytest.raises(Invalid) as caught:
        decide(session, review, Decision("redact", "abusive", "A word."), by=PROGRAM)
    assert caught.value.fields.keys() == {"passage"}


@pytest.mark.parametrize("reason", ["unrelated", "clearly_false", "not_genuine"])
def test_words_are_taken_out_only_for_personal_data_or_abuse(
    session: Session, review: Review, reason: str
) -> None:
    decision = Decision("redact", reason, "A word.", (Passage("body", 0, 3),))
    with pytest.raises(Invalid):
        decide(session, review, decision, by=PROGRAM)


@pytest.mark.parametrize(("asked", "given"), [(None, 14), (3, 3), (90, 14), (0, 14), (-5, 1)])
def test_a_fraud_hold_has_a_deadline_of_at_most_14_days(
    session: Session, review: Review, asked: int | None, given: int
) -> None:
    hold = Decision("hold", "not_genuine", "Five alike from one place.", hold_days=asked)
    with clock.frozen(clock.now()):
        decide(session, review, hold, by=PROGRAM)
        assert review.decide_by == clock.now() + timedelta(days=given)
    assert (review.state, review.decided_at) == ("held", None)
    with pytest.raises(Invalid):
        decide(session, review, hold, by=PROGRAM)


@pytest.mark.parametrize("state", REVIEW_STATES)
def test_only_what_the_state_allows_can_be_done(session: Session, state: str) -> None:
    review = factories.review(session, factories.shop(session), state=state)
    allowed = decision_options(state).reasons
    for action, reasons in REASONS_BY_ACTION.items():
        decision = Decision(action, next(iter(reasons), None), "Why.", (Passage("body", 0, 3),))
        with session.begin_nested() as attempt:
            if action in allowed:
                decide(session, review, decision, by=PROGRAM)
            else:
                with pytest.raises(Invalid):
                    decide(session, review, decision, by=PROGRAM)
            attempt.rollback()
        session.refresh(review)


def test_the_second_moderator_is_told_that_it_is_decided(session: Session, review: Review) -> None:
    seen = Seen.of(review)
    decide(session, review, Decision("publish"), by=PROGRAM)
    with pytest.raises(Conflict) as caught:
        decide(session, review, REFUSE, by=PROGRAM, seen=seen)
    assert caught.value.code == "already_decided"
    assert review.state == "published"


def test_words_that_changed_meanwhile_are_not_decided_on(session: Session, review: Review) -> None:
    seen = Seen.of(review)
    review.version, review.body = 2, "Other words."
    session.flush()
    with pytest.raises(Conflict) as caught:
        decide(session, review, Decision("publish"), by=PROGRAM, seen=seen)
    assert caught.value.code == "conflict"


def test_of_two_decisions_at_once_one_counts(kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        review_id = factories.review(session, shop).id
    start, answers = threading.Barrier(2), []

    def moderate(decision: Decision) -> None:
        with kit.database.transaction(shop.id) as session:
            review = session.get_one(Review, review_id)
            seen = Seen.of(review)
            start.wait()
            try:
                decide(session, review, decision, by=PROGRAM, seen=seen)
                answers.append("done")
            except Conflict as error:
                session.rollback()
                answers.append(error.code)

    threads = [threading.Thread(target=moderate, args=(d,)) for d in (Decision("publish"), REFUSE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["already_decided", "done"]
    with kit.database.transaction(shop.id) as session:
        assert session.scalar(select(func.count()).select_from(ModerationDecision)) == 1


def waiting(kit: Kit, shop: Shop, **values: object) -> Review:
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.review(session, shop, **values)


def state_of(kit: Kit, review: Review) -> str:
    with kit.database.transaction(review.shop_id) as session:
        return session.get_one(Review, review.id).state


def test_what_nobody_decided_on_in_time_is_published_by_the_clock(kit: Kit, shop: Shop) -> None:
    now = clock.now()
    late = waiting(kit, shop, rating=1, decide_by=now - timedelta(minutes=1))
    early = waiting(kit, shop, decide_by=now + timedelta(days=1))
    held = waiting(kit, shop, state="held", decide_by=now - timedelta(minutes=1))
    assert publish_overdue(kit) == 2
    assert state_of(kit, late) == state_of(kit, held) == "published"
    assert state_of(kit, early) == "pending"
    with kit.database.transaction(shop.id) as session:
        rows = session.scalars(select(ModerationDecision)).all()
        assert {(row.actor, row.action, row.member_id) for row in rows} == {
            ("clock", "publish", None)
        }
        assert {entry.actor for entry in session.scalars(select(AuditEntry))} == {"clock"}
    assert publish_overdue(kit) == 0


@pytest.mark.parametrize("decide_by", [None, 60])
def test_no_deadline_reaches_beyond_14_days(kit: Kit, shop: Shop, decide_by: int | None) -> None:
    now = clock.now()
    parked = waiting(
        kit,
        shop,
        submitted_at=now - timedelta(days=14, minutes=1),
        decide_by=decide_by and now + timedelta(days=decide_by),
    )
    assert publish_overdue(kit) == 1
    assert state_of(kit, parked) == "published"


def test_a_hold_may_outlast_the_writing_but_not_its_own_deadline(kit: Kit, shop: Shop) -> None:
    now = clock.now()
    held = waiting(
        kit,
        shop,
        state="held",
        submitted_at=now - timedelta(days=20),
        decide_by=now + timedelta(days=3),
    )
    assert publish_overdue(kit) == 0
    with clock.frozen(now + timedelta(days=3)):
        assert publish_overdue(kit) == 1
    assert state_of(kit, held) == "published"


def test_the_clock_is_named_as_the_one_who_decided() -> None:
    assert (CLOCK.actor, CLOCK.member_id) == ("clock", None)
