"""One photo's way in a real browser: allowed, taken out, asked about, taken back, erased."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from reviewapp.core.db import EVERY_SHOP
from reviewapp.models.media import MediaAsset, MediaDecision
from reviewapp.models.outbox import Mail
from reviewapp.models.review import Review
from reviewapp.outbox.messages import emit
from reviewapp.proof import audit
from reviewapp.reactions import EVERY
from reviewapp.widgets.collections import create_collection, pick
from reviewapp.widgets.service import refresh_review
from tests import factories
from tests.browser.following import follow
from tests.collect.links import REVIEW, rows
from tests.media.test_service import picture
from tests.widgets.stories import published_json

PLACE = "Spring campaign, Meta"


def react(kit) -> None:
    """What the workers do after a change: one reaction, and the documents written."""
    for errand in ("events", "events", "publish", "exports", "bundles"):
        EVERY[errand].errand(kit)


def shown(kit, shop) -> tuple[int, int, bool]:
    """Reviews in the product's widget, in the selection, and whether the feed has the words."""
    head = published_json(kit, shop, "products/MUG/head.json")
    selection = published_json(kit, shop, "collections/seen-on-customers.json")
    feed = kit.published.read(f"p/v1/{shop.widget_key}/feeds/google-product-reviews.xml")
    return (head["summary"]["count"], len(selection["reviews"]), REVIEW["body"].encode() in feed)


@pytest.fixture
def mug(kit, client, committed, shop):
    from tests.collect.links import link_of

    with committed() as session:
        product = factories.product(
            session, shop, "MUG", title="Stoneware mug", url="https://kiln.example/mug"
        )
        return link_of(client, kit, session, shop, product)


@pytest.fixture
def marketer(browser: Browser, kit, shop, live):
    """A marketer's page in a profile of its own."""
    with kit.database.transaction(EVERY_SHOP) as session:
        token, _csrf = factories.signed_in_member(session, kit, shop, "marketer")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "reviewapp_session", "value": token, "url": live}])
    yield context.new_page()
    context.close()


def write_review(page: Page, live: str, link, photo: Path) -> None:
    """On the page behind the link, allowing two uses."""
    page.goto(f"{live}/r/{link.token}")
    form = page.locator("form#review")
    form.locator("[name=rating][value='4']").check(force=True)
    form.locator("[name=body]").fill(REVIEW["body"])
    form.locator("[name=display_name]").fill("Ada Q.")
    form.locator("#media").set_input_files(photo)
    for use in ("site", "ads"):
        form.locator(f"[name=permission][value={use}]").check()
    follow(form.locator("button[type=submit]").last)
    expect(page.get_by_text("Your review has arrived")).to_be_visible()


def publish(kit, shop) -> None:
    """A moderator publishes it and sees nobody in the photo; a marketer picks it."""
    EVERY["media"].errand(kit)
    with kit.database.transaction(EVERY_SHOP) as session:
        review, photo = session.query(Review).one(), session.query(MediaAsset).one()
        person = factories.member(session, shop, "moderator")
        review.state = "published"
        session.add(
            MediaDecision(
                shop_id=shop.id, asset_id=photo.id, action="check", note="", found=[],
                sha256=photo.sha256, actor="member", member_id=person.id,
            )
        )  # fmt: skip
        session.flush()
        refresh_review(session, review.id)
        made = create_collection(session, shop, "Seen on customers", by="test")
        pick(session, made, review.id, by="test")
        emit(session, "review.published", shop_id=shop.id, review_id=review.id)
    react(kit)


def take_out(page: Page, live: str, use: str) -> None:
    """Tick the photo and take it out."""
    page.goto(f"{live}/admin/library?kind=photo")
    page.locator("[data-tick]").first.check()
    page.locator("#tray-use").select_option(use)
    page.locator("[name=place]").fill(PLACE)
    follow(page.get_by_role("button", name="Take out"))


def switch_off(page: Page, use_sentence: str) -> None:
    """End one use on the author's own page."""
    details = page.locator("details", has_text="What it may be used for").first
    if details.get_attribute("open") is None:
        details.locator("summary").first.click()
    follow(page.get_by_role("button", name=f"End: {use_sentence}", exact=True))
    expect(page.get_by_text("Your permission has ended.")).to_be_visible()


def test_a_photo_is_allowed_used_asked_about_taken_back_and_erased(
    page: Page, marketer: Page, live, kit, shop, mug, tmp_path
):
    photo = tmp_path / "mug.jpg"
    photo.write_bytes(picture(exif_orientation=6).read())
    write_review(page, live, mug, photo)
    publish(kit, shop)
    assert shown(kit, shop) == (1, 1, True)

    take_out(marketer, live, "ads")
    expect(marketer.get_by_role("heading", name=PLACE)).to_be_visible()
    react(kit)
    marketer.reload()
    expect(marketer.get_by_role("link", name="Download")).to_be_visible()

    take_out(marketer, live, "print")
    expect(marketer.get_by_text("Its author has not allowed this use.")).to_be_visible()
    expect(marketer.locator("[data-tick]").first).to_be_checked()
    follow(marketer.get_by_role("button", name="Ask for permission"))
    expect(marketer.get_by_text("Waiting for an answer")).to_be_visible()

    asked = rows(kit, Mail, Mail.letter == "permission_ask")[0].params["page_url"]
    page.goto(live + asked.removeprefix(kit.settings.public_url))
    expect(page.get_by_role("heading", name="In print, such as")).to_be_visible()
    follow(page.get_by_role("button", name="Yes, you may"))
    expect(page.get_by_text("You said yes.")).to_be_visible()
    take_out(marketer, live, "print")
    expect(marketer.get_by_role("heading", name=PLACE)).to_be_visible()
    react(kit)

    page.goto(f"{live}/r/{mug.token}/mine")
    switch_off(page, "In paid advertisements of the shop")
    switch_off(page, "On other pages of the shop's website")
    react(kit)
    assert shown(kit, shop) == (1, 0, True), "it stands with its product, and nowhere else"
    marketer.goto(f"{live}/admin/library/take-downs")
    expect(marketer.get_by_text("The author took the permission back.")).to_have_count(1)

    follow(page.get_by_role("button", name="Take it back"))
    expect(page.get_by_text("Your review is taken back.")).to_be_visible()
    react(kit)
    assert shown(kit, shop) == (0, 0, False)
    marketer.reload()
    expect(marketer.get_by_text("The author took the permission back.")).to_have_count(2)

    follow(page.get_by_role("link", name="Erase everything about you"))
    follow(page.get_by_role("button", name="Erase everything"))
    expect(page.get_by_role("heading", name="Everything about you is being erased")).to_be_visible()
    react(kit)
    EVERY["erasures"].errand(kit)
    assert rows(kit, Review) == []
    assert rows(kit, MediaAsset) == []
    assert json.loads(verified(kit).output)[str(shop.id)] == []


def verified(kit):
    """`reviewapp audit verify --json`."""

    @contextmanager
    def opened():
        yield kit

    done = CliRunner().invoke(audit, ["verify", "--json"], obj=opened)
    assert done.exit_code == 0, done.output
    return done
