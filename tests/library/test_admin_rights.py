"""One file's rights: releases recorded and ended, its focal point, its certificates (P5)."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime

import pytest
import time_machine
from PIL import Image

from reviewapp.library.contents import contents_of, shop_review
from reviewapp.library.making import make_exports
from reviewapp.library.releasing import Release, record_release, set_focus
from reviewapp.models.library import Export, ExportItem, TakeDown
from reviewapp.models.media import MediaAsset
from reviewapp.models.rights import PermissionDetail, PermissionEntry, StandingRight
from reviewapp.reactions import relay_events
from reviewapp.rights.ledger import verify
from reviewapp.rights.service import expire_permissions
from tests import factories
from tests.collect.links import rows, said
from tests.library.test_asking import NOW, address, asking
from tests.library.test_exporting import Plan, picks_of, refusals, taken

RELEASE = {"name": "Grace Q.", "reference": "R-17", "uses": ["ads"]}


@pytest.fixture
def photo(kit, published):
    return rows(kit, MediaAsset)[0]


@pytest.fixture
def page(photo):
    return f"/admin/library/assets/{photo.id}"


def parties(kit):
    return [(e.kind, e.party) for e in rows(kit, PermissionEntry) if e.party != "author"]


def test_children_leave_with_a_guardians_release_only(
    kit, shop, published, marketer, owner, page, check_photo
):
    check_photo("children")
    owner.post(f"{page}/releases", RELEASE | {"party": "depicted"})
    assert refusals(kit, shop, published, marketer) == {"guardian"}
    assert owner.post(f"{page}/releases", RELEASE | {"party": "guardian"}).status_code == 303
    assert taken(kit, shop, published, marketer).state == "made"
    assert refusals(kit, shop, published, marketer, Plan("print", "x"), "photo") == {
        "not_allowed", "guardian",
    }  # fmt: skip
    text = said(owner.get(f"{page}/rights").text)
    assert "Grace Q." in text
    assert "R-17" in text
    assert re.search(r'value="children"[^>]* checked', owner.get(f"{page}/rights").text)
    entry = next(e for e in rows(kit, PermissionEntry) if e.party == "guardian")
    assert "Grace" not in json.dumps(entry.proof)
    assert entry.credit_sha256
    with kit.database.transaction(shop.id) as session:
        assert session.get_one(PermissionDetail, entry.id).credit_line == "Grace Q."


def test_a_no_ends_every_use_for_good_and_opens_take_downs(
    kit, shop, author, published, marketer, owner, page, check_photo, photo
):
    check_photo("people")
    owner.post(f"{page}/releases", RELEASE | {"party": "depicted"})
    taken(kit, shop, published, marketer)
    assert owner.post(f"{page}/releases/end", {"party": "depicted"}).status_code == 303
    for _ in range(2):
        relay_events(kit)
    tasks = rows(kit, TakeDown)
    taken_down = rows(kit, ExportItem, ExportItem.id.in_([t.export_item_id for t in tasks]))
    assert [item.asset_id for item in taken_down] == [photo.id]
    allow = {"use": "ads", "allow": "on"}
    author.post(f"/mine/reviews/{published.id}/permission", allow)
    assert refusals(kit, shop, published, marketer, Plan("ads", "x"), "photo") == {
        "not_allowed", "others",
    }  # fmt: skip
    assert rows_of_standing(kit, photo) == []
    owner.post(f"{page}/releases", RELEASE | {"party": "depicted"})
    author.post(f"/mine/reviews/{published.id}/permission", allow)
    assert taken(kit, shop, published, marketer).state == "made"
    with kit.database.transaction(shop.id) as session:
        assert verify(session, shop.id) == []


def rows_of_standing(kit, photo):
    with kit.database.transaction(photo.shop_id) as session:
        return session.query(StandingRight).filter_by(subject_sha256=photo.sha256).all()


def test_a_release_without_a_party_a_name_or_a_paper_is_not_recorded(kit, owner, page):
    wrong = owner.post(f"{page}/releases", {"name": "", "party": "author", "reference": ""})
    assert wrong.status_code == 422
    assert wrong.text.count("field-error") >= 4
    assert owner.post(f"{page}/releases/end", {"party": "author"}).status_code == 422
    assert parties(kit) == []


def test_the_focal_point_is_kept_and_steers_the_crops(
    kit, shop, published, marketer, owner, page, check_photo
):
    check_photo()
    for wrong in (("", ""), ("101", "5"), ("nan", "5"), ("x", "5")):
        sent = {"focus_x": wrong[0], "focus_y": wrong[1]}
        assert owner.post(f"{page}/focus", sent).status_code == 422
    assert owner.post(f"{page}/focus", {"focus_x": "0", "focus_y": "50,0"}).status_code == 303
    assert rows(kit, MediaAsset)[0].focus == (0.0, 0.5)
    made = taken(kit, shop, published, marketer)
    photo_item = next(item for item in made.items if item.asset_id)
    assert photo_item.focus == [0.0, 0.5]
    with zipfile.ZipFile(io.BytesIO(kit.storage.read(made.key))) as files:
        left = crop(files, "1x1")
        with kit.database.transaction(shop.id) as session:
            asset = session.get_one(MediaAsset, photo_item.asset_id)
            set_focus(session, asset, (1.0, 0.5), by=marketer)
    again = taken(kit, shop, published, marketer)
    with zipfile.ZipFile(io.BytesIO(kit.storage.read(again.key))) as files:
        right = crop(files, "1x1")
    assert left.size == right.size
    assert left.tobytes() != right.tobytes()
    assert 'viewBox="300 0 600 600"' in owner.get(f"{page}/rights").text


def crop(files, name):
    path = next(one for one in files.namelist() if one.endswith(f"-{name}.jpg"))
    with Image.open(io.BytesIO(files.read(path))) as read:
        return read.convert("RGB")


def test_certificates_are_there_while_a_permission_is(kit, author, published, owner, page, photo):
    told = owner.get(f"{page}/certificates/ads.json")
    assert json.loads(told.text)["subject"]["sha256"] == photo.sha256
    assert owner.get(f"{page}/certificates/ads.pdf").data.startswith(b"%PDF-")
    assert owner.get(f"{page}/certificates/print.pdf").status_code == 404
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "off"})
    assert owner.get(f"{page}/certificates/ads.json").status_code == 404


def test_a_name_on_a_release_is_not_told_to_the_author(owner, author, page):
    owner.post(f"{page}/releases", RELEASE | {"party": "depicted"})
    told = author.get("/mine/data.json")
    assert "depicted" in told.text
    assert "Ada Q." in told.text
    assert "Grace" not in told.text


def test_a_permission_still_runs_out_after_a_release_was_noted(
    client, kit, shop, published, marketer, owner, page, check_photo, photo
):
    check_photo("people")
    with time_machine.travel(NOW, tick=False):
        asked = asking(kit, published, marketer, ends_on=date(2027, 6, 1))
        client.post(address(kit, asked), data={"answer": "yes"})
    with kit.database.transaction(shop.id) as session:
        review = shop_review(session, shop.id, published.id)
        content = contents_of(session, review)[0]
        given = Release("depicted", "Grace Q.", "R-17", ["print"])
        record_release(session, review, content, given, by=marketer)
    with time_machine.travel(datetime(2027, 6, 2, tzinfo=UTC), tick=False):
        assert expire_permissions(kit) == 2
    ended = [e.asset_id for e in rows(kit, PermissionEntry) if e.kind == "expired"]
    assert set(ended) == {photo.id, None}


def test_another_shops_file_is_not_there(owner, committed, kit, shop, published, photo):
    with committed() as session:
        elsewhere = factories.shop(session)
        review = factories.review(session, elsewhere)
        session.get_one(MediaAsset, photo.id).shop_id = elsewhere.id
        session.get_one(MediaAsset, photo.id).review_id = review.id
    assert owner.get(f"/admin/library/assets/{photo.id}/rights").status_code == 404
    assert rows(kit, Export) == []
    assert picks_of(kit, published, "photo") == []
    assert make_exports(kit) == 0
