"""`reviewapp shop create` and `reviewapp member add`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewapp.accounts import cli
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Member, Shop


@pytest.fixture
def run(kit: Kit) -> Any:
    """Run a command as the top does, with this test's kit."""

    @contextmanager
    def opened_kit() -> Iterator[Kit]:
        yield kit

    def invoke(group: click.Group, *words: str) -> Any:
        return CliRunner().invoke(group, words, obj=opened_kit)

    return invoke


def test_a_shop_is_made_and_its_owner_comes_in(run: Any, client: FlaskClient) -> None:
    made = run(
        cli.shop, "create", "--name", "Kiln", "--email", "ada@kiln.example", "--locale", "de"
    )
    told = json.loads(made.output)
    assert sorted(told) == ["api_key", "shop_id", "sign_in_url", "widget_key"]
    headers = {"Authorization": f"Bearer {told['api_key']}"}
    assert client.get("/api/v1/products", headers=headers).status_code == 200
    path = told["sign_in_url"].removeprefix("http://localhost")
    assert client.get(path).status_code == 200
    assert client.post(path).headers["Location"] == "/admin/"
    assert "Kiln" in client.get("/admin/").text


def test_a_member_is_added_once(run: Any, kit: Kit, shop: Shop) -> None:
    words = ("add", "--shop", str(shop.id), "--email", "bo@kiln.example", "--role", "agent")
    assert "/signin/link/in_" in json.loads(run(cli.member, *words).output)["sign_in_url"]
    again = run(cli.member, *words)
    assert again.exit_code != 0
    with kit.database.transaction(EVERY_SHOP) as session:
        assert session.scalars(select(Member.role)).all() == ["agent"]


@pytest.mark.parametrize(
    "words",
    [
        ("create", "--name", "x", "--email", "none"),
        ("create", "--name", "x", "--email", "a@b.example", "--time-zone", "Mars/Olympus"),
        ("create", "--name", "x"),
        ("create", "--name", "x", "--email", "a@b.example", "--locale", "tlh"),
    ],
)
def test_a_shop_that_cannot_be_is_not_made(run: Any, kit: Kit, words: tuple[str, ...]) -> None:
    assert run(cli.shop, *words).exit_code != 0
    with kit.database.transaction(EVERY_SHOP) as session:
        assert session.scalars(select(Shop)).all() == []


def test_a_member_needs_a_shop_that_is_there(run: Any) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    answer = run(cli.member, "add", "--shop", nobody, "--email", "a@b.example", "--role", "agent")
    assert answer.exit_code != 0
