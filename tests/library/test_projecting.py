"""What the library looks through is what reviews, files, rights and marks say."""

from __future__ import annotations

import colorsys
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, text

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, Database
from reviewapp.library import projecting
from reviewapp.library.projection_sql import COLOUR, MEASURED
from reviewapp.models.catalog import Product
from reviewapp.models.library_asset import COLOURS, FOREVER, LibraryAsset, LibraryWord
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.reactions import EVERY, relay_events
from tests.collect.links import rows


def pieces(kit):
    return {row.kind: row for row in rows(kit, LibraryAsset)}


def words(kit):
    with kit.database.transaction(EVERY_SHOP) as session:
        return set(session.scalars(select(LibraryWord.word)))


@pytest.fixture
def kept(kit, published):
    """The published review, as the reactions leave it."""
    with kit.database.transaction(EVERY_SHOP) as session:
        projecting.keep_pieces(session, [published.id])
    return published


def test_a_published_review_is_its_photo_and_its_words(kit, kept):
    found = pieces(kit)
    asset = rows(kit, MediaAsset)[0]
    assert set(found) == {"photo", "words"}
    assert found["photo"].id == asset.id
    assert found["photo"].subject_sha256 == asset.sha256
    assert found["photo"].orientation == "landscape"
    assert found["photo"].colour in COLOURS
    assert found["photo"].ads_until == FOREVER
    assert found["photo"].print_until is None
    assert found["words"].length == "short"
    assert found["words"].ads_until == FOREVER
    assert "glaze" in " ".join(words(kit)) or "glaz" in words(kit)


def test_what_is_not_shown_is_not_in_it(kit, kept, committed):
    with committed() as session:
        session.get_one(Review, kept.id).state = "withdrawn"
        session.flush()
        projecting.keep_pieces(session, [kept.id])
    assert pieces(kit) == {}
    assert words(kit) == set()


def test_a_permission_taken_back_is_gone_with_the_next_reactions(kit, kept, author):
    author.post(f"/mine/reviews/{kept.id}/permission", {"use": "ads", "allow": "off"})
    relay_events(kit)
    assert pieces(kit)["photo"].ads_until is None
    author.post(f"/mine/reviews/{kept.id}/permission", {"use": "print", "allow": "on"})
    relay_events(kit)
    assert pieces(kit)["photo"].print_until == FOREVER


def test_a_renamed_product_is_found_by_its_new_name_and_tags(kit, kept, committed):
    with committed() as session:
        product = session.get_one(Product, kept.product_id)
        product.title, product.tags = "Cobalt teapot", ["Tea Time"]
        session.flush()
        event = type("Event", (), {"payload": {"product_id": str(product.id)}})
        projecting.follow_product(session, kit, event)
    assert EVERY["library"].errand(kit) == 1
    assert {"cobalt", "teapot", "#tea time"} <= words(kit)
    assert EVERY["library"].errand(kit) == 0


def test_redacted_words_are_not_found(kit, kept, committed):
    with committed() as session:
        review = session.get_one(Review, kept.id)
        at = review.body.index("glaze")
        review.redactions = [{"field": "body", "start": at, "end": at + 5, "reason": "unrelated"}]
        session.flush()
        projecting.keep_pieces(session, [kept.id])
    assert not {"glaze", "glaz"} & words(kit)


def test_a_permission_that_begins_later_comes_in_by_itself(kit, kept, committed):
    begins = clock.now() + timedelta(days=2)
    with committed() as session:
        session.execute(text("UPDATE standing_right SET starts_at = :at"), {"at": begins})
        projecting.keep_pieces(session, [kept.id])
    assert pieces(kit)["photo"].ads_until is None
    with clock.frozen(begins + timedelta(seconds=1)):
        EVERY["library"].errand(kit)
    assert pieces(kit)["photo"].ads_until == FOREVER


def test_a_rebuild_makes_all_of_it_anew(kit, kept, committed):
    before = {row.id: vars(row) | {"_sa_instance_state": 0} for row in rows(kit, LibraryAsset)}
    known = words(kit)
    with committed() as session:
        session.execute(delete(LibraryAsset))
        session.execute(delete(LibraryWord))
    assert projecting.rebuild(kit) == 1
    after = {row.id: vars(row) | {"_sa_instance_state": 0} for row in rows(kit, LibraryAsset)}
    assert after == before
    assert words(kit) == known


def test_an_erasure_leaves_nothing_of_it(kit, kept, committed):
    with committed() as session:
        session.execute(text("SELECT set_config('reviewapp.erasing', 'on', true)"))
        session.execute(delete(MediaAsset))
        session.execute(delete(Review))
    assert rows(kit, LibraryAsset) == []
    assert words(kit) == set()


@pytest.mark.parametrize(
    ("hex_color", "name"),
    [
        ("#101010", "black"), ("#f6f5f3", "white"), ("#8a8a88", "grey"), ("#c22020", "red"),
        ("#e8862a", "orange"), ("#e3cf3f", "yellow"), ("#3d8a45", "green"), ("#2d55b0", "blue"),
        ("#7a3db0", "purple"), ("#f29ab5", "pink"), ("#7a5230", "brown"), ("#d9c8ae", "beige"),
    ],
)  # fmt: skip
def test_colours_have_the_name_people_give_them(session, hex_color, name):
    statement = text(f"SELECT {COLOUR} FROM (SELECT :hex AS hex) told {MEASURED}")
    assert session.scalar(statement, {"hex": hex_color}) == name


@pytest.fixture(scope="module")
def engine(database_url):
    """A database for many examples; none of them writes."""
    database = Database(database_url, pool_size=1)
    yield database
    database.close()


@given(st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=200))
def test_the_hue_is_that_of_the_colour_wheel(engine, colours):
    told = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in colours]
    statement = text(f"SELECT hex, hue FROM unnest(CAST(:hexes AS text[])) AS told(hex) {MEASURED}")
    with engine.transaction(EVERY_SHOP) as session:
        found = dict(session.execute(statement, {"hexes": told}).all())
    for (red, green, blue), hexed in zip(colours, told, strict=True):
        wheel = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)[0] * 360
        apart = abs(found[hexed] - wheel) % 360
        assert min(apart, 360 - apart) <= 1
