"""Home: what waits for whom, four numbers, steps that tick themselves off."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from reviewapp.accounts import queries
from reviewapp.core import clock
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.outbox import OutboxEvent
from tests import factories
from tests.people import SignedIn

Committed = Callable[[], Any]


def test_a_fresh_shop_is_led_through_the_main_job(owner: SignedIn) -> None:
    page = owner.get("/admin/").text
    assert "0 of 6 done" in page
    assert "Nothing right now." in page
    assert 'href="/admin/imports"' in page


def test_steps_tick_themselves_off(owner: SignedIn, committed: Committed, shop: Shop) -> None:
    with committed() as session:
        factories.order(session, shop)
    assert "1 of 6 done" in owner.get("/admin/").text
    with committed() as session:
        factories.request(session, shop, responded_at=clock.now())
    assert "4 of 6 done" in owner.get("/admin/").text


def fill(session: Any, shop: Shop) -> None:
    """One of everything that needs somebody."""
    now = clock.now()
    asked = factories.request(session, shop, state="unknown")
    factories.add(session, Case(
        shop_id=shop.id, customer_id=asked.customer_id, route="delay",
        first_response_due_at=now + timedelta(hours=1),
    ))  # fmt: skip
    factories.review(session, shop)
    factories.review(session, shop, rating=1, state="published", published_at=now)
    factories.add(session, OutboxEvent(shop_id=shop.id, name="review.published", state="failed"))


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("owner", {"waits", "decide", "low", "message", "reaction"}),
        ("moderator", {"decide", "low"}),
        ("agent", {"waits", "low"}),
        ("analyst", set()),
        ("marketer", set()),
    ],
)
def test_everybody_sees_what_they_can_do_something_about(
    sign_in: Callable[[str], SignedIn], committed: Committed, shop: Shop, role: str, seen: set[str]
) -> None:
    with committed() as session:
        fill(session, shop)
    page = sign_in(role).get("/admin/").text.split("<main")[1]
    told = {
        "waits": "waits for a first answer",
        "decide": "1 review to decide",
        "low": "1 low review without an answer",
        "message": "1 message may or may not have gone out",
        "reaction": "1 reaction gave up",
    }
    assert {name for name, words in told.items() if words in page} == seen


def test_numbers_are_of_seven_days_beside_those_before(session: Any) -> None:
    shop, now = factories.shop(session), clock.now()
    for days in (1, 2, 8, 40, 70):
        factories.request(session, shop, sent_at=now - timedelta(days=days))
    factories.request(session, factories.shop(session))
    sent = queries.trends(session, shop.id)["sent"]
    assert (sent.now, sent.before) == (2, 1)
    assert sum(sent.values) == 4
    assert queries.trends(session, shop.id)["first_response"].now is None


def test_what_gave_up_can_be_tried_again(owner: SignedIn, committed: Committed, shop: Shop) -> None:
    with committed() as session:
        fill(session, shop)
    page = owner.get("/admin/failures").text
    path = re.search(r'action="(/admin/failures/[\w-]+/again)"', page)[1]
    assert owner.post(path).status_code == 302
    with committed() as session:
        assert session.scalars(select(OutboxEvent.state)).all() == ["pending"]
    assert owner.post(path).status_code == 409


@pytest.mark.parametrize("role", ["owner", "moderator", "marketer", "agent", "analyst"])
def test_no_entry_of_the_side_bar_leads_nowhere(
    sign_in: Callable[[str], SignedIn], role: str
) -> None:
    person = sign_in(role)
    page = person.get("/admin/").text
    hrefs = set(re.findall(r'class="nav-link" href="([^"]+)"', page))
    assert {"/admin/", "/admin/cases", "/admin/orders"} <= hrefs
    assert {href: person.get(href).status_code for href in hrefs} == dict.fromkeys(hrefs, 200)


def test_the_side_bar_counts_what_waits(
    moderator: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        for _ in range(3):
            factories.review(session, shop)
    assert 'Queue</span><span class="nav-count">3<' in moderator.get("/admin/").text


@pytest.mark.parametrize("letter", ["request", "reminder", "help_received", "case_reply",
    "review_confirm", "review_received", "review_refused", "sign_in", "invitation"])  # fmt: skip
def test_every_letter_can_be_looked_at_in_every_language(agent: SignedIn, letter: str) -> None:
    for language in ("en", "de", "fr", "es", "pt"):
        page = agent.get(f"/admin/letters/{letter}?language={language}&width=text")
        assert page.status_code == 200
        assert "Kiln &amp; Clay" in page.text
        framed = agent.get(f"/admin/letters/{letter}/{language}.html")
        assert f'lang="{language}"' in framed.text
        assert "sandbox" in framed.headers["Content-Security-Policy"]


def test_letters_that_are_none_are_not_found(agent: SignedIn) -> None:
    for path in (
        "/admin/letters/spam",
        "/admin/letters/request/xx.html",
        "/admin/letters/x/en.html",
    ):
        assert agent.get(path).status_code == 404
