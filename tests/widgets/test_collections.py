"""Hand-picked selections: whatever is published can be in them (G17)."""

from __future__ import annotations

import pytest

from reviewapp.models.collection import Collection, CollectionItem
from reviewapp.models.outbox import OutboxEvent
from tests import factories
from tests.collect.links import rows


@pytest.fixture
def reviews(committed, shop) -> list:
    """A published review of each rating, and one that still waits."""
    with committed() as session:
        mug = factories.product(session, shop, "MUG")
        made = [
            factories.review(
                session, shop, mug, state="published", rating=stars, title=f"Number {stars}"
            )
            for stars in range(1, 6)
        ]
        made.append(factories.review(session, shop, mug, title="Waits"))
    return made


@pytest.fixture
def selection(owner) -> str:
    """The page of a new selection."""
    return owner.post("/admin/selections", {"title": "From people who camp"}).location


def order_of(kit) -> list:
    return [item.review_id for item in sorted(rows(kit, CollectionItem), key=lambda i: i.position)]


def test_any_published_review_can_be_picked_ordered_and_taken_out(owner, kit, reviews, selection):
    for review in reviews[:3]:
        assert owner.post(f"{selection}/reviews/{review.id}").status_code == 303
        owner.post(f"{selection}/reviews/{review.id}")
    one, two, three = (review.id for review in reviews[:3])
    owner.post(f"{selection}/reviews/{three}/move", {"to": "earlier"})
    owner.post(f"{selection}/reviews/{one}/move", {"to": "earlier"})
    assert order_of(kit) == [one, three, two]
    owner.post(f"{selection}/reviews/{three}/drop")
    assert order_of(kit) == [one, two]
    page = owner.get(selection).text
    assert page.index("Number 1") < page.index("Number 2") < page.index("Add published reviews")
    assert 'review-carousel collection="from-people-who-camp"' in page


def test_what_is_not_published_or_anothers_is_not_offered_and_not_taken(
    owner, kit, committed, reviews, selection
):
    with committed() as session:
        elsewhere = factories.shop(session)
        theirs = factories.review(session, elsewhere, state="published", title="Theirs")
        foreign = factories.add(session, Collection(shop_id=elsewhere.id, key="x", title="X"))
    page = owner.get(selection).text
    assert "Number 5" in page
    assert "Waits" not in page
    assert "Theirs" not in page
    for review in (reviews[5], theirs):
        assert owner.post(f"{selection}/reviews/{review.id}").status_code == 404
    assert owner.get(f"/admin/selections/{foreign.id}").status_code == 404
    assert rows(kit, CollectionItem) == []


def test_words_find_reviews_and_stars_do_not(owner, reviews, selection):
    assert "Number 3" in owner.get(f"{selection}?q=number 3").text
    assert "Number 5" not in owner.get(f"{selection}?q=number 3").text
    assert "Nothing to add" in owner.get(f"{selection}?q=%25%25").text
    assert "Number 5" in owner.get(f"{selection}?rating=1&stars=1&min_rating=5").text


def test_each_change_is_told_to_the_storefront(owner, kit, reviews, selection):
    owner.post(f"{selection}/reviews/{reviews[0].id}")
    owner.post(f"{selection}/title", {"title": "Camping"})
    owner.post(f"{selection}/delete")
    told = rows(kit, OutboxEvent, OutboxEvent.name == "collection.changed")
    assert [event.payload["key"] for event in told] == ["from-people-who-camp"] * 4
    assert rows(kit, Collection) == rows(kit, CollectionItem) == []


def test_keys_are_plain_and_never_taken_twice(owner, kit):
    for title in ("Für Zelte & Co.", "Für Zelte & Co.", "帐篷", "  "):
        owner.post("/admin/selections", {"title": title})
    keys = [row.key for row in rows(kit, Collection)]
    assert keys == ["fur-zelte-co", "fur-zelte-co-2", "selection"]


def test_a_selection_without_a_title_is_not_made(owner, kit, selection):
    assert owner.post("/admin/selections", {"title": "x" * 81}).status_code == 422
    refused = owner.post(f"{selection}/title", {"title": ""})
    assert refused.status_code == 422
    assert "Give it a title" in refused.text
    assert rows(kit, Collection)[0].title == "From people who camp"


def test_agents_and_moderators_do_not_pick(agent, moderator, marketer):
    assert marketer.get("/admin/selections").status_code == 200
    assert {agent.get("/admin/selections").status_code,
            moderator.get("/admin/selections").status_code} == {403}  # fmt: skip
