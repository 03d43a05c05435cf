"""Renewals in any order of acts, and on the pages of those who ask and are asked (P3)."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from reviewapp.core.errors import Invalid
from reviewapp.library.asking import ask
from reviewapp.library.contents import contents_of, shop_review
from reviewapp.library.exporting import Pick, Plan, check
from reviewapp.library.renewing import ask_longer
from reviewapp.library.rules import RENEWAL_REFUSALS
from reviewapp.models.library import PermissionAsk
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import Mail
from reviewapp.models.release_ask import ReleaseAsk
from reviewapp.models.rights import PermissionEntry
from reviewapp.reactions import relay_events
from reviewapp.rights.ledger import verify
from tests.browser.barriers import barriers
from tests.browser.following import follow_key
from tests.collect.links import rows, said
from tests.library.renewals import JUNE, clock, held, longer, say_to, until_june, work, written
from tests.library.test_asking import address
from tests.library.test_exporting import taken

__all__ = ["clock", "longer", "say_to", "until_june"]
DAY = timedelta(days=1)


WORDS = ("longer", "longer", "yes", "yes", "no", "off", "on", "wait", "wait")


class Calendar:
    """One use of one review, as somebody with a calendar would keep it."""

    def __init__(self, chance, ask_again, say_to, switch):
        self.chance, self.until, self.waiting = chance, JUNE, None
        self.ask_again, self.say_to, self.switch = ask_again, say_to, switch

    @property
    def today(self):
        return datetime.now(UTC).date()

    @property
    def runs(self):
        return self.until >= self.today

    def longer(self):
        day = self.today + self.chance.randint(1, 60) * DAY
        try:
            self.waiting = self.ask_again(day)
        except Invalid:
            return
        assert self.runs
        assert self.until < day

    def yes(self):
        asked, self.waiting = self.waiting, None
        if asked is None:
            return
        self.say_to(asked, "yes")
        if asked.ends_on >= self.today:
            self.until = max(self.until, asked.ends_on) if self.runs else asked.ends_on

    def no(self):
        if self.waiting is not None and self.chance.random() < 0.1:
            self.say_to(self.waiting, "no")
            self.waiting = None

    def off(self):
        if self.chance.random() < 0.15:
            self.switch("off")
            self.until, self.waiting = date.min, None

    def on(self):
        """Allowed already: nothing is written."""
        if self.runs:
            self.switch("on")


def leaves_today(kit, shop, review):
    """Whether the words could be taken out, to run today."""
    today = datetime.now(UTC).date()
    with kit.database.transaction(shop.id) as session:
        found = contents_of(session, shop_review(session, shop.id, review.id))
        picks = [Pick(review.id, one.sha256) for one in found if one.kind == "words"]
        (one,) = check(session, shop, Plan("print", "x", today), picks)
        return not one.refusals


def found_for_print(kit):
    """Whether the library offers the words for print."""
    (words,) = rows(kit, LibraryAsset, LibraryAsset.kind == "words")
    return words.print_until is not None and words.print_until > datetime.now(UTC)


@pytest.mark.parametrize("seed", [5, 23])
def test_in_any_order_it_is_in_force_exactly_when_it_should_be(
    kit, shop, clock, until_june, longer, author, say_to, seed
):
    def switch(word):
        sent = {"use": "print", "allow": word}
        author.post(f"/mine/reviews/{until_june.id}/permission", sent)

    plain, story = Calendar(random.Random(seed), longer, say_to, switch), []
    for _ in range(25):
        word = plain.chance.choice(WORDS)
        story.append(word)
        if word == "wait":
            clock.shift(plain.chance.randint(1, 20) * DAY)
            work(kit)
        else:
            getattr(plain, word)()
        assert bool(held(kit, until_june)) == plain.runs, story
        assert leaves_today(kit, shop, until_june) == plain.runs, story
        relay_events(kit)
        assert found_for_print(kit) == plain.runs, story
    renewed = [one for one in rows(kit, PermissionEntry) if one.kind == "granted" and one.renews]
    assert renewed, "nothing was made longer by this test"
    clock.shift(61 * DAY)
    work(kit)
    assert held(kit, until_june) == set(), story
    with kit.database.transaction(until_june.shop_id) as session:
        assert verify(session, until_june.shop_id) == []


def test_programs_ask_for_longer_too(api, kit, published, ending):
    later = str(ending + 90 * DAY)
    body = {"channel": "print", "assets": [str(published.id)], "until": later, "longer": True}
    asked = api.post("/api/v1/permission-requests", json=body)
    assert (asked.status_code, asked.json["asked"][0]["until"]) == (201, later)
    again = api.post("/api/v1/permission-requests", json=body)
    assert (again.status_code, again.json["not_asked"][0]["code"]) == (422, "renewal_open")
    assert again.json["not_asked"][0]["title"] == RENEWAL_REFUSALS["renewal_open"]


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_authors_say_yes_and_no_by_keyboard(
    browser, client, live, kit, author, published, marketer, ending, width, scheme
):
    other = written(kit, published, marketer, ask, ending, use="email")
    client.post(address(kit, other), data={"answer": "yes"})
    later = ending + 90 * DAY
    for use in ("print", "email"):
        written(kit, published, marketer, ask_longer, later, use=use)
    mails = rows(kit, Mail, Mail.letter == "permission_longer")
    links = {one.params["use"][:8]: urlsplit(one.params["page_url"]).path for one in mails}
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=live
    )
    page = context.new_page()
    page.goto(links["In print"])
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    walk_to(page, "Yes, for longer")
    follow_key(page, "Enter")
    expect(page.get_by_text("You said yes.")).to_be_visible()
    assert barriers(page) == []
    walk_to(page, "Open your own page")
    follow_key(page, "Enter")
    expect(page.get_by_text("asks you")).to_be_visible()
    assert barriers(page) == []
    walk_to(page, "See it and answer")
    follow_key(page, "Enter")
    assert urlsplit(page.url).path == links["In the s"]
    walk_to(page, "No, not longer")
    follow_key(page, "Enter")
    expect(page.get_by_text("What you allowed stays as it was")).to_be_visible()
    assert barriers(page) == []
    context.close()
    kinds = {(one.use, one.kind) for one in rows(kit, PermissionEntry) if one.renews}
    assert {("print", "granted"), ("email", "declined")} < kinds
    assert held(kit, published)


def ask_somebody_in_it(kit, review):
    (photo,) = rows(kit, MediaAsset)
    with kit.database.transaction(review.shop_id) as session:
        session.add(
            ReleaseAsk(
                shop_id=review.shop_id, review_id=review.id, asset_id=photo.id, language="en",
                subject_sha256=photo.sha256, use="print", party="depicted",
                address="grace@example.com", address_digest="d",
            )
        )  # fmt: skip


def walk_to(page, name):
    """Tab from where one is until the control of this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


@pytest.fixture
def desk(sign_in):
    return sign_in("marketer")


@pytest.fixture
def ending(client, kit, published, marketer, desk, check_photo):
    """Allowed for print for twenty more days, by the clock on the wall."""
    ends_on = datetime.now(UTC).date() + 20 * DAY
    asked = written(kit, published, marketer, ask, ends_on)
    client.post(address(kit, asked), data={"answer": "yes"})
    check_photo()
    for _ in range(2):
        relay_events(kit)
    return ends_on


def test_a_marketer_asks_from_the_expiring_pieces_and_from_one(kit, desk, published, ending):
    grid = desk.get("/admin/library?expiring=1&use=print").text
    assert "Ask for longer" in grid
    assert "Ask for longer" not in desk.get("/admin/library?use=print").text
    picks = [part.split('"')[0] for part in grid.split('name="pick" value="')[1:]]
    assert len(picks) == 2
    assert "Ask for longer" in desk.get(f"/admin/library/pieces/{picks[0]}").text
    form = {"pick": picks, "use": "print", "place": "Leaflet", "until": str(ending)}
    wrong = desk.post("/admin/library/renewals?expiring=1", form)
    assert wrong.status_code == 422
    assert RENEWAL_REFUSALS["not_longer"] in said(wrong.text)
    later = ending + 90 * DAY
    barred = desk.post("/admin/library/exports", form | {"until": str(later)})
    assert "Ask their authors for that long" in barred.text
    asked = desk.post("/admin/library/renewals", form | {"until": str(later)})
    assert asked.status_code == 303
    assert f"For longer, until {later}" in said(desk.get("/admin/library/asks").text)
    assert len(rows(kit, Mail, Mail.letter == "permission_longer")) == 1


def test_a_marketer_asks_from_what_was_taken_out_and_the_author_sees_it(
    client, kit, shop, desk, author, published, marketer, ending
):
    made = taken(kit, shop, published, marketer, Plan("print", "Leaflet", ending))
    assert "Ask for longer" in desk.get("/admin/library/exports").text
    page, later = f"/admin/library/exports/{made.id}", ending + 90 * DAY
    wrong = desk.post(f"{page}/renewals", {"longer": "2020-01-01"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    assert desk.post(f"{page}/renewals", {"longer": str(later)}).status_code == 303
    assert "Asked for longer: Waiting for an answer" in said(desk.get(page).text)
    (asked,) = rows(kit, PermissionAsk, PermissionAsk.runs_until.is_not(None))
    mine = author.get("/mine").text
    assert address(kit, asked) in mine
    assert "for longer, until" in said(mine)
    assert "Others in it" not in said(mine)
    ask_somebody_in_it(kit, published)
    mine = author.get("/mine").text
    assert "Others in it were asked, too." in said(mine)
    assert "grace@" not in mine
    client.post(address(kit, asked), data={"answer": "yes"})
    mine = author.get("/mine").text
    assert address(kit, asked) not in mine
    assert "you made it longer on" in said(mine)
    assert "/reviews/index.html" in mine
    assert str(later) in desk.get(page).text
    assert "Asked for longer: Allowed" in said(desk.get(page).text)
    assert "Ask for longer" not in desk.get("/admin/library/exports").text
