"""The moderators' pages in a real browser: by keyboard, by selecting, without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review import Review
from tests import factories
from tests.browser.barriers import barriers
from tests.browser.following import follow, follow_key
from tests.browser.queue_desk import FIRST, SECOND, THIRD, decisions, reads
from tests.journeys.stack import waited_for


def test_the_queue_is_worked_off_by_keyboard_alone(
    signed_in: Page, live: str, three: list[Review], kit: Kit, shop: Shop
) -> None:
    page = signed_in
    page.goto(f"{live}/admin/queue")
    page.keyboard.press("n")
    reads(page, FIRST)
    page.keyboard.press("j")
    reads(page, SECOND)
    page.keyboard.press("k")
    reads(page, FIRST)
    page.keyboard.press("n")
    reads(page, SECOND)
    page.keyboard.press("p")
    reads(page, THIRD)
    expect(page.locator("[data-undo]")).to_contain_text("Published")
    expect(page.get_by_role("img", name="out of 5 stars")).to_have_count(0)
    page.keyboard.press("u")
    reads(page, SECOND)
    page.keyboard.press("p")
    reads(page, THIRD)
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Refuse this review")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("Abusive")).to_be_checked()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Unrelated")).to_be_checked()
    page.get_by_label("To the author").focus()
    page.keyboard.type("It is about somebody, not the mug.")
    page.keyboard.press("Control+Enter")
    reads(page, FIRST)
    assert decisions(kit, shop) == [
        ("publish", None), ("undo", None), ("publish", None), ("refuse", "unrelated"),
    ]  # fmt: skip


def test_typed_text_survives_a_dropped_connection(
    signed_in: Page, live: str, three: list[Review], kit: Kit, shop: Shop
) -> None:
    page = signed_in
    page.goto(f"{live}/admin/queue")
    page.keyboard.press("n")
    reads(page, FIRST)
    follow_key(page, "r")
    note = page.get_by_label("To the author")
    note.fill("Typed while the train went into a tunnel.")
    page.context.set_offline(True)
    page.get_by_label("Unrelated").check()
    page.get_by_role("button", name="Refuse this review").click()
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    page.goto(f"{live}/admin/queue/{three[0].id}?do=refuse")
    if page.locator("[data-draft-restore]:visible").count():
        page.locator("[data-draft-restore]").click()
    expect(note).to_have_value("Typed while the train went into a tunnel.")
    assert decisions(kit, shop) == []


def test_two_people_see_who_is_on_what(
    browser: Browser, signed_in: Page, live: str, app: Flask, three: list[Review], kit: Kit,
    shop: Shop,
) -> None:  # fmt: skip
    signed_in.goto(f"{live}/admin/queue")
    signed_in.keyboard.press("n")
    reads(signed_in, FIRST)
    with kit.database.transaction(EVERY_SHOP) as session:
        token, _csrf = factories.signed_in_member(session, kit, shop, "owner")
    context = browser.new_context()
    context.add_cookies([{"name": "reviewapp_session", "value": token, "url": live}])
    other = context.new_page()
    other.goto(f"{live}/admin/queue")
    expect(other.locator(".queue-line").first).to_contain_text("Moderator is on it")
    other.keyboard.press("n")
    reads(other, SECOND)
    signed_in.goto(f"{live}/admin/reviews")

    def is_given_back() -> bool:
        """What the page said when it was left has arrived: it goes its own way to the server."""
        other.goto(f"{live}/admin/queue")
        return "Moderator is on it" not in other.locator(".queue-line").first.inner_text()

    assert waited_for(is_given_back)
    context.close()


def test_the_list_of_keys_names_those_of_the_queue(
    signed_in: Page, live: str, three: list[Review]
) -> None:
    signed_in.goto(f"{live}/admin/queue")
    signed_in.keyboard.press("n")
    reads(signed_in, FIRST)
    signed_in.keyboard.press("?")
    keys = signed_in.get_by_role("dialog", name="Keys")
    for name in ("Publish", "Refuse", "Redact", "Ask", "Next"):
        expect(keys.get_by_text(name, exact=True)).to_be_visible()


def test_selecting_words_puts_them_into_the_form(
    signed_in: Page, live: str, three: list[Review], kit: Kit, shop: Shop
) -> None:
    page = signed_in
    page.goto(f"{live}/admin/queue/{three[2].id}")
    reads(page, THIRD)
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Publish")).to_be_visible()
    page.evaluate(
        """() => {
            const text = document.querySelector("[data-passage-of=body]").firstChild;
            const range = document.createRange();
            range.setStart(text, 17); range.setEnd(text, 20);
            getSelection().removeAllRanges(); getSelection().addRange(range);
        }"""
    )
    page.keyboard.press("d")
    field = page.get_by_label("Words to take out")
    expect(field).to_have_value("Ada")
    assert "Ada" not in page.url, "words never stand in an address"
    page.get_by_label("Personal information").check()
    page.get_by_label("Why, in a sentence").fill("A name.")
    follow(page.get_by_role("button", name="Publish without the passage"))
    expect(page.locator("[data-undo]")).to_contain_text("Published with a passage taken out")
    with kit.database.transaction(shop.id) as session:
        redactions = session.get_one(Review, three[2].id).redactions
    assert [(row["start"], row["end"]) for row in redactions] == [(17, 20)]


def test_typed_words_come_back_after_an_error_and_the_error_is_focused(
    signed_in: Page, live: str, three: list[Review]
) -> None:
    page = signed_in
    page.goto(f"{live}/admin/queue/{three[0].id}?do=refuse")
    page.get_by_label("Unrelated").check()
    page.get_by_label("To the author").fill("Please write about the mug.")
    page.get_by_label("The passage it is about").fill("not in the text")
    page.get_by_role("button", name="Refuse this review").click()
    expect(page.get_by_label("To the author")).to_have_value("Please write about the mug.")
    expect(page.get_by_label("Unrelated")).to_be_checked()
    expect(page.locator("[data-error-summary]")).to_contain_text("not in the text")


def test_everything_works_without_scripts(
    browser: Browser, live: str, cookie: Any, three: list[Review], kit: Kit, shop: Shop
) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{live}/admin/queue")
    follow(page.get_by_role("button", name="Start with the oldest"))
    follow(page.get_by_role("link", name="Refuse"))
    page.get_by_label("Unrelated").check()
    page.get_by_label("To the author").fill("About something else.")
    follow(page.get_by_role("button", name="Refuse this review"))
    follow(page.get_by_role("button", name="Publish"))
    follow(page.get_by_role("link", name="Redact"))
    page.get_by_label("Words to take out").fill("Ada")
    page.get_by_label("Personal information").check()
    page.get_by_label("Why, in a sentence").fill("A name.")
    follow(page.get_by_role("button", name="Publish without the passage"))
    assert [action for action, _ in decisions(kit, shop)] == ["refuse", "publish", "redact"]
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_pages_are_accessible_and_fit(
    signed_in: Page, live: str, three: list[Review], width: int, scheme: Any
) -> None:
    page = signed_in
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    first = three[0].id
    page.goto(f"{live}/admin/queue")
    follow_key(page, "n")
    expect(page).to_have_url(f"{live}/admin/queue/{first}")
    for path in (
        "/admin/queue",
        f"/admin/queue/{three[1].id}",
        f"/admin/queue/{first}?do=flag",
        f"/admin/queue/{first}?do=refuse",
        f"/admin/queue/{first}?do=redact",
        "/admin/reviews",
        f"/admin/reviews/{first}",
        "/admin/fairness",
    ):
        page.goto(f"{live}{path}")
        assert barriers(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
