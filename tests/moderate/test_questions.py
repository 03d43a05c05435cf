"""Questions of shoppers: asked, answered or refused, mailed once, picked for the FAQ page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.outbox import Mail, OutboxEvent
from reviewapp.models.question import Answer, Question
from reviewapp.reactions import relay_events
from reviewapp.widgets.publishing import publish_due
from tests import factories
from tests.people import SignedIn

ANSWER = "Yes, up to 60 degrees, as often as you like."


@pytest.fixture
def asked(kit: Kit, shop: Shop) -> Callable[..., Question]:
    """A committed question about a mug."""

    def ask(**values: Any) -> Question:
        with kit.database.transaction(EVERY_SHOP) as session:
            mug = factories.product(session, shop, f"MUG-{values.pop('number', 1)}")
            told = {
                "product_id": mug.id,
                "body": "Can it go into the dishwasher?",
                "author_name": "Bea",
                "author_email": "bea@customers.example",
            }
            return factories.add(session, Question(shop_id=shop.id, **told | values))

    return ask


def row(kit: Kit, model: Any) -> Any:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalars(select(model).order_by(model.id.desc()).limit(1)).one()


def events(kit: Kit) -> list[str]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id)))


def test_an_answer_shows_the_question_and_is_mailed_once(
    agent: SignedIn, analyst: SignedIn, kit: Kit, asked: Callable[..., Question]
) -> None:
    question = asked(locale="de")
    assert "Can it go into the dishwasher?" in agent.get("/admin/questions").text
    path = f"/admin/questions/{question.id}"
    assert analyst.post(f"{path}/answer", {"body": ANSWER}).status_code == 403
    assert agent.post(f"{path}/answer", {"body": ANSWER}).status_code == 302
    assert (row(kit, Question).state, row(kit, Answer).by) == ("published", "shop")
    assert row(kit, Question).author_email is None, "left for one letter, then forgotten"
    mail = row(kit, Mail)
    assert (mail.letter, mail.to_email, mail.language) == (
        "question_answered", "bea@customers.example", "de",
    )  # fmt: skip
    agent.post(f"{path}/answer", {"body": "Yes, and we tried it a hundred times."})
    assert events(kit) == [
        "question.published", "answer.published", "answer.withdrawn", "answer.published",
    ]  # fmt: skip
    with kit.database.transaction(EVERY_SHOP) as session:
        states = session.scalars(select(Answer.state).order_by(Answer.id)).all()
        assert states == ["withdrawn", "published"]
        assert len(session.scalars(select(Mail)).all()) == 1


def test_answers_to_questions_are_checked_like_answers_to_reviews(
    agent: SignedIn, kit: Kit, asked: Callable[..., Question]
) -> None:
    path = f"/admin/questions/{asked().id}/answer"
    refused = agent.post(path, {"body": "Yes. Here is a voucher for asking."})
    assert refused.status_code == 422
    assert "An answer must not offer a reward." in refused.text
    assert "<mark>voucher</mark>" in refused.text, "the preview shows the very words"
    doubtful = {"body": "As clearly stated, yes."}
    assert agent.post(path, doubtful).status_code == 422
    assert agent.post(path, doubtful | {"confirmed": "1"}).status_code == 302
    told = agent.post(f"{path}/check", {"body": "😀 a voucher"})
    (remark,) = json.loads(told.data)["remarks"]
    assert (remark["code"], remark["start"], remark["end"]) == ("reward", 4, 11)
    assert row(kit, Answer).body == "As clearly stated, yes.", "a check keeps nothing"


def test_refusing_needs_a_listed_reason_and_hides_what_was_shown(
    moderator: SignedIn, kit: Kit, asked: Callable[..., Question]
) -> None:
    question = asked(author_email=None)
    path = f"/admin/questions/{question.id}"
    decide = f"{path}/decision"
    for form in ({"reason": "negative", "note": "no"}, {"reason": "abusive", "note": " "}):
        assert moderator.post(decide, {"action": "refuse"} | form).status_code == 422
    assert moderator.post(f"{path}/answer", {"body": ANSWER}).status_code == 302
    assert moderator.post(decide, {"action": "faq"}).status_code == 302
    form = {"action": "refuse", "reason": "unrelated", "note": "Not about the mug."}
    assert moderator.post(decide, form).status_code == 302
    kept = row(kit, Question)
    assert (kept.state, kept.refused_reason, kept.faq_position) == ("refused", "unrelated", None)
    assert "question.withdrawn" in events(kit)
    assert moderator.post(f"{path}/answer", {"body": ANSWER}).status_code == 409
    assert moderator.post(decide, {"action": "explode"}).status_code == 422
    assert "Not about the mug." in moderator.get(path).text


def test_answers_of_buyers_are_shown_by_a_person(
    moderator: SignedIn, kit: Kit, asked: Callable[..., Question]
) -> None:
    question = asked(state="published")
    with kit.database.transaction(EVERY_SHOP) as session:
        answer = factories.add(session, Answer(
            shop_id=question.shop_id, question_id=question.id, body="Mine does.", by="buyer",
            author_name="Cem",
        ))  # fmt: skip
    decide = f"/admin/questions/{question.id}/decision"
    for action, state in (("publish_answer", "published"), ("refuse_answer", "refused")):
        moderator.post(decide, {"action": action, "answer_id": str(answer.id)})
        assert row(kit, Answer).state == state
    assert events(kit) == ["answer.published", "answer.withdrawn"]
    assert moderator.post(decide, {"action": "publish_answer"}).status_code == 422


def test_the_faq_page_holds_what_was_picked_in_the_shops_order(
    agent: SignedIn, kit: Kit, shop: Shop, asked: Callable[..., Question]
) -> None:
    first, second = asked(), asked(number=2, body="Is the <b>glaze</b> food safe?")
    for question in (first, second):
        decide = f"/admin/questions/{question.id}/decision"
        assert agent.post(decide, {"action": "faq"}).status_code == 422, "not answered yet"
        agent.post(f"/admin/questions/{question.id}/answer", {"body": ANSWER})
        agent.post(decide, {"action": "faq"})
    agent.post(f"/admin/questions/{second.id}/decision", {"action": "up", "from": "faq"})
    relay_events(kit)
    publish_due(kit)
    page = kit.published.read(f"p/v1/{shop.widget_key}/faq.html").decode()
    assert page.index("food safe") < page.index("dishwasher")
    assert "&lt;b&gt;glaze&lt;/b&gt;" in page
    assert '"FAQPage"' in page
    listed = agent.get("/admin/questions/faq").text
    assert listed.index("food safe") < listed.index("dishwasher")


def test_another_shops_question_is_not_there(
    agent: SignedIn, kit: Kit, asked: Callable[..., Question]
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        theirs = factories.shop(session)
        mug = factories.product(session, theirs)
        question = factories.add(
            session, Question(shop_id=theirs.id, product_id=mug.id, body="Ours?")
        )
    assert agent.get(f"/admin/questions/{question.id}").status_code == 404
    answer = agent.post(f"/admin/questions/{question.id}/answer", {"body": ANSWER})
    assert answer.status_code == 404
