"""Stars, notes, excerpts, collections and kept filters: who adds them, and how long they stand."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.library.contents import shop_review
from reviewapp.library.making import make_exports
from reviewapp.library.marking import add_excerpt
from reviewapp.library.projecting import keep_pieces
from reviewapp.library.quoting import found_in, quoted, seen_words
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.library_shelf import (
    LibraryCollection,
    LibraryCollectionItem,
    LibraryExcerpt,
    LibraryFilter,
    LibraryNote,
    LibraryStar,
)
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.rights.ledger import Act, Subject
from reviewapp.rights.service import grant
from tests import factories
from tests.collect.links import rows
from tests.library.shelf import asset_of, shown_review

BODY = "The glaze is even.\nIt keeps the tea warm for an hour. I would buy it again."


@pytest.fixture
def desk(sign_in):
    return sign_in("marketer")


@pytest.fixture
def review(kit, shop):
    """A published review with three photos."""
    with kit.database.transaction(EVERY_SHOP) as session:
        made = shown_review(session, shop, factories.product(session, shop), title="", body=BODY)
        for _ in range(3):
            asset_of(session, made)
        session.flush()
        keep_pieces(session, [made.id])
    return made


def ids(kit, kind="photo"):
    with kit.database.transaction(EVERY_SHOP) as session:
        found = select(LibraryAsset.id).where(LibraryAsset.kind == kind)
        return [str(one) for one in session.scalars(found.order_by(LibraryAsset.id))]


def shown(desk, query=""):
    page = desk.get(f"/admin/library{query}").text
    return page.count("data-piece>"), page


def test_stars_are_given_and_taken_one_by_one_and_together(desk, kit, review):
    photos = ids(kit)
    desk.post("/admin/library/stars", data={"pick": photos[:2], "star": "on"})
    assert shown(desk, "?picked=1")[0] == 2
    desk.post("/admin/library/stars", data={"one": f"{photos[0]} off"})
    assert shown(desk, "?picked=1")[0] == 1
    desk.post(f"/admin/library/pieces/{photos[2]}/star", data={"star": "on"})
    with kit.database.transaction(EVERY_SHOP) as session:
        keep_pieces(session, [review.id])
    assert shown(desk, "?picked=1")[0] == 2
    answer = desk.post("/admin/library/stars", headers={"Accept": "application/json"})
    assert answer.status_code == 204


def test_notes_are_the_writers_own_to_take_away(desk, kit, review, sign_in):
    photo = ids(kit)[0]
    assert desk.post(f"/admin/library/pieces/{photo}/notes", data={"note": " "}).status_code == 422
    desk.post(f"/admin/library/pieces/{photo}/notes", data={"note": "For <May>"})
    assert "For &lt;May&gt;" in desk.get(f"/admin/library/pieces/{photo}").text
    assert "1 note" in shown(desk)[1]
    note = rows(kit, LibraryNote)[0].id
    path = f"/admin/library/pieces/{photo}/notes/{note}/drop"
    assert sign_in("owner").post(path).status_code == 404
    assert desk.post(path).status_code == 303
    assert rows(kit, LibraryNote) == []


def test_an_excerpt_stands_as_long_as_its_words_do(desk, kit, review, committed):
    words = ids(kit, "words")[0]
    path = f"/admin/library/pieces/{words}"
    for bad in ("", "it", "It keeps the tea hot", "x" * 600):
        assert desk.post(f"{path}/excerpts", data={"passage": bad}).status_code == 422
    marked = desk.post(f"{path}/excerpts", data={"passage": "glaze is even. It keeps the tea warm"})
    assert "… glaze is even.\nIt keeps the tea warm …" in desk.get(marked.location).text
    assert "Excerpt" in shown(desk, "?kind=excerpt")[1]
    desk.post(f"{path}/excerpts", data={"passage": "glaze is even. It keeps the tea warm"})
    assert len(rows(kit, LibraryExcerpt)) == 1
    with committed() as session:
        session.get_one(Review, review.id).body = BODY.replace("even", "rough")
        session.flush()
        keep_pieces(session, [review.id])
    assert shown(desk, "?kind=excerpt")[0] == 0
    assert "No longer in the review" in desk.get(path).text
    excerpt = rows(kit, LibraryExcerpt)[0].id
    desk.post(f"/admin/library/pieces/excerpts/{excerpt}/drop")
    assert rows(kit, LibraryExcerpt) == []


def test_collections_keep_their_order_and_let_go_of_what_is_hidden(desk, kit, review):
    photos = ids(kit)
    told = {"pick": [photos[2], photos[0], photos[1]], "new_title": "Spring"}
    assert desk.post("/admin/library/collections/add", data=told).status_code == 303
    collection = rows(kit, LibraryCollection)[0].id

    def order():
        page = desk.get(f"/admin/library?collection={collection}").text
        return sorted(photos, key=lambda one: page.find(f'value="{one}"'))

    assert order() == [photos[2], photos[0], photos[1]]
    desk.post(f"/admin/library/collections/{collection}/move", data={"piece": f"{photos[1]} -1"})
    assert order() == [photos[2], photos[1], photos[0]]
    desk.post("/admin/library/collections/add", data={"pick": photos, "collection": collection})
    assert order() == [photos[2], photos[1], photos[0]]
    assert len(order()) == 3
    desk.post(f"/admin/library/collections/{collection}/drop", data={"piece": photos[2]})
    assert shown(desk, f"?collection={collection}")[0] == 2
    desk.post(f"/admin/library/collections/{collection}/title", data={"title": "Summer"})
    assert "Summer" in desk.get("/admin/library/collections").text
    taken = desk.post("/admin/library/collections", data={"title": "Summer"})
    assert taken.status_code == 422
    assert "already" in taken.text
    for wrong in ({"pick": photos}, {"new_title": "x"}, {"pick": photos, "collection": "no"}):
        assert desk.post("/admin/library/collections/add", data=wrong).status_code == 422
    desk.post(f"/admin/library/collections/{collection}/delete")
    assert rows(kit, LibraryCollection) == []


def test_a_kept_filter_is_ones_own_until_it_is_shared(desk, kit, review, sign_in):
    colleague = sign_in("owner")
    path = "/admin/library/filters"
    assert desk.post(path, data={"name": "All"}).status_code == 422
    desk.post(f"{path}?kind=photo&rating=4-5", data={"name": "Good photos"})
    assert "Good photos" in shown(desk)[1]
    assert "Good photos" not in shown(colleague)[1]
    desk.post(f"{path}?kind=photo&rating=5", data={"name": "Good photos", "shared": "1"})
    (kept,) = rows(kit, LibraryFilter)
    assert kept.query == "rating=5&kind=photo"
    assert f"?{kept.query.replace('&', '&amp;')}" in shown(colleague)[1]
    assert colleague.post(f"{path}/{kept.id}/drop").status_code == 404
    desk.post(f"{path}/{kept.id}/drop")
    assert rows(kit, LibraryFilter) == []


def test_another_shop_touches_nothing_of_it(desk, kit, review, app):
    photo = ids(kit)[0]
    desk.post("/admin/library/collections", data={"title": "Ours"})
    collection = rows(kit, LibraryCollection)[0].id
    with kit.database.transaction(EVERY_SHOP) as session:
        theirs = factories.shop(session)
        token, csrf = factories.signed_in_member(session, kit, theirs, "owner")
    other = app.test_client()
    other.set_cookie("reviewapp_session", token)
    form = {"csrf_token": csrf, "pick": photo, "star": "on", "note": "x", "collection": collection}
    assert other.get(f"/admin/library/pieces/{photo}").status_code == 404
    assert other.get(f"/admin/library?collection={collection}").status_code == 404
    for path in (
        f"pieces/{photo}/star",
        f"pieces/{photo}/notes",
        f"collections/{collection}/delete",
    ):
        assert other.post(f"/admin/library/{path}", data=form).status_code == 404
    other.post("/admin/library/stars", data=form)
    with kit.database.transaction(EVERY_SHOP) as session:
        for model in (LibraryStar, LibraryNote, LibraryCollectionItem):
            assert session.scalars(select(model)).all() == []


def test_an_excerpt_leaves_with_the_words_permission_and_says_what_it_is(
    desk, kit, review, committed, marketer
):
    with committed() as session:
        made = add_excerpt(
            session, shop_review(session, review.shop_id, review.id), "keeps the tea", by=marketer
        )
        sha256 = session.scalars(select(ReviewVersion.sha256)).one()
    told = {"pick": str(made.id), "use": "email", "place": "Letter"}
    assert "has not allowed" in desk.post("/admin/library/exports", data=told).text
    with committed() as session:
        grant(session, session.get_one(Review, review.id), "email", [Subject(sha256)],
              Act("en", {"action": "test"}))  # fmt: skip
    both = told | {"pick": [str(made.id), str(review.id)]}
    assert "or one excerpt" in desk.post("/admin/library/exports", data=both).text
    answer = desk.post("/admin/library/exports", data=told)
    assert make_exports(kit) == 1
    bundle = desk.get(f"{answer.location}/bundle.zip", buffered=True).data
    with zipfile.ZipFile(io.BytesIO(bundle)) as files:
        (name,) = [one for one in files.namelist() if one.startswith("excerpt-")]
        assert files.read(name).decode().startswith("… keeps the tea …\n(excerpt)\n")
        assert json.loads(files.read("manifest.json"))["contents"][0]["excerpt"] is True
    with committed() as session:
        at = BODY.index("keeps")
        gone = {"field": "body", "start": at, "end": at + 5, "reason": "unrelated"}
        session.get_one(Review, review.id).redactions = [gone]
    assert desk.get(f"{answer.location}/bundle.zip").status_code == 410


@pytest.mark.parametrize(
    ("words", "shown_as"),
    [
        ("The glaze", "The glaze …"), ("again.", "… again."), (BODY, BODY),
        ("keeps the tea", "… keeps the tea …"), ("nothing", None),
    ],
)  # fmt: skip
def test_ellipses_stand_where_words_were_cut(words, shown_as):
    assert quoted(words, BODY) == shown_as


def test_a_passage_is_found_whatever_its_white_space():
    assert found_in("even.   It keeps", BODY) == "even.\nIt keeps"
    assert found_in("evenIt", BODY) is None
    redactions = [{"field": "body", "start": 4, "end": 9}, {"field": "body", "start": 6, "end": 12}]
    assert seen_words("", BODY, redactions, "body").startswith("The […] even.")
