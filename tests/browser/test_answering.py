"""Answering in a real browser: an incident put right, four eyes, a question, narrow and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Incident, Pause
from reviewapp.models.insight import Improvement
from reviewapp.models.outbox import Mail
from reviewapp.models.question import Question
from reviewapp.models.review import Review
from reviewapp.moderate.carrying_out import Decision
from reviewapp.moderate.service import By, decide
from reviewapp.reactions import relay_events
from tests import factories
from tests.browser.barriers import barriers
from tests.browser.following import follow


@pytest.fixture
def enter(app: Flask, kit: Kit, shop: Shop, live: str) -> Callable[..., Any]:
    """Sign a page in as somebody of a role."""

    def sign_in(page: Page, role: str) -> Page:
        with kit.database.transaction(EVERY_SHOP) as session:
            token, _csrf = factories.signed_in_member(session, kit, shop, role)
        page.context.add_cookies([{"name": "reviewapp_session", "value": token, "url": live}])
        return page

    return sign_in


@pytest.fixture
def low(kit: Kit, sent_review: Callable[..., Review]) -> Review:
    """A low review that was decided and is public; what follows it has happened."""
    review = sent_review(rating=1, title="", body="The rim was chipped when I unpacked it.")
    with kit.database.transaction(EVERY_SHOP) as session:
        row = session.get_one(Review, review.id)
        decide(session, row, Decision("publish"), by=By("api", "key:tests"))
    relay_events(kit)
    return review


def rows(kit: Kit, model: Any) -> Any:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalars(select(model).order_by(model.id)).all()


def test_a_low_review_is_answered_put_right_and_told_about_once(
    page: Page, enter: Any, live: str, kit: Kit, low: Review
) -> None:
    enter(page, "agent")
    page.goto(f"{live}/admin/incidents")
    expect(page.get_by_text("Paused")).to_be_visible()
    follow(page.get_by_role("link", name="Answer", exact=True))

    follow(page.get_by_role("button", name="Suggest a draft"))
    expect(page.get_by_text("Draft by rules")).to_be_visible()
    answer = page.get_by_label("Your answer")
    expect(answer).to_have_value(
        "I am sorry it did not arrive in one piece, Ada: “The rim was chipped when I unpacked it”. "
        "We have [what you changed about the packing]. Please write to hello@kiln.example, if you "
        "can with a photo, and we will replace it."
    )
    remarks = page.locator("[data-remarks]")
    expect(remarks).to_contain_text("Fill in the part in square brackets.")
    marks = page.locator("[data-preview-body] mark")
    expect(marks).to_have_text(["[what you changed about the packing]"])

    answer.fill(
        "The rim was chipped 😀, Ada, and we have padded the box. Please change your review. "
        "Write to hello@kiln.example."
    )
    expect(remarks).to_contain_text("An answer must not ask to change or remove the review.")
    expect(marks).to_have_text(["change your review"])
    answer.fill(
        "The rim was chipped, Ada, and that is on us. We have padded the box. "
        "Write to hello@kiln.example, and we replace it."
    )
    expect(remarks.locator("li")).to_have_count(0)
    page.get_by_label("The change").fill("A padding ring in every mug box.")
    page.get_by_label("Where").select_option("supplier")
    follow(page.get_by_role("button", name="Publish the answer"))
    expect(page.get_by_role("heading", name="Your public answer")).to_be_visible()
    relay_events(kit)

    page.goto(f"{live}/admin/cases")
    follow(page.get_by_role("link", name="Ada Quist"))
    expect(page.get_by_text("Tracking: not told")).to_be_visible()
    follow(page.get_by_role("button", name="Solved"))
    relay_events(kit)
    follow(page.get_by_role("button", name="Open again"))
    relay_events(kit)
    follow(page.get_by_role("button", name="Solved"))
    relay_events(kit)
    expect(page.get_by_text("Put right: answered in public and solved")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Put right: answered in public and solved")).to_be_visible()

    assert [row.letter for row in rows(kit, Mail)] == ["review_may_change"]
    (incident,), (pause,) = rows(kit, Incident), rows(kit, Pause)
    assert incident.closed_at is not None
    assert pause.ends_at is not None
    (item,) = rows(kit, Improvement)
    assert (item.change, item.place) == ("A padding ring in every mug box.", "supplier")
    page.goto(f"{live}/admin/improvements")
    expect(page.get_by_role("link", name="A padding ring in every mug box.")).to_be_visible()


def test_four_eyes_without_scripts(
    browser: Browser, enter: Any, live: str, kit: Kit, shop: Shop, low: Review
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Shop, shop.id).settings_json = {"reply_approval": True}
    context = browser.new_context(java_script_enabled=False)
    page = enter(context.new_page(), "agent")
    page.goto(f"{live}/admin/reviews/{low.id}")
    page.get_by_label("Your answer").fill("Chipped? You should have packed it. Write to us.")
    page.get_by_label("The change").fill("A padding ring.")
    follow(page.get_by_role("button", name="Hand to a second person"))
    expect(page.get_by_text("This sounds like blame.").first).to_be_visible()
    expect(page.locator("[data-preview-body] mark")).to_have_text(["You should have packed"])
    page.get_by_label("Your answer").fill(
        "The chipped rim is on us, Ada. We have padded the box. Write to hello@kiln.example."
    )
    follow(page.get_by_role("button", name="Hand to a second person"))
    expect(page.get_by_text("Somebody else than its writer approves it.")).to_be_visible()
    context.clear_cookies()
    enter(page, "moderator")
    page.goto(f"{live}/admin/")
    follow(page.get_by_role("link", name="Read it"))
    follow(page.get_by_role("button", name="Approve and publish"))
    expect(page.get_by_text("approved by Moderator")).to_be_visible()
    context.close()


def test_a_question_is_answered_and_its_pages_hold_on_a_phone_by_day_and_night(
    page: Page, enter: Any, live: str, kit: Kit, shop: Shop, low: Review
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        mug = factories.product(session, shop)
        factories.add(session, Question(
            shop_id=shop.id, product_id=mug.id, body="Is it safe in the dishwasher?",
            author_name="Bea", author_email="bea@customers.example",
        ))  # fmt: skip
    enter(page, "agent")
    page.goto(f"{live}/admin/")
    follow(page.get_by_role("link", name="Answer", exact=True))
    follow(page.get_by_role("link", name="Is it safe in the dishwasher?"))
    page.get_by_label("Your answer").fill("Yes, and here is a voucher.")
    expect(page.locator("[data-preview-body] mark")).to_have_text(["voucher"])
    page.get_by_label("Your answer").fill("Yes, up to 60 degrees.")
    expect(page.locator("[data-remarks] li")).to_have_count(0)
    follow(page.get_by_role("button", name="Publish the answer"))
    expect(page.get_by_text("Answered. A mail goes to who asked.")).to_be_visible()
    follow(page.get_by_role("button", name="Put it on the FAQ page"))
    question = page.url
    assert [row.letter for row in rows(kit, Mail)] == ["question_answered"]

    page.set_viewport_size({"width": 320, "height": 700})
    for scheme, path in (
        ("light", question),
        ("dark", f"{live}/admin/reviews/{low.id}?kind=damaged"),
        ("light", f"{live}/admin/incidents"),
        ("dark", f"{live}/admin/improvements"),
        ("light", f"{live}/admin/questions/faq"),
        ("dark", f"{live}/admin/reply-templates/de/damaged"),
    ):
        page.emulate_media(color_scheme=scheme)
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{path} is {wide} px wide"
        assert barriers(page) == [], path
