"""A page of the real browser, a moderator at the queue, a customer with a link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review import Review
from reviewapp.reactions import relay_events
from tests import factories
from tests.browser.queue_desk import FIRST, SECOND, THIRD
from tests.collect.links import Link, link_of


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh profile's page, 1280 px wide, that fails the test on any script error."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


@pytest.fixture
def cookie(app: Flask, kit: Kit, shop: Shop, live: str) -> Any:
    """A moderator's session for a browser context."""
    with kit.database.transaction(EVERY_SHOP) as session:
        token, _csrf = factories.signed_in_member(session, kit, shop, "moderator")
    return {"name": "reviewapp_session", "value": token, "url": live}


@pytest.fixture
def signed_in(page: Page, cookie: Any) -> Page:
    """A page of that moderator."""
    page.context.add_cookies([cookie])
    return page


@pytest.fixture
def three(kit: Kit, sent_review: Callable[..., Review]) -> list[Review]:
    """Three waiting reviews, oldest first."""
    words = (FIRST, SECOND, THIRD)
    found = [sent_review(title="", body=body, rating=n + 1) for n, body in enumerate(words)]
    relay_events(kit)
    return found


@pytest.fixture
def link(client, kit, committed, shop) -> Link:
    """A link to a mug and a shirt."""
    with committed() as session:
        mug = factories.product(session, shop, title="Stoneware mug")
        shirt = factories.product(session, shop, title="Linen shirt", product_type="Clothing")
        return link_of(client, kit, session, shop, mug, shirt)
