"""Every filter finds what plain Python finds, in the same order, and nothing of another shop."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.library.facets import facets
from reviewapp.library.finding import KEYS, pieces, search, walking
from reviewapp.library.lexemes import RARE
from reviewapp.library.wanted import RATINGS, Wanted, read
from reviewapp.models.catalog import Product
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.review import Review
from tests import factories
from tests.library.shelf import NOW, WORDS, fill


@pytest.fixture
def filled(kit, shop):
    """Two shops' libraries; the second is only there not to be found."""
    with kit.database.transaction(EVERY_SHOP) as session, clock.frozen(NOW):
        fill(session, shop)
        fill(session, factories.shop(session), seed=2, count=10)
    return shop


def found(session, shop, wanted):
    asked = search(session, shop, wanted)
    rows = {}
    with walking(session, asked):
        for statement in pieces(asked):
            for row in session.scalars(statement):
                rows[row.id] = row
    return sorted(rows.values(), key=lambda row: (row.place, row.id), reverse=True), asked


def fits(row, review, product, wanted):
    """The filters once more, in plain words."""
    ends = {use: getattr(row, f"{use}_until") for use in ("ads", "print")}
    day = review.submitted_at.astimezone().date()
    checks = [
        all(word in f"{review.body} {product.title}".lower() for word in wanted.q.split()),
        not wanted.product or product.id == wanted.product,
        not wanted.tag or wanted.tag in [tag.lower() for tag in product.tags],
        not wanted.rating or review.rating in RATINGS[wanted.rating],
        not wanted.language or review.locale.replace("_", "-").split("-")[0] == wanted.language,
        not wanted.use or (ends[wanted.use] is not None and ends[wanted.use] > NOW),
        not wanted.use or not wanted.expiring or ends[wanted.use] <= NOW + timedelta(days=30),
        not wanted.since or day >= wanted.since,
        not wanted.to or day <= wanted.to,
    ]
    checks += [
        not getattr(wanted, name) or getattr(row, name) == getattr(wanted, name)
        for name in ("kind", "orientation", "length", "colour")
    ]
    return all(checks)


def some_wanted(chance, product_ids):
    """A handful of filters at random."""
    choices = {
        "q": ["glaze", "kettle glaze", "mug", "vase teapot"], "product": product_ids,
        "tag": ["tea", "home"], "rating": list(RATINGS), "kind": ["photo", "video", "words"],
        "orientation": ["portrait", "square"], "length": ["short", "long"],
        "colour": ["blue", "beige", "green"], "language": ["en", "de", "pt", "fr"],
        "use": ["ads", "print"], "since": [date(2026, 10, 10)], "to": [date(2026, 10, 20)],
    }  # fmt: skip
    names = chance.sample(list(choices), chance.randint(0, 3))
    return Wanted(**{name: chance.choice(choices[name]) for name in names})


def test_filters_find_what_plain_python_finds(kit, filled, monkeypatch):
    chance, seen = random.Random(7), 0
    monkeypatch.setenv("TZ", "Europe/Berlin")
    with kit.database.transaction(filled.id) as session, clock.frozen(NOW):
        rows = session.scalars(select(LibraryAsset)).all()
        reviews = {one.id: one for one in session.scalars(select(Review))}
        products = {one.id: one for one in session.scalars(select(Product))}
        for turn in range(160):
            # Common words are walked, rare ones are looked up: both must say the same.
            monkeypatch.setattr("reviewapp.library.lexemes.RARE", 0 if turn % 2 else RARE)
            wanted = some_wanted(chance, list(products))
            expected = [
                row
                for row in sorted(rows, key=lambda row: (row.place, row.id), reverse=True)
                if fits(row, reviews[row.review_id], products[row.product_id], wanted)
            ]
            got, asked = found(session, filled, wanted)
            assert [row.id for row in got] == [row.id for row in expected], wanted
            with walking(session, asked):
                told = facets(session, asked)
            assert told.total == len(expected)
            for kind in ("photo", "video", "words"):
                assert told.of("kind", kind) == sum(row.kind == kind for row in expected)
            ads = sum(row.ads_until is not None and row.ads_until > NOW for row in expected)
            assert told.of("use", "ads") == ads
            seen += len(expected)
    assert seen > 500
    assert len(rows) > 60


def test_a_shop_finds_nothing_of_another(kit, filled):
    with kit.database.transaction(EVERY_SHOP) as session:
        other = factories.shop(session)
    with kit.database.transaction(other.id) as session:
        assert session.scalars(select(LibraryAsset)).all() == []
        for query in ({}, {"q": WORDS[0]}, {"kind": "photo"}, {"tag": "tea"}):
            assert found(session, other, read(query))[0] == []
        assert found(session, filled, Wanted())[0] == []  # the wall holds where the query does not


def test_pages_follow_one_another_without_a_gap(kit, filled):
    with kit.database.transaction(filled.id) as session:
        whole, asked = found(session, filled, Wanted())
        (statement,) = pieces(asked)
        ordered = statement.order_by(*(key.desc() for key in KEYS))
        assert session.scalars(ordered).all() == whole
        days = [session.get_one(Review, row.review_id).submitted_at for row in whole]
    assert days == sorted(days, reverse=True)


def test_a_filter_reads_back_what_it_writes():
    chance = random.Random(3)
    for _ in range(200):
        wanted = some_wanted(chance, [factories.new_id()])
        assert read(wanted.query()) == wanted
