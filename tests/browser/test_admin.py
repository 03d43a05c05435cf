"""The admin in a real browser: accessible, narrow, by keyboard, without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.web.auth import SESSION_COOKIE
from tests import factories
from tests.browser.barriers import barriers
from tests.browser.following import follow, follow_key
from tests.support.cases import ANSWER, make_case

PAGES = [
    "/admin/", "/admin/cases", "/admin/cases/{case}", "/admin/orders", "/admin/products",
    "/admin/imports", "/admin/settings", "/admin/letters/case_reply?width=phone", "/admin/widget",
    "/admin/team", "/admin/keys", "/admin/profile", "/signin",
]  # fmt: skip


@pytest.fixture
def case(kit: Kit, shop: Shop) -> Case:
    """A case with an order behind it."""
    with kit.database.transaction(EVERY_SHOP) as session:
        placed = factories.order(session, shop, delivered_days_ago=4)
        asked = factories.request(session, shop, placed)
        return make_case(session, shop, asked=asked, order_id=placed.id)


@pytest.fixture
def cookie(kit: Kit, shop: Shop, live: str) -> Any:
    """What an owner's browser carries."""
    with kit.database.transaction(EVERY_SHOP) as session:
        token, _ = factories.signed_in_member(session, kit, shop, "owner")
    return {"name": SESSION_COOKIE, "value": token, "url": live}


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_every_page_is_accessible_and_fits(
    page: Page, live: str, cookie: Any, case: Case, width: int, scheme: Any
) -> None:
    page.context.add_cookies([cookie])
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    for path in PAGES:
        answer = page.goto(live + path.format(case=case.id))
        assert answer is not None
        assert answer.status == 200, path
        assert barriers(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == width, path


def test_a_case_is_answered_by_keyboard_alone(
    page: Page, live: str, cookie: Any, case: Case
) -> None:
    page.context.add_cookies([cookie])
    page.goto(f"{live}/admin/cases")
    page.keyboard.press("j")
    expect(page.locator(".row-link:focus")).to_have_text("Ada Quist")
    follow_key(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Quist")
    page.get_by_label("Answer", exact=True).focus()
    page.keyboard.type(ANSWER)
    send = page.get_by_role("button", name="Send answer")
    for _ in range(12):
        page.keyboard.press("Tab")
        if send.evaluate("button => button === document.activeElement"):
            break
    follow_key(page, "Enter")
    expect(page.get_by_text("Your answer is on its way")).to_be_visible()
    expect(page.locator(".message-ours")).to_contain_text("The handle of your mug broke")
    expect(page.get_by_label("Answer", exact=True)).to_have_value("")


def test_a_case_is_answered_without_scripts(
    browser: Browser, live: str, cookie: Any, case: Case
) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{live}/admin/cases/{case.id}")
    page.get_by_label("Answer", exact=True).fill("Hello [name]")
    follow(page.get_by_role("button", name="Send answer"))
    expect(page.get_by_role("alert")).to_contain_text("Fill in [name] before sending.")
    page.get_by_label("Answer", exact=True).fill(ANSWER)
    follow(page.get_by_role("button", name="Send answer"))
    expect(page.get_by_text("Your answer is on its way")).to_be_visible()
    context.close()


def test_the_mail_in_its_frame_is_drawn(page: Page, live: str, cookie: Any) -> None:
    page.context.add_cookies([cookie])
    page.goto(f"{live}/admin/letters/request?language=de")
    mail = page.frame_locator("iframe.mail-frame")
    expect(mail.get_by_text("Kiln & Clay").first).to_be_visible()
