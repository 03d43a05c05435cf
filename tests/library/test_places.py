"""Where content is: authors see it, selections follow their word at once (P1, P3, P5)."""

from __future__ import annotations

import json

import pytest

from reviewapp.library.making import make_exports
from reviewapp.models.collection import Collection
from reviewapp.models.media import MediaAsset
from reviewapp.reactions import relay_events
from reviewapp.rights.service import rights_of
from reviewapp.widgets.collections import create_collection, one_collection, pick
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.service import refresh_review
from tests.collect.links import rows, said
from tests.library.test_exporting import Plan, export, picks_of
from tests.widgets.stories import published_json

PLACE = "Spring campaign, Meta"


@pytest.fixture
def allow(author, published):
    """Switch a use on or off on the author's own page."""

    def switch(use, allow="on", **part):
        path = f"/mine/reviews/{published.id}/permission"
        assert author.post(path, {"use": use, "allow": allow} | part).status_code == 303

    return switch


@pytest.fixture
def selection(kit, shop, published):
    """The published document of a selection with this review."""
    with kit.database.transaction(shop.id) as session:
        refresh_review(session, published.id)
        made = create_collection(session, shop, "Seen on customers", by="test")
        pick(session, made, published.id, by="test")

    def read():
        for _ in range(3):
            relay_events(kit)
            publish_due(kit)
        document = published_json(kit, shop, "collections/seen-on-customers.json")
        return [len(one.get("photos", ())) for one in document["reviews"]]

    return read


def held(kit, published, use):
    with kit.database.transaction(published.shop_id) as session:
        return {r.subject_sha256 for r in rights_of(session, published.id) if r.use == use}


def test_a_selection_shows_what_its_author_allows_elsewhere_and_no_more(
    kit, allow, selection, check_photo
):
    assert selection() == []
    allow("site")
    assert selection() == [0], "nobody has looked at the photo yet"
    check_photo()
    allow("site", "off", part="words")
    allow("site")
    assert selection() == [1]
    check_photo("children")
    photo = rows(kit, MediaAsset)[0]
    allow("site", "off", part=str(photo.id))
    allow("site", "on", part=str(photo.id))
    assert selection() == [0], "no guardian's release"
    allow("site", "off")
    assert selection() == []


def test_each_piece_has_its_own_switch(kit, author, published, allow):
    photo = rows(kit, MediaAsset)[0]
    allow("ads", "off", part=str(photo.id))
    assert len(held(kit, published, "ads")) == 1
    assert photo.sha256 not in held(kit, published, "ads")
    page = said(author.get("/mine").text)
    assert "Allowed for a part of it" in page
    allow("email", "on", part="words")
    assert len(held(kit, published, "email")) == 1
    wrong = {"use": "ads", "allow": "off", "part": "0198c0de"}
    assert author.post(f"/mine/reviews/{published.id}/permission", wrong).status_code == 422
    assert len(held(kit, published, "ads")) == 1


def test_an_author_sees_where_it_runs_and_that_it_comes_down(
    kit, shop, author, published, marketer, check_photo, allow, selection
):
    check_photo()
    allow("site")
    selection()
    with kit.database.transaction(shop.id) as session:
        export(session, shop, Plan("ads", PLACE), picks_of(kit, published), by=marketer)
    make_exports(kit)
    page = said(author.get("/mine").text)
    assert page.count(PLACE) == 1
    assert "until you end it" in page
    assert "Seen on customers · shown on the shop's website now" in page
    allow("ads", "off")
    allow("site", "off")
    selection()
    page = said(author.get("/mine").text)
    assert f"{PLACE} · the shop takes it down by" in page
    assert "shown on the shop's website now" not in page


def test_everything_of_a_customer_can_be_taken_along(
    kit, shop, author, published, marketer, check_photo
):
    check_photo()
    with kit.database.transaction(shop.id) as session:
        export(session, shop, Plan("ads", PLACE), picks_of(kit, published), by=marketer)
    data = json.loads(author.get("/mine/data.json").text)
    assert set(data) >= {
        "customer", "orders", "requests", "reviews", "permission_questions", "mails", "uploads",
        "messages_to_the_shop", "private_answers", "questions", "mail_stopped",
    }  # fmt: skip
    review = data["reviews"][0]
    assert [one["name"] for one in review["used_in"]] == [PLACE]
    granted = next(one for one in review["permissions"] if one["kind"] == "granted")
    assert granted["credit_line"] == "Ada Q."
    assert granted["address"]
    assert data["orders"][0]["products"]
    assert {one["letter"] for one in data["mails"]} == {"review_received"}


def test_the_marketer_sees_which_picks_wait_for_a_permission(kit, shop, owner, selection, allow):
    page = f"/admin/selections/{rows(kit, Collection)[0].id}"
    assert "Not allowed yet" in owner.get(page).text
    allow("site")
    text = owner.get(page).text
    assert "Not allowed yet" not in text
    with kit.database.transaction(shop.id) as session:
        assert one_collection(session, shop.id, rows(kit, Collection)[0].id)
