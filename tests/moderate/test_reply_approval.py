"""Four eyes on public answers, and templates of the shop's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import Reply, Review
from tests import factories
from tests.people import SignedIn

FORM = {
    "kind": "thanks",
    "body": "Thank you, good to read that the handle fits your hand.",
    "improvement": "Say on the page that it suits large hands.",
    "place": "page",
}


@pytest.fixture
def published(kit: Kit, shop: Shop) -> Review:
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Shop, shop.id).settings_json = {"reply_approval": True}
        return factories.review(session, shop, state="published")


def replies(kit: Kit) -> Any:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalars(select(Reply).order_by(Reply.id)).all()


def events(kit: Kit) -> list[str]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id)))


def test_an_answer_waits_for_another_person(
    agent: SignedIn, moderator: SignedIn, kit: Kit, published: Review
) -> None:
    page = f"/admin/reviews/{published.id}"
    assert agent.post(f"{page}/reply", FORM).status_code == 302
    (waiting,) = replies(kit)
    assert waiting.published_at is None
    assert events(kit) == ["reply.submitted"]
    assert "Approve and publish" not in agent.get(page).text, "not by its writer"
    own = agent.post(f"{page}/reply/{waiting.id}/approve")
    assert own.status_code == 409
    assert "1 answer waits for a second person" in moderator.get("/admin/").text
    assert "Approve and publish" in moderator.get(page).text
    empty = moderator.post(f"{page}/reply/{waiting.id}/return", {"note": " "})
    assert empty.status_code == 422
    moderator.post(f"{page}/reply/{waiting.id}/return", {"note": "Name the size."})
    back = agent.get(page).text
    assert "Name the size." in back
    assert "the handle fits your hand.</textarea>" in back, "the writer goes on from there"
    agent.post(f"{page}/reply", FORM | {"body": "Thank you! Size large fits the handle best."})
    again = replies(kit)[-1]
    assert moderator.post(f"{page}/reply/{again.id}/approve").status_code == 302
    done = replies(kit)[-1]
    assert done.published_at is not None
    assert done.approved_by not in (None, done.member_id)
    assert events(kit)[-1] == "reply.published"
    assert moderator.post(f"{page}/reply/{again.id}/approve").status_code == 409


def test_the_database_itself_refuses_an_own_approval(kit: Kit, published: Review) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = session.get_one(Shop, published.shop_id)
        writer = factories.member(session, shop)
        reply = factories.add(session, Reply(
            shop_id=shop.id, review_id=published.id, kind="thanks", body="…",
            improvement="…", member_id=writer.id,
        ))  # fmt: skip
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("UPDATE reply SET approved_by = member_id"))
        assert reply.approved_by is None


def test_a_program_with_a_key_waits_as_well(
    api: Any, agent: SignedIn, kit: Kit, published: Review
) -> None:
    told = {name: FORM[name] for name in ("kind", "body", "improvement", "place")}
    path = f"/api/v1/reviews/{published.id}/reply"
    first = api.put(path, json=told)
    assert (first.status_code, first.json["published_at"]) == (200, None)
    assert api.put(path, json=told).status_code == 200
    assert len(replies(kit)) == 1, "the same again changes nothing"
    (waiting,) = replies(kit)
    page = f"/admin/reviews/{published.id}/reply/{waiting.id}"
    assert agent.post(f"{page}/approve").status_code == 302


def test_templates_are_versions_of_the_shops_own(
    owner: SignedIn, agent: SignedIn, kit: Kit, published: Review
) -> None:
    path = "/admin/reply-templates/en/shipping"
    assert "Shipped" in agent.get("/admin/reply-templates").text
    assert agent.post(path, {"body": "Sorry [why]"}).status_code == 403
    for body, told in (
        ("Thank you for your words.", "Leave at least one part"),
        ("Sorry about [what]. Please change your review.", "must not ask to change"),
        ("Sorry [what], here is a voucher.", "must not offer a reward"),
    ):
        refused = owner.post(path, {"body": body})
        assert refused.status_code == 422
        assert told in refused.text
        assert body in refused.text
    own = "Dear {name}, the Krakow depot lost [what]. Write to {email}."
    owner.post(path, {"body": own})
    owner.post(path, {"body": own})
    assert "Yours, 1" in owner.get("/admin/reply-templates").text, "the same again is no version"
    begun = agent.get(f"/admin/reviews/{published.id}?kind=shipping").text
    assert "Dear Ada, the Krakow depot lost [what]." in begun
    owner.post(path, {"body": ""})
    page = owner.get(path).text
    assert "Back to the shipped text." in page
    assert owner.get("/admin/reply-templates/xx/shipping").status_code == 404


def test_words_of_an_own_template_name_nothing_of_a_review(
    owner: SignedIn, agent: SignedIn, published: Review, sent: Callable[..., Any]
) -> None:
    owner.post("/admin/reply-templates/en/thanks", {"body": "The glaze says thank you. [what]"})
    refused = sent(agent, published, "The glaze says thank you.")
    assert refused.status_code == 422
    assert "a template alone answers nobody" in refused.text


@pytest.fixture
def sent() -> Callable[..., Any]:
    """Send a thank-you with these words."""
    return lambda who, review, body: who.post(
        f"/admin/reviews/{review.id}/reply", FORM | {"body": body}
    )
