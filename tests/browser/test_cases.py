"""Cases in a real browser: the whole way of an unhappy buyer, and twenty by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.outbox import Mail
from reviewapp.models.review import Review
from reviewapp.moderate.carrying_out import Decision
from reviewapp.moderate.service import By, decide
from reviewapp.reactions import relay_events
from tests import factories
from tests.browser.barriers import barriers
from tests.browser.following import follow, follow_key
from tests.support.cases import make_case

TWENTY = 20


@pytest.fixture
def enter(kit: Kit, shop: Shop, live: str) -> Callable[[Page, str], Page]:
    """Sign a page in as somebody of a role."""

    def sign_in(page: Page, role: str) -> Page:
        with kit.database.transaction(EVERY_SHOP) as session:
            token, _csrf = factories.signed_in_member(session, kit, shop, role)
        page.context.add_cookies([{"name": "reviewapp_session", "value": token, "url": live}])
        return page

    return sign_in


def rows(kit: Kit, model: Any) -> Any:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalars(select(model).order_by(model.id)).all()


def local(kit: Kit, live: str, letter: str) -> str:
    """Where the newest letter of this kind leads, on the test's own port."""
    with kit.database.transaction(EVERY_SHOP) as session:
        params = session.scalars(
            select(Mail.params).where(Mail.letter == letter).order_by(Mail.id.desc())
        ).first()
    assert params is not None
    link = params.get("mine_url") or params["page_url"]
    return live + str(link).removeprefix("http://localhost")


def test_an_unhappy_answer_becomes_a_case_is_solved_and_the_author_edits_the_review(
    page: Page, enter: Any, live: str, kit: Kit, shop: Shop, app: Flask
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        placed = factories.order(session, shop, delivered_days_ago=8, external_id="10412")
        asked = factories.request(session, shop, placed)
    token = kit.links.sign("request", asked.id)
    page.goto(f"{live}/r/{token}?score=1")
    follow(page.locator("form#experience button"))
    help_form = page.locator("form#help")
    help_form.locator("[name=route][value=damaged]").check()
    help_form.locator("[name=message]").fill("The handle is off.")
    follow(help_form.locator("button[type=submit]").last)
    expect(page.get_by_text("A person from Kiln & Clay answers you")).to_be_visible()
    review_form = page.locator("form#review")
    review_form.locator("[name=rating][value='2']").check(force=True)
    review_form.locator("[name=body]").fill("The glaze is fine but the handle came off at once.")
    follow(review_form.locator("button[type=submit]").last)
    expect(page.get_by_text("Your review has arrived")).to_be_visible()
    with kit.database.transaction(EVERY_SHOP) as session:
        review = session.scalars(select(Review)).one()
        decide(session, review, Decision("publish"), by=By("api", "key:tests"))
    relay_events(kit)

    enter(page, "agent")
    page.goto(f"{live}/admin/cases")
    follow(page.get_by_role("link", name="Ada Quist"))
    expect(page.get_by_text("The handle is off.").first).to_be_visible()
    answer = page.get_by_label("Answer", exact=True)
    answer.fill("The handle of your mug was packed too tightly. I will send a new one tomorrow.")
    missing = page.locator("[data-part].is-missing")
    expect(missing).to_have_count(2)
    answer.fill(
        "The handle of your mug was packed too tightly. I will send a new one tomorrow. "
        "Please keep the old one. Just reply if anything is unclear."
    )
    expect(missing).to_have_count(0)
    follow(page.get_by_role("button", name="Send and solve"))
    expect(page.get_by_text("the case is solved")).to_be_visible()
    relay_events(kit)
    assert sorted(one.letter for one in rows(kit, Mail)) == [
        "case_feedback", "case_reply", "help_received", "review_may_change", "review_received"
    ]  # fmt: skip

    page.goto(local(kit, live, "review_may_change"))
    follow(page.get_by_role("link", name="Change").first)
    page.locator("[name=body]").fill("The handle came off; a new mug came two days later.")
    follow(page.locator("form button[type=submit]").last)
    page.goto(local(kit, live, "review_may_change"))
    expect(page.get_by_text("a new mug came two days later").first).to_be_visible()

    page.goto(local(kit, live, "case_feedback"))
    page.get_by_role("radio", name="Very satisfied").check(force=True)
    assert barriers(page) == []
    follow(page.get_by_role("button", name="Send answer"))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_a_refund_threat_stops_automation_and_cases_are_merged_and_split(
    page: Page, enter: Any, live: str, kit: Kit, shop: Shop
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        items = [factories.product(session, shop, title=name) for name in ("Mug", "Bowl")]
        placed = factories.order(
            session, shop, *items, delivered_days_ago=8, total=Decimal(120), external_id="10412"
        )
        asked = factories.request(session, shop, placed)
    token = kit.links.sign("request", asked.id)
    for route, words in (("delay", "Where is the rest?"), ("damaged", "Money back or my lawyer!")):
        page.goto(f"{live}/r/{token}?score=1")
        follow(page.locator("form#experience button"))
        page.locator(f"form#help [name=route][value={route}]").check()
        page.locator("form#help [name=message]").fill(words)
        follow(page.locator("form#help button[type=submit]").last)
        expect(page.get_by_text("A person from Kiln & Clay answers you")).to_be_visible()
    enter(page, "owner")
    relay_events(kit)
    page.goto(f"{live}/admin/cases?view=escalated")
    follow(page.get_by_role("link", name="Ada Quist"))
    expect(page.get_by_text("A person must take this case")).to_be_visible()
    expect(
        page.get_by_text("A public complaint or legal steps are threatened").first
    ).to_be_visible()
    page.get_by_text("The same problem twice?").click()
    follow(page.get_by_role("button", name="Merge into it"))
    expect(page.get_by_text("Merged: this case carries on.")).to_be_visible()
    expect(page.locator(".thread")).to_contain_text("Money back or my lawyer!")
    expect(page.locator(".thread")).to_contain_text("Where is the rest?")
    expect(page.get_by_text("A person must take this case")).to_be_visible()
    page.get_by_text("Two problems in one?").click()
    page.get_by_label("Bowl").check()
    follow(page.get_by_role("button", name="Split", exact=True))
    expect(page.get_by_text("Split: this is the new case.")).to_be_visible()
    assert len([one for one in rows(kit, Case) if one.state != "solved"]) == 2
    follow(page.get_by_role("link", name="Open it", exact=True))
    follow(page.get_by_role("button", name="Let automation resume"))
    expect(page.get_by_text("Was escalated")).to_be_visible()


def test_twenty_cases_are_answered_by_keyboard_alone_and_a_missing_field_stops_the_sending(
    page: Page, enter: Any, live: str, kit: Kit, shop: Shop
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        for number in range(TWENTY):
            buyer = factories.customer(session, shop, name=f"Buyer {number:02}")
            placed = factories.order(session, shop, buyer=buyer, external_id=f"O-{number:02}")
            asked = factories.request(session, shop, placed)
            make_case(session, shop, due_in_hours=number + 1, asked=asked, order_id=placed.id)
    enter(page, "agent")
    keys = page.keyboard
    picker, draft = page.locator("[data-macro-picker]"), page.locator("#body")
    for number in range(TWENTY):
        page.goto(f"{live}/admin/cases")
        keys.press("j")
        expect(page.locator(".row-link:focus")).to_have_text(f"Buyer {number:02}")
        follow_key(page, "Enter")
        expect(page.locator("h1")).to_have_text(f"Buyer {number:02}")
        keys.press("/")
        expect(picker).to_be_visible()
        keys.type("damag")
        keys.press("Enter")
        expect(draft).to_be_focused()
        if number == 0:
            follow_key(page, "Control+Enter")
            expect(
                page.get_by_text("Fill in [how it is damaged] before sending.").first
            ).to_be_visible()
            assert rows(kit, Mail) == []
            draft.focus()
            keys.press("Control+a")
        else:
            keys.press("Control+a")
        keys.type("The handle of your mug broke because it was packed tightly. I will send a new "
                  "one today. Please keep the old one. Just reply.")  # fmt: skip
        follow_key(page, "Control+Enter")
        expect(page.get_by_text("Your answer is on its way")).to_be_visible()
    with kit.database.transaction(EVERY_SHOP) as session:
        answered = session.scalars(select(CaseMessage.macro).where(CaseMessage.direction == "out"))
        assert list(answered) == ["damaged/en/0"] * TWENTY
        states = session.scalars(select(Case.state))
        assert set(states) == {"waiting"}


@pytest.mark.parametrize(("scheme", "width"), [("dark", 320)])
def test_no_page_of_helping_has_a_barrier_or_is_too_wide(
    browser: Browser, enter: Any, live: str, kit: Kit, shop: Shop, scheme: Any, width: int
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        placed = factories.order(
            session, shop, factories.product(session, shop), factories.product(session, shop)
        )
        asked = factories.request(session, shop, placed)
        case = make_case(session, shop, asked=asked, order_id=placed.id, route="return",
                         automation_stopped=True, escalation="threat", escalated_at=clock.now(),
                         tags=["damage"], priority="urgent")  # fmt: skip
        make_case(session, shop, asked=asked, order_id=placed.id, opened_at=clock.now()
                  - timedelta(days=1))  # fmt: skip
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = enter(context.new_page(), "owner")
    for path in (f"/admin/cases/{case.id}", "/admin/helping/hours"):
        page.goto(live + path)
        assert barriers(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path
    context.close()
