"""Low public reviews: paused, answered, repaired, resumed, and one neutral word, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage, Incident, Pause
from reviewapp.models.catalog import Customer, Product, Suppression
from reviewapp.models.outbox import Mail
from reviewapp.models.review import Review
from reviewapp.moderate.carrying_out import Decision
from reviewapp.moderate.replies import Draft, publish_reply, withdraw_reply
from reviewapp.moderate.service import By, decide
from reviewapp.reactions import relay_events
from reviewapp.support import answering
from tests import factories
from tests.people import SignedIn

BY = answering.By("member:tests", "Bo Lind", None)
PUBLISHED = Decision("publish")
ANSWER = Draft(
    "damaged",
    "The rim was chipped, Ada, and that is on us. We have padded the box. Please write to "
    "hello@kiln.example, and we will replace it.",
    "Padding ring for mugs.",
)


@pytest.fixture
def low_review(kit: Kit, shop: Shop) -> Callable[..., Review]:
    """A decided and published review of a delivered order, with everything that follows it."""

    def publish(**values: Any) -> Review:
        with kit.database.transaction(EVERY_SHOP) as session:
            placed = factories.order(
                session,
                shop,
                delivered_days_ago=8,
                tracking="TR-1",
                external_id=f"10412-{new_id()}",
            )
            asked = factories.request(session, shop, placed)
            session.refresh(placed, ["lines"])
            review = factories.review(
                session,
                shop,
                session.get_one(Product, placed.lines[0].product_id),
                **{
                    "rating": 1,
                    "title": "Chipped",
                    "body": "The rim was chipped when I unpacked it.",
                    "order_line_id": placed.lines[0].id,
                    "request_id": asked.id,
                    "customer_id": placed.customer_id,
                }
                | values,
            )
            if review.state == "pending":
                decide(session, review, PUBLISHED, by=By("api", "key:tests"))
        relay_events(kit)
        return review

    return publish


def the(kit: Kit, model: Any) -> Any:
    """The one row of a table."""
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalars(select(model)).one()


def solve(kit: Kit, case_id: Any, state: str = "solved") -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        case = session.get_one(Case, case_id)
        answering.set_state(session, session.get_one(Shop, case.shop_id), case, state, BY)
    relay_events(kit)


def reply(kit: Kit, review: Review) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        row = session.get_one(Review, review.id)
        session.refresh(row, ["product", "customer"])
        publish_reply(session, row, ANSWER, by=By("api", "key:tests"))
    relay_events(kit)


def letters(kit: Kit) -> list[str]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(Mail.letter).order_by(Mail.id)))


def test_a_low_public_review_pauses_opens_a_case_with_proof_and_owes_an_answer(
    kit: Kit, low_review: Callable[..., Review]
) -> None:
    review = low_review()
    incident, case, pause = the(kit, Incident), the(kit, Case), the(kit, Pause)
    assert (incident.case_id, incident.pause_id) == (case.id, pause.id)
    assert incident.reply_due_at > clock.now()
    assert (case.review_id, case.route, case.state) == (review.id, "damaged", "open")
    assert (pause.customer_id, pause.ends_at) == (review.customer_id, None)
    assert pause.reason
    note = the(kit, CaseMessage)
    assert note.direction == "note"
    for fact in ("10412-", "TR-1", "The rim was chipped when I unpacked it."):
        assert fact in note.body
    assert letters(kit) == [], "nobody who did not ask for help is written to by itself"


def test_it_is_read_after_the_decision_and_only_of_low_own_public_reviews(
    kit: Kit, low_review: Callable[..., Review]
) -> None:
    low_review(rating=3)
    low_review(source="judgeme", external_id="7")
    low_review(state="held")
    with kit.database.transaction(EVERY_SHOP) as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 0


def test_answered_and_solved_it_rests_and_automation_resumes(
    kit: Kit, low_review: Callable[..., Review]
) -> None:
    review = low_review()
    reply(kit, review)
    assert the(kit, Incident).closed_at is None, "answered is not yet repaired"
    solve(kit, the(kit, Case).id)
    incident = the(kit, Incident)
    assert incident.closed_at is not None
    assert the(kit, Pause).ends_at is not None
    solve(kit, incident.case_id, "open")
    assert the(kit, Incident).closed_at is None
    assert the(kit, Pause).ends_at is None, "opened again, people only again"


def test_an_answer_taken_back_is_due_again(kit: Kit, low_review: Callable[..., Review]) -> None:
    review = low_review()
    reply(kit, review)
    with kit.database.transaction(EVERY_SHOP) as session:
        withdraw_reply(session, session.get_one(Review, review.id), by=By("api", "key:tests"))
    relay_events(kit)
    assert the(kit, Incident).replied_at is None


def test_after_solving_one_neutral_word_goes_out_once_and_never_again(
    kit: Kit, low_review: Callable[..., Review]
) -> None:
    low_review()
    case_id = the(kit, Case).id
    for state in ("solved", "open", "solved", "open", "solved"):
        solve(kit, case_id, state)
    assert letters(kit) == ["review_may_change"]
    assert "/mine" in the(kit, Mail).params["mine_url"]


def test_the_neutral_word_goes_to_every_score_alike(
    kit: Kit, shop: Shop, low_review: Callable[..., Review]
) -> None:
    review = low_review(rating=5)
    with kit.database.transaction(EVERY_SHOP) as session:
        case = factories.add(session, Case(
            shop_id=shop.id, customer_id=review.customer_id, request_id=review.request_id,
            route="other", first_response_due_at=clock.now(),
        ))  # fmt: skip
    solve(kit, case.id)
    assert letters(kit) == ["review_may_change"]


def test_who_unsubscribed_is_not_told(kit: Kit, low_review: Callable[..., Review]) -> None:
    review = low_review()
    with kit.database.transaction(EVERY_SHOP) as session:
        customer = session.get_one(Customer, review.customer_id)
        factories.add(session, Suppression(
            shop_id=review.shop_id, email_digest=customer.email_digest, reason="unsubscribed"
        ))  # fmt: skip
    solve(kit, the(kit, Case).id)
    assert letters(kit) == []


def test_a_case_the_customer_opened_before_is_joined(
    kit: Kit, shop: Shop, low_review: Callable[..., Review]
) -> None:
    review = low_review(state="refused")
    with kit.database.transaction(EVERY_SHOP) as session:
        case = factories.add(session, Case(
            shop_id=shop.id, customer_id=review.customer_id, request_id=review.request_id,
            route="other", first_response_due_at=clock.now() + timedelta(hours=1),
        ))  # fmt: skip
        decide(session, session.get_one(Review, review.id), PUBLISHED, by=By("api", "key:tests"))
    relay_events(kit)
    assert the(kit, Incident).case_id == case.id
    assert the(kit, Case).review_id == review.id


def test_a_review_taken_off_owes_no_answer(kit: Kit, low_review: Callable[..., Review]) -> None:
    review = low_review()
    with kit.database.transaction(EVERY_SHOP) as session:
        row = session.get_one(Review, review.id)
        refused = Decision("refuse", "unrelated", "About another shop.")
        decide(session, row, refused, by=By("api", "key:tests"))
    relay_events(kit)
    assert the(kit, Incident).reply_due_at is None
    solve(kit, the(kit, Case).id)
    assert the(kit, Incident).closed_at is not None
    assert letters(kit) == ["review_refused"], "no word about a review that is not public"


def test_a_person_resumes_automation_before_all_is_done(
    kit: Kit, agent: SignedIn, moderator: SignedIn, low_review: Callable[..., Review]
) -> None:
    review = low_review()
    incident = the(kit, Incident)
    assert "Chipped" in agent.get("/admin/incidents").text
    path = f"/admin/incidents/{incident.id}/resume"
    assert moderator.post(path).status_code == 403
    assert agent.post(path).status_code == 302
    ended = the(kit, Pause).ends_at
    assert ended is not None
    assert agent.post(path).status_code == 302
    assert the(kit, Pause).ends_at == ended, "lifted once"
    assert the(kit, Incident).closed_at is None, "the answer is still due"
    assert "Nothing here" in agent.get("/admin/incidents?view=closed").text
    assert agent.post(f"/admin/incidents/{new_id()}/resume").status_code == 404
    page = agent.get(f"/admin/reviews/{review.id}").text
    assert f"/admin/cases/{incident.case_id}" in page, "the private answer is one click away"
    assert (
        "A low public review is behind this case"
        in agent.get(f"/admin/cases/{incident.case_id}").text
    )
