"""Cases through the JSON API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.outbox import Mail
from tests import factories
from tests.support.cases import ANSWER, make_case

Committed = Callable[[], Any]


@pytest.fixture
def case(committed: Committed, shop: Shop) -> Case:
    """A committed case."""
    with committed() as session:
        return make_case(session, shop)


def test_cases_are_listed_and_read_with_their_thread(
    api: FlaskClient, committed: Committed, shop: Shop, case: Case
) -> None:
    with committed() as session:
        make_case(session, shop, route="delay")
        make_case(session, factories.shop(session))
    assert len(api.get("/api/v1/cases").json["items"]) == 2
    found = api.get("/api/v1/cases?route=damaged&state=open").json["items"]
    assert [item["id"] for item in found] == [str(case.id)]
    whole = api.get(f"/api/v1/cases/{case.id}").json
    assert [said["body"] for said in whole["messages"]] == ["The handle broke."]
    assert api.get("/api/v1/cases?state=lost").status_code == 422


def test_a_program_answers_once(api: FlaskClient, committed: Committed, case: Case) -> None:
    answers = [
        api.post(
            f"/api/v1/cases/{case.id}/messages",
            json={"direction": "out", "body": ANSWER},
            headers={"Idempotency-Key": "one"},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    with committed() as session:
        assert session.scalars(select(Mail.letter)).all() == ["case_reply"]
        assert session.get_one(Case, case.id).first_responded_at is not None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"direction": "in", "body": "x"},
        {"direction": "out"},
        {"direction": "out", "body": "  "},
        {"direction": "out", "body": "Hello {{name}}"},
        {"direction": "out", "body": 7},
        {"direction": "out", "body": ANSWER, "next_update_at": "2020-01-01T00:00:00Z"},
    ],
)
def test_what_cannot_go_out_is_refused_with_its_field(
    api: FlaskClient, committed: Committed, case: Case, body: dict[str, Any]
) -> None:
    answer = api.post(f"/api/v1/cases/{case.id}/messages", json=body)
    assert answer.status_code == 422
    assert answer.json["fields"]
    with committed() as session:
        assert session.scalars(select(Mail)).all() == []


def test_a_program_solves_and_reopens(api: FlaskClient, case: Case) -> None:
    path = f"/api/v1/cases/{case.id}/state"
    assert api.post(path, json={"state": "solved"}).json["solved_at"]
    assert api.post(path, json={"state": "open"}).json["solved_at"] is None
    assert api.post(path, json={"state": "parked"}).status_code == 422


def test_a_note_is_kept(api: FlaskClient, case: Case) -> None:
    path = f"/api/v1/cases/{case.id}"
    api.post(f"{path}/messages", json={"direction": "note", "body": "Batch 22."})
    assert [said["direction"] for said in api.get(path).json["messages"]] == ["in", "note"]


def test_another_shops_case_is_not_there(api: FlaskClient, committed: Committed) -> None:
    with committed() as session:
        theirs = make_case(session, factories.shop(session))
    for path in (f"/api/v1/cases/{theirs.id}", f"/api/v1/cases/{new_id()}"):
        assert api.get(path).status_code == 404


def test_a_readers_key_cannot_answer(
    app: Any, kit: Kit, committed: Committed, shop: Shop, case: Case
) -> None:
    with committed() as session:
        token = factories.api_key(session, shop, "analyst")
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    path = f"/api/v1/cases/{case.id}/messages"
    assert client.post(path, json={"direction": "note", "body": "x"}).status_code == 403
