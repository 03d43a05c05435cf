"""Summaries follow reviews, in any order and however often they are told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.listing import RatingSummary
from reviewapp.models.review import Review
from reviewapp.models.widget import Publication, ShopDocument
from reviewapp.widgets import rules
from reviewapp.widgets.counting import recount_listing
from reviewapp.widgets.marks import mark_product, mark_shop, outdated_shards, shard_paths, shards_of
from reviewapp.widgets.service import refresh_product, refresh_review, refresh_shop
from tests import factories
from tests.widgets.stories import change, give_photo, publish, shop_with_product


def summary(kit: Kit, shop: Shop, product: Product) -> RatingSummary:
    with kit.database.transaction(shop.id) as session:
        return session.get_one(RatingSummary, product.id)


def publication(kit: Kit, shop: Shop, product: Product) -> Publication | None:
    with kit.database.transaction(shop.id) as session:
        return session.get(Publication, product.id)


def test_a_published_review_is_counted_and_placed(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product, rating=5)
    publish(kit, shop, product, rating=2)
    held = summary(kit, shop, product)
    assert held.histogram == (0, 1, 0, 0, 1)
    assert (held.count, held.average, held.next_position) == (2, 3.5, 2)


def test_telling_the_same_change_again_changes_nothing(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product, rating=5)
    for _ in range(3):
        change(kit, shop, review_id)
    assert summary(kit, shop, product).histogram == (0, 0, 0, 0, 1)


def test_an_edit_moves_the_count_and_keeps_the_place(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product, rating=5)
    publish(kit, shop, product, rating=4)
    change(kit, shop, review_id, rating=1)
    assert summary(kit, shop, product).histogram == (1, 0, 0, 1, 0)
    with kit.database.transaction(shop.id) as session:
        assert session.get_one(Review, review_id).position == 0


def test_a_withdrawn_review_leaves_a_hole_that_is_never_filled(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product, rating=5)
    change(kit, shop, review_id, state="withdrawn")
    assert summary(kit, shop, product).count == 0
    later = publish(kit, shop, product, rating=3)
    with kit.database.transaction(shop.id) as session:
        assert session.get_one(Review, later).position == 1


def test_a_review_that_was_never_shown_leaves_no_trace(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product, state="refused")
    assert publication(kit, shop, product) is None


def test_an_unknown_review_is_nothing_to_refresh(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    with kit.database.transaction(shop.id) as session:
        refresh_review(session, product.id)
    assert publication(kit, shop, product) is None


def test_many_at_once_are_all_counted(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: publish(kit, shop, product, rating=1 + n % 5), range(60)))
    held = summary(kit, shop, product)
    assert held.histogram == (12, 12, 12, 12, 12)
    with kit.database.transaction(shop.id) as session:
        placed = session.scalars(select(Review.position).order_by(Review.position)).all()
    assert placed == list(range(60))


def test_the_average_is_rounded_half_up_to_one_decimal() -> None:
    assert RatingSummary(ones=0, twos=0, threes=0, fours=0, fives=0).average == 0.0
    quarter = RatingSummary(ones=0, twos=0, threes=0, fours=3, fives=1)
    assert quarter.average == 4.3
    assert RatingSummary(ones=1, twos=0, threes=0, fours=0, fives=2).average == 3.7


def test_photos_are_counted_when_they_may_be_shown(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    review_id = publish(kit, shop, product)
    give_photo(kit, shop, review_id)
    with kit.database.transaction(shop.id) as session:
        assert session.get_one(Review, review_id).photo_count == 1


def test_only_the_chunk_of_a_change_waits_to_be_written(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    first = publish(kit, shop, product)
    for _ in range(rules.CHUNK_SIZE):
        publish(kit, shop, product)
    with kit.database.transaction(shop.id) as session:
        row = session.get_one(Publication, product.id)
        assert sorted(set(row.dirty_chunks)) == [0, 1]
        row.dirty_chunks, row.dirty_at = [], None
    change(kit, shop, first, body="Second thoughts.")
    waiting = publication(kit, shop, product)
    assert waiting is not None
    assert waiting.dirty_chunks == [0]
    assert waiting.dirty_at is not None


def test_a_chunk_that_waits_already_is_not_added_again(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for _ in range(5):
        publish(kit, shop, product)
    waiting = publication(kit, shop, product)
    assert waiting is not None
    assert waiting.dirty_chunks == [0]
    assert waiting.revision == 5


def test_a_renamed_product_is_written_anew_in_full(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for _ in range(rules.CHUNK_SIZE + 1):
        publish(kit, shop, product)
    with kit.database.transaction(shop.id) as session:
        session.get_one(Publication, product.id).dirty_chunks = []
        refresh_product(session, product.id)
    waiting = publication(kit, shop, product)
    assert waiting is not None
    assert waiting.dirty_chunks == [0, 1]


def test_a_product_without_documents_has_none_to_refresh(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    with kit.database.transaction(shop.id) as session:
        refresh_product(session, product.id)
    assert publication(kit, shop, product) is None


def test_a_changed_shop_marks_its_own_documents(kit: Kit) -> None:
    shop, _ = shop_with_product(kit)
    with kit.database.transaction(shop.id) as session:
        refresh_shop(session, shop.id)
        paths = session.scalars(select(ShopDocument.path).order_by(ShopDocument.path)).all()
    assert paths == [
        "faq.html",
        "feeds/google-product-reviews.xml",
        "feeds/new-reviews.rss",
        "policy.html",
        "reviews/index.html",
        "sitemap.xml",
        "sitemaps/0.xml",
        "stars/0.json",
        "store.json",
        "theme.css",
        "transparency.html",
        "transparency.json",
    ]


def test_recounting_mends_whatever_was_wrong(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    publish(kit, shop, product, rating=5)
    with kit.database.transaction(shop.id) as session:
        factories.review(session, shop, product, rating=1, state="published")
        held = session.get_one(RatingSummary, product.id)
        held.fives, held.threes = 7, 9
        session.flush()
        assert recount_listing(session, product.id) == 1
    held = summary(kit, shop, product)
    assert held.histogram == (1, 0, 0, 0, 1)
    assert held.next_position == 2


def test_a_shop_that_outgrows_its_shards_gets_twice_as_many(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    with kit.database.transaction(shop.id) as session:
        refresh_shop(session, shop.id)
        for number in range(rules.SHARD_PRODUCTS):
            mark_product(session, factories.product(session, shop, f"P{number}").id, [])
        mark_product(session, product.id, [])
        assert shards_of(session, shop.id) == 1
        assert len(shard_paths(session, shop.id)) == 2
        mark_shop(session, shop.id, outdated_shards(session, shop.id, [0], grown=True))
        assert shards_of(session, shop.id) == 2
