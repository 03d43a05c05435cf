"""People in a picture and guardians: asked once, answered without signing in, obeyed (P5)."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import expect
from pypdf import PdfReader

from reviewapp.core.errors import Conflict
from reviewapp.library.contents import shop_review
from reviewapp.library.depicted import answer, close_and_forget, open_question
from reviewapp.library.release_letter import PURPOSE
from reviewapp.models.library import TakeDown
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import Mail
from reviewapp.models.release_ask import ReleaseAsk
from reviewapp.models.rights import PermissionDetail, PermissionEntry
from reviewapp.outbox.mail import send_mail
from reviewapp.reactions import EVERY, relay_events
from reviewapp.rights.ledger import Origin, verify
from reviewapp.rights.release_texts import release_text
from reviewapp.rights.wording import text_of
from tests.browser.barriers import barriers
from tests.browser.following import follow_key
from tests.collect.links import counts, rows
from tests.library.test_admin_rights import rows_of_standing
from tests.library.test_exporting import Plan, refusals, taken

GRACE = {
    "ask_party": "depicted", "ask_use": "ads", "ask_address": "grace@friends.example",
    "ask_language": "en", "note": "Spring campaign",
}  # fmt: skip
YES = {"answer": "yes", "name": "Grace Quist"}


@pytest.fixture
def photo(kit, published, check_photo):
    check_photo("people")
    return rows(kit, MediaAsset)[0]


@pytest.fixture
def ask(kit, owner, photo):
    """Ask through the page of the file's rights; the link of the newest question comes back."""

    def send(**changed):
        sent = owner.post(f"/admin/library/assets/{photo.id}/questions", GRACE | changed)
        assert sent.status_code == 303, sent.text
        newest = max(rows(kit, ReleaseAsk), key=lambda one: one.asked_at)
        return f"/d/{kit.links.sign(PURPOSE, newest.id)}"

    return send


def theirs(kit):
    return [(e.kind, e.use) for e in rows(kit, PermissionEntry) if e.party != "author"]


def test_one_letter_shows_the_picture_and_a_yes_lets_it_leave(
    client, kit, shop, published, marketer, photo, ask
):
    assert refusals(kit, shop, published, marketer) == {"others"}
    link = ask()
    (mail,) = rows(kit, Mail, Mail.letter == "release_ask")
    assert (mail.to_email, mail.customer_id) == ("grace@friends.example", None)
    assert mail.params["page_url"].endswith(link)
    assert "/p/v1/" in mail.params["picture_url"], "an address that tells nobody apart"
    assert client.get(f"{link}/file").content_type.startswith("image/")
    send_mail(kit)
    before = counts(kit)
    page = client.get(link)
    assert counts(kit) == before
    assert page.text.count('name="answer"') == 2
    assert page.headers["Cache-Control"] == "no-store"
    assert "Ada" not in page.text
    assert refusals(kit, shop, published, marketer) == {"others"}
    assert client.post(link, data={"answer": "yes", "name": ""}).status_code == 422
    assert client.post(link, data={"answer": "?"}).status_code == 422
    assert client.post(link, data=YES).status_code == 303
    assert taken(kit, shop, published, marketer).state == "made"
    entry = next(
        e for e in rows(kit, PermissionEntry) if (e.kind, e.party) == ("granted", "depicted")
    )
    assert entry.proof["message_id"]
    assert "Grace" not in str(entry.proof)
    with kit.database.transaction(shop.id) as session:
        text = text_of(session, entry)
        assert session.get_one(PermissionDetail, entry.id).credit_line == "Grace Quist"
        assert verify(session, shop.id) == []
    assert text == release_text("depicted", "ads", "en")
    assert text.sha256 == entry.text_sha256


def test_the_certificate_says_who_is_in_it_and_what_each_of_them_said(
    client, owner, kit, photo, ask
):
    place = f"/admin/library/assets/{photo.id}/certificates/ads"
    client.post(ask(), data=YES)
    ask(ask_address="bo@friends.example")
    people = owner.get(f"{place}.json").json["people"]
    assert (people["seen"], people["to_agree"], people["agreed"]) == (["people"], 1, 1)
    assert people["missing"] == ["depicted"]
    assert [one["kind"] for one in people["ledger"]] == ["asked", "granted", "asked"]
    read = PdfReader(io.BytesIO(owner.get(f"{place}.pdf").data)).pages[0].extract_text()
    assert "People in it 1 of 1 agree" in read
    assert f"Entry {people['ledger'][1]['number']}" in read
    assert "granted, depicted, 20" in " ".join(read.split())
    assert "Grace" not in read


def test_taking_it_back_by_the_same_link_ends_the_use_and_opens_a_take_down(
    client, kit, shop, author, published, marketer, photo, ask
):
    link = ask()
    client.post(link, data=YES)
    taken(kit, shop, published, marketer)
    assert client.post(link, data={"answer": "no"}).status_code == 303
    assert theirs(kit)[-1] == ("granted", "ads"), "a second answer changes nothing"
    client.post(link, data={"answer": "back"})
    for _ in range(2):
        relay_events(kit)
    assert len(rows(kit, TakeDown)) == 1
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "on"})
    client.post(link, data=YES)
    assert theirs(kit)[-1] == ("withdrawn", "ads"), "what was taken back stays so"
    assert refusals(kit, shop, published, marketer, Plan("ads", "x"), "photo") == {
        "not_allowed", "others",
    }  # fmt: skip
    assert rows_of_standing(kit, photo) == []


def test_a_no_is_final_for_that_use_and_another_persons_yes_does_not_lift_it(
    client, kit, shop, author, published, marketer, ask
):
    first, second = ask(), ask(ask_address="bo@friends.example")
    client.post(first, data={"answer": "no"})
    client.post(first, data=YES)
    client.post(second, data=YES)
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "on"})
    assert refusals(kit, shop, published, marketer, Plan("ads", "x"), "photo") == {
        "not_allowed", "others",
    }  # fmt: skip
    assert rows(kit, ReleaseAsk, ReleaseAsk.state == "open") == []


def test_whoever_was_asked_and_is_silent_keeps_it_in_until_the_question_is_taken_back(
    client, kit, shop, owner, published, marketer, photo, ask
):
    first, second = ask(), ask(ask_address="")
    client.post(first, data=YES)
    assert refusals(kit, shop, published, marketer) == {"others"}
    shown = owner.get(f"/admin/library/assets/{photo.id}/rights").text
    assert second in shown
    assert first not in shown, "the link of a mail is for its reader"
    by_hand = next(one for one in rows(kit, ReleaseAsk) if one.address_digest is None)
    took = f"/admin/library/assets/{photo.id}/questions/{by_hand.id}/take-back"
    assert owner.post(took).status_code == 303
    assert taken(kit, shop, published, marketer).state == "made"
    client.post(second, data={"answer": "no"})
    assert theirs(kit)[-1] == ("superseded", "ads")
    assert client.get(f"{second}/file").status_code == 404


def test_nobody_is_written_to_twice_and_no_address_is_kept(client, kit, owner, photo, ask):
    page = f"/admin/library/assets/{photo.id}/questions"
    link = ask()
    assert owner.post(page, GRACE | {"ask_address": " GRACE@friends.example"}).status_code == 422
    send_mail(kit)
    assert close_and_forget(kit) == 0
    assert len(rows(kit, Mail, Mail.letter == "release_ask")) == 1, "it waits for an answer"
    client.post(link, data={"answer": "no"})
    assert EVERY["release_asks"].errand(kit) == 0
    assert rows(kit, Mail, Mail.letter == "release_ask") == []
    (asked,) = rows(kit, ReleaseAsk)
    assert asked.address is None
    assert owner.post(page, GRACE).status_code == 422
    wrong = owner.post(page, {"ask_address": "no address", "ask_party": "author", "ask_use": "x"})
    assert wrong.status_code == 422
    assert wrong.text.count("field-error") >= 4


def test_silence_ends_the_wait_and_a_late_answer_still_counts(
    client, kit, shop, published, marketer, ask
):
    link = ask()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31), tick=False):
        assert (close_and_forget(kit), close_and_forget(kit)) == (1, 0)
        assert rows(kit, ReleaseAsk)[0].address is None
        assert refusals(kit, shop, published, marketer) == {"others"}
        assert client.post(link, data=YES).status_code == 303
        assert taken(kit, shop, published, marketer).state == "made"


def test_of_two_answers_at_once_one_counts(kit, shop, published, ask):
    ask()
    asked_id, outcomes = rows(kit, ReleaseAsk)[0].id, []

    def say(word):
        try:
            with kit.database.transaction(shop.id) as session:
                review = shop_review(session, shop.id, published.id)
                answer(
                    session, open_question(session, asked_id), review, word, name="Grace",
                    origin=Origin(), language="en", version=None,
                )  # fmt: skip
            outcomes.append(word)
        except Conflict:
            outcomes.append("late")

    both = [threading.Thread(target=say, args=[word]) for word in ("yes", "no")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert outcomes.count("late") == 1
    assert len([kind for kind, _use in theirs(kit) if kind != "asked"]) == 1


def test_a_forged_link_a_hidden_picture_and_another_shops_file_show_nothing(
    client, kit, committed, owner, photo, ask
):
    link = ask()
    ask_id = rows(kit, ReleaseAsk)[0].id
    for forged in ("/d/forged", f"/d/{kit.links.sign('permission', ask_id)}", link[:-1]):
        assert client.get(forged).status_code == 404
        assert client.post(forged, data=YES).status_code == 404
    with committed() as session:
        session.get_one(MediaAsset, photo.id).state = "hidden"
    assert client.get(link).status_code == 410
    assert client.get(f"{link}/file").status_code == 404
    assert client.post(link, data=YES).status_code == 410
    assert theirs(kit) == [("asked", "ads")]


@pytest.mark.parametrize("language", ["de", "fr", "es", "pt"])
def test_guardians_read_it_in_their_language(client, ask, language):
    page = client.get(ask(ask_party="guardian", ask_language=language)).text
    assert f'lang="{language}"' in page
    assert "May we" not in page
    assert release_text("guardian", "ads", language).sentence in page.replace("&#39;", "'")


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_the_page_has_no_barrier_and_is_answered_by_keyboard(
    browser, live, kit, ask, width, scheme
):
    link = ask()
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=live
    )
    page = context.new_page()
    page.goto(link)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Your name").focus()
    page.keyboard.type("Grace Quist")
    page.keyboard.press("Tab")
    follow_key(page, "Enter")
    expect(page.get_by_text("You said yes")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Take it back").focus()
    follow_key(page, "Enter")
    expect(page.get_by_text("You took it back")).to_be_visible()
    assert barriers(page) == []
    assert theirs(kit) == [("asked", "ads"), ("granted", "ads"), ("withdrawn", "ads")]
    context.close()
