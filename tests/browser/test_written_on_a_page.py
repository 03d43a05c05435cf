"""From a product's page to the storefront: write, confirm by mail, be read, be published."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from reviewapp.core.kit import Kit
from reviewapp.outbox.mail import send_mail
from reviewapp.reactions import relay_events
from reviewapp.web.auth import SESSION_COOKIE
from reviewapp.widgets.rebuilding import rebuild
from tests import factories
from tests.browser.following import follow, follow_key
from tests.browser.queue_desk import reads
from tests.browser.storefront import open_storefront
from tests.widgets.stories import shop_with_product

BUYER = "ada@customers.example"
PAGE = (
    "<main><h1>Mug</h1><review-form product='MUG'><a href='#'>Write a review</a></review-form>"
    "<review-list product='MUG'></review-list></main>"
)


def write(page: Page, body: str, email: str) -> None:
    """As a shopper does it."""
    link = page.get_by_role("link", name="Write a review")
    expect(link).to_have_attribute("aria-haspopup", "dialog")
    link.click()
    page.get_by_role("radio", name="2 stars: Bad").check(force=True)
    page.get_by_label("Your review").fill(body)
    page.get_by_label("Shown as").fill("Ada Q.")
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_role("status")).to_contain_text("Please check your e-mail")


def link_in_mail(kit: Kit, live: str, email: str) -> str:
    """Where the confirmation mail to this address leads."""
    send_mail(kit)
    letters = [file.read_text() for file in (kit.settings.data_dir / "mailbox").glob("*.eml")]
    text = next(letter for letter in letters if email in letter).replace("=\n", "")
    found = re.search(r"/c/[\w.~-]+", text)
    assert found
    return live + found[0]


def test_a_review_from_a_page_is_verified_only_where_an_order_matched(
    page: Page, browser: Browser, live: str, kit: Kit, committed: Callable
) -> None:
    shop, mug = shop_with_product(kit)
    with committed() as session:
        buyer = factories.customer(session, shop, BUYER)
        factories.order(session, shop, mug, buyer=buyer, delivered_days_ago=3)
        token, _ = factories.signed_in_member(session, kit, shop, "moderator")
    rebuild(kit)
    with open_storefront(live, shop) as storefront:
        for email, body in ((BUYER, "I bought it."), ("bo@customers.example", "I saw it.")):
            page.goto(storefront(PAGE))
            write(page, body, email)
            page.goto(link_in_mail(kit, live, email))
            expect(page.get_by_text(body)).to_be_visible()
            follow(page.get_by_role("button", name="Yes, send it"))
            expect(page.get_by_role("status")).to_contain_text("is confirmed")
        page.get_by_text("What it may be used for", exact=True).click()
        expect(page.get_by_text("Not allowed").first).to_be_visible()
        relay_events(kit)

        page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": live}])
        page.goto(f"{live}/admin/queue")
        follow(page.get_by_role("button", name="Start with the oldest"))
        for body in ("I bought it.", "I saw it."):
            reads(page, body)
            follow_key(page, "p")
        relay_events(kit)
        rebuild(kit)

        fresh = browser.new_context().new_page()
        fresh.goto(storefront(PAGE))
        articles = fresh.get_by_role("article")
        expect(articles).to_have_count(2)
        expect(articles.filter(has_text="I bought it.")).to_contain_text("Verified buyer")
        expect(articles.filter(has_text="I saw it.")).not_to_contain_text("Verified buyer")
        expect(fresh.get_by_role("img", name="2.0 out of 5 stars, 2 reviews").first).to_be_visible()
        fresh.context.close()
