"""Two people on one queue: leases, undo, many at once, a colleague's note; over HTTP."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.listing import RatingSummary
from reviewapp.models.outbox import Mail, OutboxEvent
from reviewapp.models.review import Flag, ModerationDecision, Review
from reviewapp.reactions import relay_events
from tests import factories
from tests.people import SignedIn

SECOND = timedelta(seconds=1)


def stored(kit: Kit, review: Review) -> Review:
    with kit.database.transaction(review.shop_id) as session:
        return session.get_one(Review, review.id)


def decisions(kit: Kit, shop: Shop) -> list[ModerationDecision]:
    with kit.database.transaction(shop.id) as session:
        return list(session.scalars(select(ModerationDecision).order_by(ModerationDecision.id)))


def decide(person: SignedIn, review: Review, **values: Any) -> Any:
    sent = {"version": review.version, "state": "pending"} | values
    return person.post(f"/admin/queue/{review.id}/decision", sent)


def undo(person: SignedIn, kit: Kit, shop: Shop) -> Any:
    last = [row for row in decisions(kit, shop) if row.action != "undo"][-1]
    return person.post("/admin/queue/undo", {"decision": str(last.id)})


def text_of(person: SignedIn, path: str) -> str:
    return person.get(path).get_data(as_text=True)


def test_looking_takes_nothing_and_starting_takes_the_oldest(
    moderator: SignedIn, sent_review: Callable[..., Review]
) -> None:
    first, _ = sent_review(), sent_review()
    assert "Start with the oldest" in text_of(moderator, "/admin/queue")
    page = text_of(moderator, f"/admin/queue/{first.id}")
    assert "Take it" in page
    assert ">Publish<" not in page
    answer = moderator.post("/admin/queue/next", {})
    assert answer.location.endswith(str(first.id))
    assert ">Publish<" in text_of(moderator, answer.location)
    assert moderator.get("/admin/queue").location.endswith(str(first.id)), "in hand still"


def test_nobody_gets_what_another_has_in_hand_until_the_lease_ends(
    sign_in: Callable[[str], SignedIn], sent_review: Callable[..., Review]
) -> None:
    first, second = sent_review(), sent_review()
    one, other = sign_in("moderator"), sign_in("owner")
    one.post("/admin/queue/next", {})
    assert other.post("/admin/queue/next", {}).location.endswith(str(second.id))
    other.post(f"/admin/queue/{first.id}/take", {})
    page = text_of(other, f"/admin/queue/{first.id}")
    assert "Moderator is on it" in page
    assert ">Publish<" not in page
    late = decide(other, first, action="refuse", reason="unrelated", note="Kept while typing.")
    assert late.status_code == 409
    assert "Kept while typing." in late.get_data(as_text=True)
    assert other.post(f"/admin/queue/{first.id}/keep", {}).status_code == 409
    with clock.frozen(clock.now() + timedelta(minutes=4)):
        assert one.post(f"/admin/queue/{first.id}/keep", {}).status_code == 204
    with clock.frozen(clock.now() + timedelta(minutes=8)):
        assert other.post("/admin/queue/next", {}).location.endswith(str(second.id)), "prolonged"
    one.post(f"/admin/queue/{first.id}/give-back", {})
    other.post(f"/admin/queue/{first.id}/take", {})
    assert ">Publish<" in text_of(other, f"/admin/queue/{first.id}")


def test_fraud_holds_come_last_and_skipping_goes_on(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    held, first, second = sent_review(), sent_review(), sent_review()
    decide(moderator, held, action="hold", reason="not_genuine", note="Five alike.", hold_days="3")
    assert moderator.get("/admin/queue").location.endswith(str(first.id))
    answer = moderator.post("/admin/queue/next", {"after": str(first.id)})
    assert answer.location.endswith(str(second.id))
    assert moderator.post(
        "/admin/queue/next", {"after": str(second.id)}
    ).location.endswith(str(first.id)), "past the end, the oldest"  # fmt: skip
    for review in (first, second):
        answer = decide(moderator, review, action="publish")
    assert answer.location.endswith("/admin/queue"), "a hold is not offered unasked"
    assert moderator.post("/admin/queue/next", {}).location.endswith(str(held.id))


@pytest.mark.parametrize("action", ["publish", "refuse", "redact", "hold"])
def test_within_ten_seconds_every_decision_can_be_taken_back_whole(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit, shop: Shop, action: str
) -> None:
    review = sent_review(body="Even glaze. Mail ada@quist.example.")
    relay_events(kit)
    reasons = {"publish": "", "hold": "not_genuine"}
    decide(
        moderator, review, action=action, reason=reasons.get(action, "personal_information"),
        note="Why.", passage="ada@quist.example",
    )  # fmt: skip
    relay_events(kit)
    page = text_of(moderator, "/admin/queue")
    assert "data-undo" in page
    assert undo(moderator, kit, shop).location.endswith(str(review.id))
    back = stored(kit, review)
    assert (back.state, back.redactions, back.decided_at) == ("pending", [], None)
    assert back.decide_by == review.decide_by
    assert [row.action for row in decisions(kit, shop)] == [action, "undo"]
    with clock.frozen(clock.now() + 60 * SECOND):
        relay_events(kit)
    with kit.database.transaction(shop.id) as session:
        assert session.scalars(select(Mail)).all() == [], "nothing followed from it"
        summary = session.get(RatingSummary, review.product_id)
        assert summary is None or summary.count == 0
        told = session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)).all()
    assert [name for name in told if name.startswith("review.")] == [f"review.{action}",
                                                                     "review.undo"]  # fmt: skip
    assert "Taken back" in text_of(moderator, f"/admin/queue/{review.id}")


def test_after_ten_seconds_it_is_too_late_and_nobody_undoes_for_another(
    sign_in: Callable[[str], SignedIn], sent_review: Callable[..., Review], kit: Kit, shop: Shop
) -> None:
    review, one, other = sent_review(rating=2), sign_in("moderator"), sign_in("owner")
    decide(one, review, action="publish")
    undo(other, kit, shop)
    assert stored(kit, review).state == "published"
    relay_events(kit)
    assert stored(kit, review).counted_rating is None, "not shown before it is final"
    with clock.frozen(clock.now() + 11 * SECOND):
        undo(one, kit, shop)
        assert stored(kit, review).state == "published"
    with clock.frozen(clock.now() + 13 * SECOND):
        relay_events(kit)
    assert stored(kit, review).counted_rating == 2


def test_what_changed_since_is_not_undone(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit, shop: Shop
) -> None:
    review = sent_review()
    decide(moderator, review, action="publish")
    with kit.database.transaction(shop.id) as session:
        session.get_one(Review, review.id).state = "refused"
        factories.add(
            session,
            ModerationDecision(
                shop_id=shop.id, review_id=review.id, version=1, action="refuse",
                reason="unlawful", note="x", actor="api", rules_version="1",
            ),
        )  # fmt: skip
    with kit.database.transaction(shop.id) as session:
        newest = session.scalars(select(ModerationDecision).order_by(ModerationDecision.id)).first()
    moderator.post("/admin/queue/undo", {"decision": str(newest.id)})
    assert stored(kit, review).state == "refused"


def test_many_are_decided_for_one_reason_and_undone_together(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit, shop: Shop
) -> None:
    alike = [sent_review(body=f"Buy watches {n}.") for n in range(3)]
    apart = sent_review()
    ids = [str(review.id) for review in alike]
    page = moderator.post("/admin/queue/together", {"review": ids}).get_data(as_text=True)
    assert all(f"Buy watches {n}." in page for n in range(3))
    assert "out of 5" not in page
    sent = {"review": ids, "version": [f"{one}:1" for one in ids], "action": "refuse"}
    wrong = moderator.post("/admin/queue/together", sent)
    assert wrong.status_code == 422
    assert "Choose one of the listed reasons." in wrong.get_data(as_text=True)
    moderator.post("/admin/queue/together", sent | {"reason": "unrelated", "note": "Not a mug."})
    assert {stored(kit, review).state for review in alike} == {"refused"}
    assert stored(kit, apart).state == "pending"
    made = [str(row.id) for row in decisions(kit, shop)]
    assert text_of(moderator, "/admin/queue/" + str(apart.id)).count('name="decision"') == 3
    moderator.post("/admin/queue/undo", {"decision": made})
    assert {stored(kit, review).state for review in alike} == {"pending"}


def test_a_colleagues_note_stands_beside_the_review_and_delays_nothing(
    sign_in: Callable[[str], SignedIn], sent_review: Callable[..., Review], kit: Kit
) -> None:
    first, second = sent_review(body="Is it one?"), sent_review()
    one, other = sign_in("moderator"), sign_in("owner")
    one.post("/admin/queue/next", {})
    answer = one.post(f"/admin/queue/{first.id}/flag", {"note": "Is <this> a threat?"})
    assert answer.location.endswith(str(second.id))
    page = text_of(other, other.post("/admin/queue/next", {}).location)
    assert "Is &lt;this&gt; a threat?" in page
    assert "Moderator" in page
    assert stored(kit, first).decide_by == first.decide_by
    relay_events(kit)
    with kit.database.transaction(first.shop_id) as session:
        assert [flag.kind for flag in session.scalars(select(Flag))] == ["colleague"]
    wrong = other.post(f"/admin/queue/{first.id}/flag", {"note": " "})
    assert "do=flag" in wrong.location


class Person:
    """Somebody with a session of their own, over real HTTP."""

    def __init__(self, app: Flask, kit: Kit, shop: Shop, address: str) -> None:
        with kit.database.transaction(EVERY_SHOP) as session:
            token, self.csrf = factories.signed_in_member(session, kit, shop, "moderator")
        self.http, self.address = requests.Session(), address
        self.http.cookies.set("reviewapp_session", token)
        self.decided: list[str] = []

    def post(self, path: str, **values: str) -> requests.Response:
        sent = {"csrf_token": self.csrf} | values
        answer = self.http.post(self.address + path, data=sent, timeout=60)
        assert answer.ok, (path, answer.status_code)
        return answer

    def work(self, undo_each: int) -> None:
        """Work the queue to its end, taking every `undo_each`-th decision back once."""
        page, undone = self.post("/admin/queue/next"), set()
        while match := re.search(r"/admin/queue/([0-9a-f-]{36})$", page.url):
            review = match[1]
            page = self.post(
                f"/admin/queue/{review}/decision", version="1", state="pending", action="publish"
            )
            self.decided.append(review)
            if len(self.decided) % undo_each == 0 and review not in undone:
                decision = re.search(r'name="decision" value="([^"]+)"', page.text)
                assert decision is not None
                page = self.post("/admin/queue/undo", decision=decision[1])
                assert page.url.endswith(review)
                self.decided.remove(review)
                undone.add(review)


def test_two_moderators_at_once_never_share_a_review_and_lose_no_decision(
    app: Flask, kit: Kit, shop: Shop
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        item = factories.product(session, shop)
        ids = {str(factories.review(session, shop, item).id) for _ in range(40)}
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    address = f"http://127.0.0.1:{server.server_port}"
    people = [Person(app, kit, shop, address) for _ in range(2)]
    working = [threading.Thread(target=person.work, args=(5,)) for person in people]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    server.shutdown()
    serving.join()
    server.server_close()
    one, other = (set(person.decided) for person in people)
    assert one & other == set(), "no review twice"
    assert one | other == ids, "none lost"
    assert min(len(one), len(other)) > 0
    rows = decisions(kit, shop)
    taken_back = {row.undoes for row in rows}
    standing = [str(row.review_id) for row in rows if row.action == "publish"
                and row.id not in taken_back]  # fmt: skip
    assert sorted(standing) == sorted(ids)
    assert len(taken_back - {None}) >= 2, "both undid"
    with kit.database.transaction(shop.id) as session:
        due = session.scalars(
            select(OutboxEvent.payload).where(OutboxEvent.name == "review.published")
        ).all()
    assert sorted(payload["review_id"] for payload in due) == sorted(ids)
