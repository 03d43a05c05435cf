"""No key of a quick moderator is lost, and none decides on a review that was not in view."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review import Review
from tests.browser.queue_desk import FIRST, SECOND, THIRD, decisions, reads


class Held:
    """An address whose answers wait until they are let go."""

    def __init__(self, page: Page, address: str) -> None:
        """Hold it from now on."""
        self.routes: list[Route] | None = []
        page.route(address, self.answer)

    def answer(self, route: Route) -> None:
        """Later, while it is held."""
        if self.routes is None:
            route.continue_()
        else:
            self.routes.append(route)

    def let_go(self) -> None:
        """Answer what was asked, and whatever is asked from now on."""
        routes, self.routes = self.routes or [], None
        for route in routes:
            route.continue_()


def begin(page: Page, live: str) -> None:
    page.goto(f"{live}/admin/queue")
    page.keyboard.press("n")
    reads(page, FIRST)


def test_a_key_pressed_before_the_scripts_run_is_carried_out(
    signed_in: Page, live: str, three: list[Review], kit: Kit, shop: Shop
) -> None:
    page = signed_in
    begin(page, live)
    script = Held(page, "**/admin/keys.js*")
    page.keyboard.press("n")
    reads(page, SECOND)
    page.keyboard.press("p")
    assert decisions(kit, shop) == []
    script.let_go()
    reads(page, THIRD)
    expect(page.locator("[data-undo]")).to_contain_text("Published")
    assert decisions(kit, shop) == [("publish", None)]


def test_a_key_pressed_before_the_words_are_in_view_decides_nothing_and_says_so(
    signed_in: Page, live: str, three: list[Review], kit: Kit, shop: Shop
) -> None:
    page = signed_in
    begin(page, live)
    sheet = Held(page, "**/shared/base.css*")
    page.keyboard.press("n")
    page.wait_for_url(f"**/{three[1].id}", wait_until="commit")
    expect(page.locator("[data-passage-of=body]")).to_have_text(SECOND)
    page.keyboard.press("p")
    sheet.let_go()
    expect(page.locator(".toast")).to_contain_text("You pressed p before")
    reads(page, SECOND)
    assert decisions(kit, shop) == []
    page.keyboard.press("p")
    reads(page, THIRD)
    assert decisions(kit, shop) == [("publish", None)]


def test_keys_pressed_at_once_are_carried_out_one_after_the_other(
    signed_in: Page, live: str, three: list[Review], kit: Kit, shop: Shop
) -> None:
    page = signed_in
    begin(page, live)
    at_once(page, "n", "n")
    reads(page, THIRD)
    at_once(page, "k", "k")
    reads(page, FIRST)
    # None of these is passed on the way: what reads so has come to rest.
    at_once(page, "j")
    reads(page, SECOND)
    at_once(page, "p", "u")
    expect(page.get_by_text("Taken back. It waits again.")).to_be_visible()
    reads(page, SECOND)
    assert decisions(kit, shop) == [("publish", None), ("undo", None)]


def test_what_was_in_view_is_decided_though_its_page_is_being_left(
    signed_in: Page, live: str, three: list[Review], kit: Kit, shop: Shop
) -> None:
    page = signed_in
    begin(page, live)
    at_once(page, "n", "p")
    reads(page, SECOND)
    expect(page.locator("[data-undo]")).to_contain_text("Published")
    assert published(kit, three) == [three[0].id]


def test_a_key_that_bounces_or_is_held_down_decides_once(
    signed_in: Page, live: str, three: list[Review], kit: Kit, shop: Shop
) -> None:
    page = signed_in
    begin(page, live)
    at_once(page, "p", "p", "r")
    expect(page.locator(".toast")).to_contain_text("You pressed r before")
    reads(page, SECOND)
    assert published(kit, three) == [three[0].id]
    for _ in range(6):
        page.keyboard.down("p")
    reads(page, THIRD)
    page.keyboard.down("p")
    page.keyboard.up("p")
    reads(page, THIRD)
    assert published(kit, three) == [three[0].id, three[1].id]


def at_once(page: Page, *keys: str) -> None:
    """Press one key after another within one task of the page: nothing comes between."""
    page.evaluate(
        """(keys) => {
          const press = (key) => document.body.dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
          setTimeout(() => keys.forEach(press));
        }""",
        list(keys),
    )


def published(kit: Kit, reviews: list[Review]) -> list[object]:
    """Which of these are published."""
    with kit.database.transaction(reviews[0].shop_id) as session:
        rows = [session.get_one(Review, review.id) for review in reviews]
        return [row.id for row in rows if row.state == "published"]
