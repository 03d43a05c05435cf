from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review import Review
from reviewapp.reactions import relay_events
from tests import factories


@pytest.fixture
def key_of(app: Flask, kit: Kit, shop: Shop) -> Callable[[str], FlaskClient]:
    """A program with a key of this role."""

    def enter(role: str) -> FlaskClient:
        with kit.database.transaction(EVERY_SHOP) as session:
            token = factories.api_key(session, shop, role)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return enter


def decide(api: FlaskClient, review: Review, **values: Any) -> Any:
    return api.post(f"/api/v1/reviews/{review.id}/decision", json=values)


def test_a_key_that_may_decide_sees_no_stars_of_what_waits(
    api: FlaskClient, key_of: Callable[[str], FlaskClient], sent_review: Callable[..., Review]
) -> None:
    review = sent_review(rating=2)
    for client in (api, key_of("moderator")):
        for told in (
            client.get(f"/api/v1/reviews/{review.id}").json,
            client.get("/api/v1/reviews").json["items"][0],
        ):
            assert "rating" not in told
            assert told["state"] == "pending"
    for role in ("analyst", "agent", "marketer"):
        assert key_of(role).get(f"/api/v1/reviews/{review.id}").json["rating"] == 2


def test_the_answer_is_the_same_for_all_stars(
    api: FlaskClient, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review, told = sent_review(), set()
    for rating in range(1, 6):
        with kit.database.transaction(EVERY_SHOP) as session:
            session.get_one(Review, review.id).rating = rating
        told.add(api.get("/api/v1/reviews").data)
    assert len(told) == 1


def test_deciding_gives_the_review_with_its_stars(
    api: FlaskClient, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review(rating=2, body="Call +49 30 901820 for more of the even glaze.")
    relay_events(kit)
    answer = decide(
        api, review, action="redact", reason="personal_information", note="A number.",
        passages=["+49 30 901820"], version=1,
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.json["rating"] == 2
    assert answer.json["redactions"] == [
        {"field": "body", "start": 5, "end": 18, "reason": "personal_information"}
    ]
    assert [flag["kind"] for flag in answer.json["flags"]] == ["personal_data"]
    assert answer.json["decisions"][0]["actor"] == "api"


def test_a_second_decision_is_a_conflict(
    api: FlaskClient, sent_review: Callable[..., Review]
) -> None:
    review = sent_review()
    assert decide(api, review, action="publish").status_code == 200
    again = decide(api, review, action="publish")
    assert (again.status_code, again.json["fields"].keys()) == (422, {"action"})
    other = decide(api, sent_review(), action="publish", version=7)
    assert (other.status_code, other.json["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "action"),
        ({"action": "delete"}, "action"),
        ({"action": "refuse", "note": "x"}, "reason"),
        ({"action": "refuse", "reason": "too_negative", "note": "x"}, "reason"),
        ({"action": "refuse", "reason": "author_withdrew", "note": "x"}, "reason"),
        ({"action": "refuse", "reason": "unrelated"}, "note"),
        ({"action": "publish", "reason": "unrelated"}, "reason"),
        ({"action": "redact", "reason": "abusive", "note": "x"}, "passage"),
        ({"action": "redact", "reason": "abusive", "note": "x", "passages": ["no"]}, "passage"),
        ({"action": "hold", "reason": "unrelated", "note": "x"}, "reason"),
        ({"action": "hold", "reason": "not_genuine", "note": "x", "hold_days": 15}, "hold_days"),
        ({"action": "publish", "min_rating": 4}, "min_rating"),
    ],
)
def test_what_cannot_be_decided_is_said_by_field(
    api: FlaskClient, sent_review: Callable[..., Review], body: dict[str, Any], field: str
) -> None:
    review = sent_review(body="The glaze is even.")
    answer = decide(api, review, **body)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
    assert api.get(f"/api/v1/reviews/{review.id}").json["state"] == "pending"


def test_no_filter_by_stars_exists(api: FlaskClient) -> None:
    for name in ("rating", "min_rating", "stars", "sort"):
        assert api.get(f"/api/v1/reviews?{name}=1").status_code == 422


def test_the_list_filters(api: FlaskClient, sent_review: Callable[..., Review]) -> None:
    first, second = sent_review(title="Blue bowl"), sent_review(title="Red bowl")
    decide(api, second, action="publish")

    def titles(query: str) -> set[str]:
        return {item["title"] for item in api.get(f"/api/v1/reviews?{query}").json["items"]}

    assert titles("") == {"Blue bowl", "Red bowl"}
    assert titles("state=published") == {"Red bowl"}
    assert titles("words=blue") == {"Blue bowl"}
    assert titles("product=none") == set()
    page = api.get("/api/v1/reviews?limit=1").json
    rest = api.get("/api/v1/reviews", query_string={"cursor": page["next_cursor"]}).json["items"]
    assert [page["items"][0]["id"], rest[0]["id"]] == [str(second.id), str(first.id)]


def test_roles_and_shops_keep_to_themselves(
    key_of: Callable[[str], FlaskClient], sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review()
    assert decide(key_of("agent"), review, action="publish").status_code == 403
    with kit.database.transaction(EVERY_SHOP) as session:
        theirs = factories.review(session, factories.shop(session))
    owner = key_of("owner")
    assert owner.get(f"/api/v1/reviews/{theirs.id}").status_code == 404
    assert decide(owner, theirs, action="publish").status_code == 404
    assert owner.get(f"/api/v1/reviews/{new_id()}").status_code == 404


def test_an_answer_is_put_once_and_checked(
    api: FlaskClient, sent_review: Callable[..., Review]
) -> None:
    review = sent_review()
    path = f"/api/v1/reviews/{review.id}/reply"
    reply = {
        "kind": "thanks",
        "body": "Thank you, Ada. Good to read that the handle fits your hand.",
        "improvement": "None needed: the handle stays.",
    }
    early = api.put(path, json=reply)
    assert (early.status_code, list(early.json["fields"])) == (422, ["review"])
    decide(api, review, action="publish")
    first, again = api.put(path, json=reply), api.put(path, json=reply)
    assert first.status_code == again.status_code == 200
    assert first.json["published_at"] == again.json["published_at"]
    assert first.json["warnings"] == []
    told = api.get(f"/api/v1/reviews/{review.id}").json
    assert told["reply"]["body"] == reply["body"]
    pushing = reply | {"body": "The handle is fine, please change your review."}
    refused = api.put(path, json=pushing)
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["body"])
    warned = reply | {"body": "The handle: you should have read the page.", "kind": "quality"}
    assert len(api.put(path, json=warned).json["warnings"]) == 3


def test_the_api_is_described(api: FlaskClient) -> None:
    paths = api.get("/api/v1/openapi.json").json["paths"]
    assert "/api/v1/reviews/{review_id}/decision" in paths
