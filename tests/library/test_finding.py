"""Every filter finds what plain Python finds, in the same order, and nothing of another shop."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import Text, cast, func, select, text, update

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.library.facets import facets
from reviewapp.library.finding import search
from reviewapp.library.projecting import keep_pieces
from reviewapp.library.projection_sql import KEEP_TRAITS
from reviewapp.library.walking import newest_pieces
from reviewapp.library.wanted import RATINGS, Wanted, read
from reviewapp.models.catalog import Product
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.review import Review
from tests import factories
from tests.library.shelf import NOW, WORDS, fill, shown_review

MONTH = timedelta(days=30)


def hash_of(column):
    return func.hashtext(cast(column, Text))


@pytest.fixture
def filled(kit, shop):
    """Two shops' libraries; the second is only there not to be found."""
    with kit.database.transaction(EVERY_SHOP) as session, clock.frozen(NOW):
        reviews = fill(session, shop)
        marks = {"used": func.abs(hash_of(LibraryAsset.id)) % 3 == 0,
                 "picked": func.abs(hash_of(LibraryAsset.id)) % 4 == 0}  # fmt: skip
        session.execute(update(LibraryAsset).values(marks))
        session.execute(text(KEEP_TRAITS), {"reviews": reviews})
        fill(session, factories.shop(session), seed=2, count=10)
    return shop


def found(session, shop, wanted, most=10_000):
    """All that is found, page by page, and the search."""
    asked, rows = search(session, shop, wanted), []
    while True:
        after = (rows[-1].place, rows[-1].id) if rows else None
        page = {row.id: row for row in newest_pieces(session, asked, most, after)}
        rows += sorted(page.values(), key=lambda row: (row.place, row.id), reverse=True)[:most]
        if len(page) < most:
            return rows, asked


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
        not wanted.expiring or (row.ends_at is not None and NOW < row.ends_at <= NOW + MONTH),
        not wanted.used or row.used == (wanted.used == "yes"),
        not wanted.picked or row.picked,
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
        "q": ["glaze", "kettle glaze", "mug", "vase teapot", "kettle handle cosy"],
        "product": product_ids,
        "tag": ["tea", "home"], "rating": list(RATINGS), "kind": ["photo", "video", "words"],
        "orientation": ["portrait", "square"], "length": ["short", "long"],
        "colour": ["blue", "beige", "green"], "language": ["en", "de", "pt", "fr"],
        "use": ["ads", "print"], "used": ["yes", "no"], "picked": [True], "expiring": [True],
        "since": [date(2026, 10, 10)], "to": [date(2026, 10, 20)],
    }  # fmt: skip
    names = chance.sample(list(choices), chance.randint(0, 4))
    return Wanted(**{name: chance.choice(choices[name]) for name in names})


def test_filters_find_what_plain_python_finds(kit, filled, monkeypatch):
    chance, seen = random.Random(7), 0
    monkeypatch.setenv("TZ", "Europe/Berlin")
    with kit.database.transaction(filled.id) as session, clock.frozen(NOW):
        rows = session.scalars(select(LibraryAsset)).all()
        reviews = {one.id: one for one in session.scalars(select(Review))}
        products = {one.id: one for one in session.scalars(select(Product))}
        for turn in range(120):
            # What leads, what is walked beside it and what is looked up must not matter.
            monkeypatch.setattr("reviewapp.library.streams.PROBED", chance.choice((1, 5, 500)))
            monkeypatch.setattr("reviewapp.library.walking.LOOKED_UP", chance.choice((0, 1, 15)))
            wanted = some_wanted(chance, list(products))
            expected = [
                row
                for row in sorted(rows, key=lambda row: (row.place, row.id), reverse=True)
                if fits(row, reviews[row.review_id], products[row.product_id], wanted)
            ]
            got, asked = found(session, filled, wanted, most=(10_000, 9)[turn % 2])
            assert [row.id for row in got] == [row.id for row in expected], wanted
            monkeypatch.setattr("reviewapp.library.facets.MOST_COUNTED", 5)
            told = facets(session, asked)
            assert (told.total, told.capped) == (min(len(expected), 5), len(expected) > 5)
            monkeypatch.setattr("reviewapp.library.facets.MOST_COUNTED", 1_000)
            told = facets(session, asked)
            assert (told.total, told.capped) == (len(expected), False)
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
        whole, _ = found(session, filled, Wanted())
        by_twos, _ = found(session, filled, Wanted(), most=2)
        assert by_twos == whole
        early, asked = found(session, filled, Wanted(to=date(2026, 10, 20)), most=3)
        assert early == [row for row in whole if row in early] != []
        beyond = (whole[0].place, whole[0].id)
        assert newest_pieces(session, asked, len(whole), beyond) == early
        days = [session.get_one(Review, row.review_id).submitted_at for row in whole]
    assert days == sorted(days, reverse=True)


def test_each_language_is_asked_for_the_words_that_it_keeps(kit, shop):
    """English leaves out "the"; German has no such word, so there it has to stand in the text."""
    with kit.database.transaction(EVERY_SHOP) as session, clock.frozen(NOW):
        mug = factories.product(session, shop, title="Mug")
        told = [("en", "warm glazes"), ("de", "glaze"), ("de", "the glaze"), ("fr", "glazed lids")]
        made = [
            shown_review(session, shop, mug, locale=locale, title="", body=body)
            for locale, body in told
        ]
        keep_pieces(session, [one.id for one in made])
        session.flush()

        def said(**query):
            pieces, _ = found(session, shop, read(query))
            return sorted(told[[one.id for one in made].index(piece.id)] for piece in pieces)

        assert said(q="the glaze") == [("de", "the glaze"), ("en", "warm glazes")]
        assert said(q="glaze", language="de") == [("de", "glaze"), ("de", "the glaze")]
        assert said(q="glaze warm") == [("en", "warm glazes")]
        assert said(q="the") == [("de", "the glaze")]
        assert said(q="glaze mug", kind="words", colour="blue") == []


def test_a_filter_reads_back_what_it_writes():
    chance = random.Random(3)
    for _ in range(200):
        wanted = some_wanted(chance, [factories.new_id()])
        assert read(wanted.query()) == wanted
