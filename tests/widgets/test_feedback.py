"""Votes, reports and questions of readers: once each, bounded, without a name or a cookie."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.feedback import HelpfulVote, ReviewReport
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.question import Answer, Question
from reviewapp.models.review import Flag, Review
from reviewapp.models.widget import Publication
from reviewapp.widgets.feedback import VOTES_WAIT, forget_votes
from reviewapp.widgets.product_writer import NEWS_WAIT
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.vote_rules import HALF_LIFE, NETWORK_VOTES, added, taken
from tests import factories
from tests.widgets.stories import change, head, publish, shop_with_product

NOON = datetime(2036, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def shown(kit: Kit) -> tuple[Shop, UUID]:
    """A shop and its one published review, every document written, those that wait too."""
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product, title="Warm")
    publish_due(kit)
    with clock.frozen(clock.now() + NEWS_WAIT):
        publish_due(kit)
    return shop, review_id


def send(
    client: FlaskClient, path: str, body: Any, address: str = "203.0.113.7", **kwargs: Any
) -> TestResponse:
    return client.post(path, json=body, environ_base={"REMOTE_ADDR": address}, **kwargs)


def vote(
    client: FlaskClient, shown: tuple[Shop, UUID], address: str, helpful: bool = True
) -> TestResponse:
    path = f"/w/v1/{shown[0].widget_key}/reviews/{shown[1]}/helpful"
    return send(client, path, {"helpful": helpful}, address)


def test_a_reader_counts_once_and_can_take_it_back(
    client: FlaskClient, shown: tuple[Shop, UUID]
) -> None:
    for _ in range(3):
        assert vote(client, shown, "203.0.113.7").json == {"helpful": 1}
    assert vote(client, shown, "198.51.100.1").json == {"helpful": 2}
    assert vote(client, shown, "203.0.113.7", helpful=False).json == {"helpful": 1}
    assert vote(client, shown, "203.0.113.7", helpful=False).json == {"helpful": 1}
    assert vote(client, shown, "192.0.2.1", helpful=False).json == {"helpful": 1}


def test_nothing_that_could_name_a_reader_is_kept(
    client: FlaskClient, shown: tuple[Shop, UUID], kit: Kit
) -> None:
    with clock.frozen(NOON):
        answer = vote(client, shown, "203.0.113.7")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"
    with kit.database.transaction(shown[0].id) as session:
        (row,) = session.scalars(select(HelpfulVote)).all()
        told = f"{row.visitor} {row.network}"
    assert "203.0.113" not in told
    with clock.frozen(NOON + timedelta(days=1)):
        assert vote(client, shown, "203.0.113.7").json == {"helpful": 2}
    with kit.database.transaction(shown[0].id) as session:
        seen = session.scalars(select(HelpfulVote.visitor)).all()
    assert len(set(seen)) == 2
    with clock.frozen(NOON + timedelta(days=4)):
        assert forget_votes(kit) == 2
    with kit.database.transaction(shown[0].id) as session:
        assert session.get_one(Review, shown[1]).helpful_count == 2


def test_one_range_of_addresses_has_few_votes_however_many_it_sends(
    client: FlaskClient, shown: tuple[Shop, UUID]
) -> None:
    for host in range(1, 12):
        last = vote(client, shown, f"203.0.113.{host}")
    assert last.json == {"helpful": NETWORK_VOTES}
    for host in range(1, 12):
        last = vote(client, shown, f"2001:db8:7:{host}::1")
    assert last.json == {"helpful": 2 * NETWORK_VOTES}
    assert vote(client, shown, "2001:db8:8::1").json == {"helpful": 2 * NETWORK_VOTES + 1}


def test_votes_fade_with_a_half_life_and_keep_their_order() -> None:
    old = 0
    for _ in range(10):
        old = added(old, NOON)
    new = 0
    for _ in range(6):
        new = added(new, NOON + HALF_LIFE)
    assert new > old
    assert added(new, NOON) > new
    assert taken(added(0, NOON), NOON, left=0) == 0
    both = added(added(0, NOON), NOON + HALF_LIFE)
    assert abs(taken(both, NOON + HALF_LIFE, left=1) - added(0, NOON)) <= 1


def test_many_votes_are_one_rewrite(
    client: FlaskClient, shown: tuple[Shop, UUID], kit: Kit
) -> None:
    with clock.frozen(NOON):
        for host in range(8):
            vote(client, shown, f"198.51.{host}.1")
        assert publish_due(kit) == 0
        with kit.database.transaction(shown[0].id) as session:
            (row,) = session.scalars(select(Publication)).all()
            assert row.dirty_at == NOON + VOTES_WAIT
    with clock.frozen(NOON + VOTES_WAIT):
        publish_due(kit)
    assert head(kit, shown[0])["reviews"][0]["helpful"] == 8


def test_a_change_that_matters_does_not_wait_for_votes(
    client: FlaskClient, shown: tuple[Shop, UUID], kit: Kit
) -> None:
    with clock.frozen(NOON):
        vote(client, shown, "203.0.113.7")
        change(kit, shown[0], shown[1], title="Second thoughts")
        publish_due(kit)
    (review,) = head(kit, shown[0])["reviews"]
    assert (review["title"], review["helpful"]) == ("Second thoughts", 1)


def test_what_is_not_shown_cannot_be_voted_on_or_reported(
    client: FlaskClient, shown: tuple[Shop, UUID], kit: Kit
) -> None:
    other, _ = shop_with_product(kit)
    assert vote(client, (other, shown[1]), "203.0.113.7").status_code == 404
    change(kit, shown[0], shown[1], state="withdrawn")
    assert vote(client, shown, "203.0.113.7").status_code == 404
    report = f"/w/v1/{shown[0].widget_key}/reviews/{shown[1]}/report"
    assert send(client, report, {"reason": "abusive"}).status_code == 404
    assert vote(client, (shown[0], UUID(int=0)), "203.0.113.7").status_code == 404


def test_a_script_is_slowed_down(client: FlaskClient, shown: tuple[Shop, UUID]) -> None:
    answers = [vote(client, shown, "203.0.113.7") for _ in range(31)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"]
    assert answers[-1].headers["Access-Control-Allow-Origin"] == "*"


def test_a_report_reaches_a_person_once_and_changes_nothing_by_itself(
    client: FlaskClient, shown: tuple[Shop, UUID], kit: Kit
) -> None:
    path = f"/w/v1/{shown[0].widget_key}/reviews/{shown[1]}/report"
    told = {
        "reason": "not_genuine",
        "note": "Same words as elsewhere.",
        "email": "eve@post.example",
    }
    for _ in range(2):
        answer = send(client, path, told, headers={"Accept-Language": "de-AT"})
        assert (answer.status_code, answer.json) == (202, {"received": True})
    with kit.database.transaction(shown[0].id) as session:
        (kept,) = session.scalars(select(ReviewReport)).all()
        assert (kept.reason, kept.state, kept.locale) == ("not_genuine", "open", "de")
        assert session.scalars(select(Flag.kind)).all() == ["report"]
        events = session.scalars(
            select(OutboxEvent.payload).where(OutboxEvent.name == "review.reported")
        ).all()
        assert events == [{"review_id": str(shown[1]), "report_id": str(kept.id)}]
        assert session.get_one(Review, shown[1]).state == "published"


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("report", {"reason": "too_negative"}, "reason"),
        ("report", {"reason": "other", "note": "  "}, "note"),
        ("report", {"reason": "abusive", "note": "x" * 2001}, "note"),
        ("report", {"reason": "abusive", "email": "nobody"}, "email"),
        ("helpful", {}, "helpful"),
        ("helpful", {"helpful": "maybe"}, "helpful"),
    ],
)
def test_wrong_values_are_named(
    client: FlaskClient, shown: tuple[Shop, UUID], kind: str, body: Any, field: str
) -> None:
    path = f"/w/v1/{shown[0].widget_key}/reviews/{shown[1]}/{kind}"
    answer = send(client, path, body)
    assert answer.status_code == 422
    assert answer.json is not None
    assert list(answer.json["fields"]) == [field]
    assert send(client, path, ["no object"]).status_code == 400


def test_plain_text_needs_no_preflight_and_a_preflight_is_answered(
    client: FlaskClient, shown: tuple[Shop, UUID]
) -> None:
    path = f"/w/v1/{shown[0].widget_key}/reviews/{shown[1]}/helpful"
    answer = client.post(path, data='{"helpful": true}', content_type="text/plain")
    assert answer.json == {"helpful": 1}
    allowed = client.options(path).headers
    assert allowed["Access-Control-Allow-Methods"] == "POST"
    assert allowed["Access-Control-Allow-Headers"] == "Content-Type"


def test_a_question_waits_for_a_person(
    client: FlaskClient, shown: tuple[Shop, UUID], kit: Kit
) -> None:
    path = f"/w/v1/{shown[0].widget_key}/products/MUG/questions"
    told = {"body": " Is it\0 dishwasher safe? ", "author": "Ada", "email": "", "lang": "fr"}
    assert send(client, path, told).status_code == 202
    assert send(client, path, {"body": "  "}).status_code == 422
    assert send(client, path.replace("MUG", "NONE"), told).status_code == 404
    with kit.database.transaction(shown[0].id) as session:
        (kept,) = session.scalars(select(Question)).all()
        assert (kept.body, kept.state, kept.locale) == ("Is it dishwasher safe?", "pending", "fr")
        assert kept.author_email is None
        asked = select(func.count()).where(OutboxEvent.name == "question.asked")
        assert session.scalar(asked) == 1


def test_questions_and_answers_take_votes_once_they_are_shown(
    client: FlaskClient, shown: tuple[Shop, UUID], kit: Kit
) -> None:
    shop, review_id = shown
    with kit.database.transaction(shop.id) as session:
        product_id = session.get_one(Review, review_id).product_id
        question = factories.add(
            session,
            Question(shop_id=shop.id, product_id=product_id, body="Safe?", state="published"),
        )
        answer = factories.add(
            session, Answer(shop_id=shop.id, question_id=question.id, body="Yes.", author_name="K")
        )
        ids = {"questions": question.id, "answers": answer.id}
    base = f"/w/v1/{shop.widget_key}"
    assert (
        send(client, f"{base}/answers/{ids['answers']}/helpful", {"helpful": True}).status_code
        == 404
    )
    with kit.database.transaction(shop.id) as session:
        session.get_one(Answer, ids["answers"]).state = "published"
    for kind, subject_id in ids.items():
        for _ in range(2):
            told = send(client, f"{base}/{kind}/{subject_id}/helpful", {"helpful": True})
            assert told.json == {"helpful": 1}
