"""The marketer's pages: find, take out, be told why not and what helps, ask, take down."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from reviewapp.library.making import make_exports
from reviewapp.models.library import Export, PermissionAsk, TakeDown
from reviewapp.models.media import MediaAsset
from reviewapp.reactions import relay_events
from tests.collect.links import counts, rows
from tests.library.test_exporting import picks_of


@pytest.fixture
def desk(sign_in):
    return sign_in("marketer")


def ticked(kit, published, *kinds):
    return [f"{pick.review_id}:{pick.sha256}" for pick in picks_of(kit, published, *kinds)]


def test_the_grid_shows_pictures_with_what_may_be_done(desk, kit, published):
    before = counts(kit)
    page = desk.get("/admin/library").text
    assert "Paid adverts" in page
    assert "Not looked at yet" in page
    source = page.split('<img src="')[1].split('"')[0]
    assert desk.get(source).content_type.startswith("image/")
    assert counts(kit) == before


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("use=ads", True), ("use=print", False), ("kind=photo", True), ("kind=video", False),
        ("q=glaze", True), ("q=100%25", False), ("unused=1", True), ("orientation=landscape", True),
        ("orientation=portrait", False), ("product=nonsense", True),
    ],
)  # fmt: skip
def test_filters_find_what_they_say(desk, published, query, found):
    assert ("library-card" in desk.get(f"/admin/library?{query}").text) == found


def test_what_may_not_leave_is_named_with_the_way_to_mend_it(desk, kit, published):
    answer = desk.post(
        "/admin/library/exports",
        data={"pick": ticked(kit, published, "photo"), "use": "print", "place": "Leaflet"},
    )
    assert answer.status_code == 422
    assert "has not allowed this use" in answer.text
    assert "Ask the author" in answer.text
    assert 'value="Leaflet"' in answer.text
    assert " checked" in answer.text
    assert rows(kit, Export) == []


def test_a_form_without_picks_or_place_keeps_what_was_typed(desk, kit, published):
    answer = desk.post("/admin/library/exports", data={"use": "ads", "until": "soon"})
    assert answer.status_code == 422
    assert "A day such as" in answer.text
    answer = desk.post("/admin/library/exports", data={"use": "ads", "place": ""})
    assert "Say where it will run" in answer.text


def test_from_the_grid_to_the_bundle_and_back(desk, kit, author, published, check_photo):
    check_photo()
    answer = desk.post(
        "/admin/library/exports",
        data={"pick": ticked(kit, published, "photo"), "use": "ads", "place": "=Spring"},
    )
    assert answer.status_code == 303
    assert "Being made" in desk.get(answer.location).text
    make_exports(kit)
    page = desk.get(answer.location).text
    assert "Download" in page
    with zipfile.ZipFile(
        io.BytesIO(desk.get(f"{answer.location}/bundle.zip", buffered=True).data)
    ) as files:
        assert files.testzip() is None
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "off"})
    assert desk.get(f"{answer.location}/bundle.zip").status_code == 410
    relay_events(kit)
    assert "=Spring" in desk.get("/admin/library/take-downs").text
    task = rows(kit, TakeDown)[0]
    refused = desk.post(f"/admin/library/take-downs/{task.id}", data={"proof": " "})
    assert refused.status_code == 422
    desk.post(f"/admin/library/take-downs/{task.id}", data={"proof": "ticket 7"})
    assert "ticket 7" in desk.get("/admin/library/take-downs?done=1").text
    report = list(csv.reader(io.StringIO(desk.get("/admin/library/report.csv").text)))
    assert report[1][1] == "'=Spring"
    assert report[1][13] == "ticket 7"


def test_authors_are_asked_from_the_grid(desk, kit, published):
    data = {"pick": ticked(kit, published), "use": "print", "place": "Leaflet in May"}
    assert desk.post("/admin/library/asks", data=data).status_code == 303
    assert rows(kit, PermissionAsk)[0].note == "Leaflet in May"
    assert "Waiting for an answer" in desk.get("/admin/library/asks").text
    again = desk.post("/admin/library/asks", data=data)
    assert again.status_code == 422
    assert "was asked for this use before" in again.text


def test_only_shown_files_are_served(desk, kit, committed, published):
    asset = rows(kit, MediaAsset)[0]
    with committed() as session:
        session.get_one(MediaAsset, asset.id).state = "hidden"
    assert desk.get(f"/admin/library/files/{asset.id}").status_code == 404
    assert "library-card" not in desk.get("/admin/library").text
