"""The API's frame: description, problems, quota."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient

from reviewapp.web import api_quota
from reviewapp.web.api_quota import Quota


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


class TestQuota:
    def test_every_answer_tells_what_is_left(self, api: FlaskClient) -> None:
        with time_machine.travel(datetime.now(UTC), tick=False):  # nothing is filled up meanwhile
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
