"""A POST that is repeated under one key has one effect and one answer."""

from __future__ import annotations

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
from reviewapp.web.api_idempotency import forget_idempotency_keys
from tests import factories
from tests.web.order_bodies import EVENT, ORDER


@pytest.fixture
def order(api: FlaskClient) -> str:
    """An order that is known."""
    api.put("/api/v1/orders/A-1", json=ORDER)
    return "/api/v1/orders/A-1"


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
