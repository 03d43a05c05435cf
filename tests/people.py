"""People and programs at the doors: owner, moderator, marketer, agent, analyst, stranger, a key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from tests import factories


@dataclass(frozen=True)
class SignedIn:
    """A member's browser and what its forms must carry."""

    client: FlaskClient
    csrf_token: str

    def get(self, path: str, **options: object) -> object:
        """GET a page."""
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, object] | None = None, **options: object) -> object:
        """POST a form with its CSRF token."""
        return self.client.post(
            path, data={"csrf_token": self.csrf_token, **(data or {})}, **options
        )


@pytest.fixture
def shop(kit: Kit) -> Shop:
    """A committed shop."""
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.shop(session)


@pytest.fixture
def sign_in(app: Flask, kit: Kit, shop: Shop) -> Callable[[str], SignedIn]:
    """Sign in as a role of the shop."""

    def enter(role: str) -> SignedIn:
        with kit.database.transaction(EVERY_SHOP) as session:
            token, csrf_token = factories.signed_in_member(session, kit, shop, role)
        client = app.test_client()
        client.set_cookie("reviewapp_session", token)
        return SignedIn(client, csrf_token)

    return enter


@pytest.fixture
def owner(sign_in: Callable[[str], SignedIn]) -> SignedIn:
    """May do everything a shop may."""
    return sign_in("owner")


@pytest.fixture
def moderator(sign_in: Callable[[str], SignedIn]) -> SignedIn:
    """Decides on reviews."""
    return sign_in("moderator")


@pytest.fixture
def marketer(sign_in: Callable[[str], SignedIn]) -> SignedIn:
    """Takes out content."""
    return sign_in("marketer")


@pytest.fixture
def agent(sign_in: Callable[[str], SignedIn]) -> SignedIn:
    """Works on cases."""
    return sign_in("agent")


@pytest.fixture
def analyst(sign_in: Callable[[str], SignedIn]) -> SignedIn:
    """Reads."""
    return sign_in("analyst")


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Nobody we know."""
    return app.test_client()


@pytest.fixture
def api(app: Flask, kit: Kit, shop: Shop) -> FlaskClient:
    """A program with the shop's key; every request carries it."""
    with kit.database.transaction(EVERY_SHOP) as session:
        token = factories.api_key(session, shop)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def committed(kit: Kit) -> Callable[[], Session]:
    """`with committed() as session:` writes what other connections shall see."""
    return lambda: kit.database.transaction(EVERY_SHOP)
