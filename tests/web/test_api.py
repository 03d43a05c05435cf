"""The API's frame: description, problems, quota, repeated POSTs, hostile input."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import OrderEvent
from reviewapp.models.integration import IdempotencyKey
from reviewapp.web import api_quota
from reviewapp.web.api_idempotency import forget_idempotency_keys
from reviewapp.web.api_quota import Quota
from tests import factories

ORDER = {
    "email": "ada@customers.example",
    "ordered_at": "2026-11-01T10:00:00Z",
    "lines": [{"external_id": "1", "product": "MUG", "quantity": 1, "price": "9.50"}],
}
EVENT = {"type": "delivered", "at": "2026-11-04T09:30:00Z"}


@pytest.fixture
def order(api: FlaskClient) -> str:
    """An order that is known."""
    api.put("/api/v1/orders/A-1", json=ORDER)
    return "/api/v1/orders/A-1"


def with_value(path: str, value: Any) -> dict[str, Any]:
    """The order above with `value` at `path` (`lines.0.price`)."""
    body = json.loads(json.dumps(ORDER))
    place = body
    *steps, last = path.split(".")
    for step in steps:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    return body


class TestDescription:
    def test_the_document_is_openapi_3_1_made_from_the_schemas(self, client: FlaskClient) -> None:
        spec = client.get("/api/v1/openapi.json").json
        assert spec["openapi"] == "3.1.0"
        put = spec["paths"]["/api/v1/orders/{external_id}"]["put"]
        schema = put["requestBody"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/OrderFacts"}
        assert spec["components"]["schemas"]["OrderFacts"]["required"] == [
            "email",
            "lines",
            "ordered_at",
        ]
        assert {"201", "200", "default"} <= set(put["responses"])

    def test_every_reference_in_the_document_leads_somewhere(self, client: FlaskClient) -> None:
        spec = client.get("/api/v1/openapi.json").json
        references = {
            part for part in client.get("/api/v1/openapi.json").text.split('"') if part[:2] == "#/"
        }
        for reference in references:
            target = spec
            for step in reference.removeprefix("#/").split("/"):
                target = target[step]
            assert target
        assert references

    def test_every_operation_stands_on_the_page(self, client: FlaskClient) -> None:
        page = client.get("/api/docs")
        assert page.status_code == 200
        for path, item in client.get("/api/v1/openapi.json").json["paths"].items():
            assert path in page.text
            assert all(f'id="{method}-' in page.text for method in item if method != "parameters")
        assert "Idempotency-Key" in page.text
        assert "<script" not in page.text
        assert " style=" not in page.text


class TestProblems:
    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            ({}, "key_unknown"),
            ({"Authorization": "Bearer sk_wrong"}, "key_unknown"),
            ({"Authorization": "Basic YTpi"}, "key_unknown"),
            ({"Authorization": "Bearer"}, "key_unknown"),
            ({"Authorization": "Bearer \xff\xfe"}, "key_unknown"),
        ],
    )
    def test_without_a_good_key_nothing_is_told(
        self, client: FlaskClient, headers: dict[str, str], code: str
    ) -> None:
        answer = client.get("/api/v1/products", headers=headers)
        assert (answer.status_code, answer.json["code"]) == (401, code)
        assert answer.mimetype == "application/problem+json"

    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/api/v1/nothing", 404, "not_found"),
            ("GET", "/api/v1/orders/unknown", 404, "not_found"),
            ("DELETE", "/api/v1/products", 405, "method_not_allowed"),
        ],
    )
    def test_every_error_is_problem_json_with_a_code(
        self, api: FlaskClient, method: str, path: str, status: int, code: str
    ) -> None:
        answer = api.open(path, method=method)
        assert (answer.status_code, answer.json["status"], answer.json["code"]) == (
            status,
            status,
            code,
        )
        assert answer.mimetype == "application/problem+json"


DEEP = "[" * 100_000 + "]" * 100_000


class TestHostileBodies:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"{", 400),
            (b"\xff\xfe{}", 400),
            (b'{"email": "\\ud800"}', 400),
            (b'{"email": NaN}', 400),
            (b'{"total": 1e999}', 400),
            (DEEP.encode(), 400),
            (b'{"a":' * 900 + b"1" + b"}" * 900, 422),
            (b"[]", 422),
            (b"null", 422),
            (b'"text"', 422),
            (b"17", 422),
            (b"", 422),
            (b'{"email\\u0000": 1}', 422),
            (b"x" * (1024 * 1024 + 1), 413),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_an_unreadable_body_is_refused(
        self, api: FlaskClient, body: bytes, status: int
    ) -> None:
        answer = api.put("/api/v1/orders/A-1", data=body, content_type="application/json")
        assert answer.status_code == status
        assert answer.json["code"] in ("malformed", "invalid", "too_large")
        assert api.get("/api/v1/orders/A-1").status_code == 404

    def test_only_json_is_taken(self, api: FlaskClient) -> None:
        answer = api.put("/api/v1/orders/A-1", data={"email": "x"})
        assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("email", "nobody"),
            ("email", ["a@b.example"]),
            ("email", "a\x00b@customers.example"),
            ("email", None),
            ("name", 17),
            ("name", "x" * 201),
            ("name", "Ada\x00"),
            ("ordered_at", "yesterday"),
            ("ordered_at", "2026-11-01T10:00:00"),
            ("ordered_at", "0001-01-01T00:00:00+14:00"),
            ("ordered_at", "9999-12-31T23:59:59-14:00"),
            ("ordered_at", 1793000000),
            ("ordered_at", "1812-01-01T00:00:00Z"),
            ("currency", "euro"),
            ("country", "Germany"),
            ("time_zone", "../../etc/passwd"),
            ("time_zone", "Mars/Olympus"),
            ("locale", "de\n"),
            ("total", "NaN"),
            ("total", "-1"),
            ("total", "1e400"),
            ("total", "1e-400"),
            ("total", True),
            ("total", 10**30),
            ("tags", "gift"),
            ("tags", ["x"] * 51),
            ("tags", [None]),
            ("lines", []),
            ("lines", {}),
            ("lines", [17]),
            ("lines", [{"external_id": "1", "product": "MUG"}] * 2),
            ("lines.0.quantity", 0),
            ("lines.0.quantity", 1.5),
            ("lines.0.quantity", 2**63),
            ("lines.0.quantity", "1"),
            ("lines.0.quantity", True),
            ("lines.0.product", ""),
            ("lines.0.product", "x" * 201),
            ("lines.0.product", "M\x00G"),
            ("lines.0.price", "1.00001"),
            ("surprise", 1),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_a_wrong_value_is_named_and_nothing_is_stored(
        self, api: FlaskClient, path: str, value: Any
    ) -> None:
        answer = api.put("/api/v1/orders/A-1", json=with_value(path, value))
        assert answer.status_code == 422
        assert any(name.startswith(path.split(".")[0]) for name in answer.json["fields"])
        assert api.get("/api/v1/orders/A-1").status_code == 404

    @pytest.mark.parametrize("path", ["A%00B", "%ED%A0%80", "%FF%FE", "x" * 201])
    def test_a_path_that_is_no_id_is_refused(self, api: FlaskClient, path: str) -> None:
        for answer in (
            api.get(f"/api/v1/orders/{path}"),
            api.put(f"/api/v1/orders/{path}", json=ORDER),
            api.post(f"/api/v1/orders/{path}/events", json=EVENT),
        ):
            assert (answer.status_code, list(answer.json["fields"])) == (422, ["external_id"])

    @pytest.mark.shared
    def test_naughty_strings_are_kept_as_they_are_or_refused(
        self, api: FlaskClient, shared_data: Any
    ) -> None:
        for naughty in json.loads((shared_data / "hostile_text" / "blns.json").read_text()):
            body = ORDER | {"name": naughty, "lines": [{"external_id": "1", "product": "MUG"}]}
            answer = api.put("/api/v1/orders/A-1", json=body)
            kept = answer.json.get("name") == naughty
            assert answer.status_code == 422 or (answer.status_code in (200, 201) and kept)


class TestQuota:
    def test_every_answer_tells_what_is_left(self, api: FlaskClient) -> None:
        first, second = (api.get("/api/v1/products") for _ in range(2))
        assert first.headers["RateLimit-Policy"] == '"default";q=1200;w=60'
        assert first.headers["RateLimit"].startswith('"default";r=1199;t=')
        assert second.headers["RateLimit"].startswith('"default";r=1198;t=')

    def test_who_asks_too_much_is_told_to_wait(
        self, api: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(api_quota, "QUOTA", Quota(requests=2, seconds=3600))
        answers = [api.get("/api/v1/products") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        problem = answers[2].json
        assert problem["code"] == "too_many"
        assert problem["violated-policies"] == ["default"]
        assert int(answers[2].headers["Retry-After"]) == 1800
        assert answers[2].headers["RateLimit"].startswith('"default";r=0;')


class TestRepeatedPosts:
    def test_the_first_answer_comes_again(self, api: FlaskClient, order: str, session: Any) -> None:
        headers = {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}
        first = api.post(f"{order}/events", json=EVENT, headers=headers)
        api.post(f"{order}/events", json=EVENT | {"type": "returned"})
        again = api.post(f"{order}/events", json=EVENT, headers=headers)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.data == first.data
        assert again.headers["Idempotency-Replayed"] == "true"
        assert len(session.scalars(select(OrderEvent)).all()) == 2

    def test_quoted_and_bare_are_the_same_key(self, api: FlaskClient, order: str) -> None:
        api.post(f"{order}/events", json=EVENT, headers={"Idempotency-Key": "k-1"})
        again = api.post(f"{order}/events", json=EVENT, headers={"Idempotency-Key": '"k-1"'})
        assert again.headers["Idempotency-Replayed"] == "true"

    def test_another_body_under_the_same_key_is_refused(self, api: FlaskClient, order: str) -> None:
        headers = {"Idempotency-Key": "k-1"}
        api.post(f"{order}/events", json=EVENT, headers=headers)
        answer = api.post(f"{order}/events", json=EVENT | {"type": "lost"}, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")

    def test_while_the_first_still_runs_the_second_is_told_so(
        self, api: FlaskClient, order: str, kit: Kit, shop: Shop
    ) -> None:
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
        with kit.database.transaction(EVERY_SHOP) as running:
            running.execute(lock, {"name": f"idempotency:{shop.id}:k-1"})
            answer = api.post(f"{order}/events", json=EVENT, headers={"Idempotency-Key": "k-1"})
        assert (answer.status_code, answer.json["code"]) == (409, "idempotency_key_running")

    def test_a_refusal_is_not_kept(self, api: FlaskClient, order: str) -> None:
        headers = {"Idempotency-Key": "k-1"}
        refused = api.post(f"{order}/events", json={"type": "eaten"}, headers=headers)
        mended = api.post(f"{order}/events", json=EVENT, headers=headers)
        assert (refused.status_code, mended.status_code) == (422, 201)

    @pytest.mark.parametrize("key", ["", " ", '"', "x" * 256, '"a', "ä"])
    def test_a_malformed_key_is_refused(self, api: FlaskClient, order: str, key: str) -> None:
        headers = {"Idempotency-Key": key}
        answer = api.post(f"{order}/events", json=EVENT, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_malformed")

    def test_another_shop_has_its_own_keys(
        self, api: FlaskClient, app: Flask, kit: Kit, order: str
    ) -> None:
        with kit.database.transaction(EVERY_SHOP) as session:
            token = factories.api_key(session, factories.shop(session))
        theirs = app.test_client()
        theirs.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        theirs.put("/api/v1/orders/A-1", json=ORDER)
        headers = {"Idempotency-Key": "k-1"}
        answers = [c.post(f"{order}/events", json=EVENT, headers=headers) for c in (api, theirs)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert "Idempotency-Replayed" not in answers[1].headers

    def test_keys_are_forgotten_after_their_day(
        self, api: FlaskClient, order: str, kit: Kit, session: Any
    ) -> None:
        headers = {"Idempotency-Key": "k-1"}
        api.post(f"{order}/events", json=EVENT, headers=headers)
        with clock.frozen(clock.now() + timedelta(hours=25)):
            again = api.post(f"{order}/events", json=EVENT, headers=headers)
            assert "Idempotency-Replayed" not in again.headers
        with clock.frozen(clock.now() + timedelta(hours=60)):
            assert forget_idempotency_keys(kit) == 1
        assert session.scalars(select(IdempotencyKey)).all() == []

    def test_ten_at_once_have_one_effect(self, app: Flask, api: FlaskClient, order: str) -> None:
        authorization = api.environ_base["HTTP_AUTHORIZATION"]
        seen: list[int] = []

        def knock() -> None:
            client = app.test_client()
            headers = {"Idempotency-Key": "k-1", "Authorization": authorization}
            seen.append(client.post(f"{order}/events", json=EVENT, headers=headers).status_code)

        threads = [threading.Thread(target=knock) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(seen) <= {201, 409}
        assert 201 in seen
        with app.extensions["kit"].database.transaction(EVERY_SHOP) as session:
            assert len(session.scalars(select(OrderEvent)).all()) == 1
