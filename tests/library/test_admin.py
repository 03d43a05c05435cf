"""The marketer's pages: find, take out, be told why not and what helps, ask, take down."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest

from reviewapp.library.making import make_exports
from reviewapp.library.projecting import keep_pieces
from reviewapp.models.library import Export, PermissionAsk, TakeDown
from reviewapp.models.library_asset import COLOURS, PIECE_KINDS, LibraryAsset
from reviewapp.models.media import MediaAsset
from reviewapp.reactions import relay_events
from tests.collect.links import counts, rows


@pytest.fixture
def desk(sign_in):
    return sign_in("marketer")


def ticked(kit, *kinds):
    return [str(row.id) for row in rows(kit, LibraryAsset) if row.kind in (kinds or PIECE_KINDS)]


def test_the_grid_shows_pictures_with_what_may_be_done(desk, kit, published):
    before = counts(kit)
    page = desk.get("/admin/library").text
    assert "Paid adverts" in page
    assert "Not looked at yet" in page
    source = page.split('<img src="')[1].split('"')[0]
    assert desk.get(source).content_type.startswith("image/")
    assert counts(kit) == before


def test_filters_find_what_they_say(desk, published):
    for query, found in (
        ("use=ads", True), ("use=print", False), ("kind=photo", True), ("kind=video", False),
        ("q=glaze", True), ("q=cobalt", False), ("used=no", True), ("orientation=landscape", True),
        ("orientation=portrait", False), ("kind=words", True), ("language=en&rating=4-5", True),
        ("used=yes", False), ("picked=1", False), ("expiring=1", False), ("q=the", False),
        ("since=2020-01-01&to=2099-12-31", True), ("to=2020-01-01", False), ("tag=mugs", False),
    ):  # fmt: skip
        answer = desk.get(f"/admin/library?{query}")
        assert answer.status_code == 200, query
        assert ("library-card" in answer.text) == found, query


def test_a_filter_that_cannot_be_is_told_and_shows_nothing(desk, published):
    for query, told in (
        ("product=nonsense", "is none of this shop"), ("kind=song", "Choose one of: photo"),
        ("rating=6", "Choose one of: 4-5"), ("since=yesterday", "Write it as 2027-05-31"),
        ("colour=%00octarine", "Choose one of: red"), ("language=engl!", "Write its code"),
        ("picked=maybe", "switches nothing on"), ("after=%22%27", "Not a place in this list"),
    ):  # fmt: skip
        answer = desk.get(f"/admin/library?{query}")
        assert answer.status_code == 422, query
        assert told in answer.text, query
        assert "library-card" not in answer.text, query
    assert (
        desk.get("/admin/library?collection=0198c0de-0000-7000-8000-000000000000").status_code
        == 404
    )


def test_where_nothing_is_allowed_it_says_whom_to_ask(desk, published):
    page = desk.get("/admin/library?use=print").text
    assert "Nothing here is allowed for Print yet" in page
    assert "Choose whom to ask" in page
    assert '<option value="print" selected>' in desk.get("/admin/library?ask=print").text


def test_what_may_not_leave_is_named_with_the_way_to_mend_it(desk, kit, published):
    answer = desk.post(
        "/admin/library/exports",
        data={"pick": ticked(kit, "photo"), "use": "print", "place": "Leaflet"},
    )
    assert answer.status_code == 422
    assert "has not allowed this use" in answer.text
    assert "Ask its author" in answer.text
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
        data={"pick": ticked(kit, "photo"), "use": "ads", "place": "=Spring"},
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
    data = {"pick": ticked(kit), "use": "print", "place": "Leaflet in May"}
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
        session.flush()
        keep_pieces(session, [published.id])
    assert desk.get(f"/admin/library/files/{asset.id}").status_code == 404
    assert "library-card" not in desk.get("/admin/library?kind=photo").text


def test_filters_keep_their_place_while_they_are_counted(desk, kit, published):
    before = counts(kit)
    page, counted = desk.get("/admin/library"), desk.get("/admin/library/counts")
    assert 'data-counts="/admin/library/counts"' in page.text
    for answer in (page, counted):
        assert answer.text.count('href="/admin/library?colour=') == len(COLOURS)
    assert '<span class="library-count">1</span>' not in page.text
    assert '<span>Photos</span><span class="library-count">1</span>' in counted.text
    assert '<span>Videos</span><span class="library-count">0</span>' in counted.text
    assert "product=" in counted.text
    assert counts(kit) == before


def test_without_scripts_the_page_counts_when_asked(desk, published):
    page = desk.get("/admin/library?counts=1&kind=photo").text
    assert '<span>Wide</span><span class="library-count">1</span>' in page
    assert "counts=1&amp;orientation" in page or "&amp;counts=1" in page
    assert "data-counts" not in page


def test_counts_of_a_filter_that_cannot_be_are_those_of_everything(desk, published):
    wrong = desk.get("/admin/library/counts?kind=song")
    assert wrong.text == desk.get("/admin/library/counts").text


def test_what_is_counted_of_the_newest_only_says_so(desk, published, monkeypatch):
    monkeypatch.setattr("reviewapp.library.facets.MOST_COUNTED", 1)
    counted = desk.get("/admin/library/counts").text
    assert "More than 1 pieces" in counted
    assert "+</span>" in counted


def test_a_refusal_leads_to_whoever_can_be_asked(desk, kit, published, check_photo):
    photo = ticked(kit, "photo")[0]
    data = {"pick": ticked(kit), "use": "ads", "place": "Leaflet"}
    look_at = f"/admin/library/assets/{photo}/rights?use=ads&amp;party=depicted#seen"
    assert look_at in desk.post("/admin/library/exports", data=data).text
    check_photo("people", "children")
    refused = desk.post("/admin/library/exports", data=data).text
    for party in ("depicted", "guardian"):
        way = f"/admin/library/assets/{photo}/rights?use=ads&party={party}"
        assert way.replace("&", "&amp;") + "#questions" in refused
        page = desk.get(way).text
        assert re.search(rf'name="ask_party" value="{party}"[^>]* checked', page)
        assert re.search(r'<option value="ads"[^>]* selected', page)
    refused = desk.post("/admin/library/exports", data=data | {"use": "print"}).text
    assert "Ask the authors of these 2 pieces" in refused
    assert refused.count('type="hidden" name="pick"') == 2


def test_instants_in_a_sentence_are_markup_and_names_are_not(desk, kit, author, published):
    taken = {"pick": ticked(kit, "words"), "use": "ads", "place": "Spring"}
    desk.post("/admin/library/exports", data=taken)
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "ads", "allow": "off"})
    relay_events(kit)
    task = rows(kit, TakeDown)[0]
    desk.post(f"/admin/library/take-downs/{task.id}", data={"proof": "<b>gone</b>"})
    page = desk.get("/admin/library/take-downs?done=1").text
    assert "Gone <time" in page
    assert "&lt;b&gt;gone&lt;/b&gt;" in page
    assert "&lt;time" not in page
