from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.moderate import queries
from tests import factories
from tests.moderate.test_admin import decide, seen, stored
from tests.people import SignedIn


def test_the_list_filters_by_state_product_and_words(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit, shop: Shop
) -> None:
    first = sent_review(title="Blue bowl", body="100% fine_glaze")
    second = sent_review(title="Red bowl")
    decide(moderator, second, action="publish")

    def titles(query: str) -> set[str]:
        page = moderator.get(f"/admin/reviews{query}").get_data(as_text=True)
        return set(re.findall(r"(Blue|Red) bowl", page))

    assert titles("") == {"Blue", "Red"}
    assert titles("?state=published") == {"Red"}
    assert titles("?state=nonsense") == {"Blue", "Red"}
    assert titles("?q=BOWL+blue") == {"Blue"}
    assert titles("?q=100%25") == {"Blue"}
    assert titles("?q=fine%25glaze") == set()
    assert titles(f"?product={first.product_id}") == {"Blue"}
    assert titles("?product=nonsense&q=%00") == {"Blue", "Red"}


def test_words_are_looked_for_in_the_newest_and_counts_stop_at_a_bound(
    moderator: SignedIn, api: Any, kit: Kit, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "SEARCHED", 3)
    monkeypatch.setattr(queries, "MOST_COUNTED", 4)
    with kit.database.transaction(EVERY_SHOP) as session:
        item, other = factories.product(session, shop), factories.product(session, shop)
        factories.review(session, shop, other, title="Blue bowl 0.", state="refused")
        for number in range(1, 6):
            factories.review(session, shop, item, title=f"Blue bowl {number}.")

    def found(query: str) -> list[str]:
        page = moderator.get(f"/admin/reviews?q=blue+bowl{query}").get_data(as_text=True)
        assert "Looked for in the newest 3." in page
        assert re.findall(r'class="chip[^>]*>\s*([\d+]+)', page) == ["4+", "4+", "1"]
        return re.findall(r"bowl (\d)\.", page)

    assert found("") == ["5", "4", "3"]
    assert found("&state=refused") == ["0"], "what the other filters leave"
    assert found(f"&product={other.id}") == ["0"]
    items = api.get("/api/v1/reviews?words=blue").get_json()["items"]
    assert [one["title"][-2] for one in items] == ["5", "4", "3"]


def test_the_list_goes_on_page_by_page(moderator: SignedIn, kit: Kit, shop: Shop) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        item = factories.product(session, shop)
        for number in range(60):
            factories.review(session, shop, item, title=f"Number {number:02}.")
    found: list[str] = []
    href = "/admin/reviews"
    while href:
        page = moderator.get(href).get_data(as_text=True)
        found += re.findall(r"Number \d\d\.", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        href = following[1].replace("&amp;", "&") if following else ""
    assert len(found) == len(set(found)) == 60


def test_a_photo_is_for_the_shops_members_only(
    moderator: SignedIn, stranger: Any, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review()
    picture = BytesIO()
    Image.new("RGB", (8, 6), "#884422").save(picture, "JPEG")
    kit.storage.put("media/master.jpg", picture.getvalue(), content_type="image/jpeg")
    with kit.database.transaction(EVERY_SHOP) as session:
        asset = factories.add(
            session,
            MediaAsset(
                shop_id=review.shop_id, review_id=review.id, state="attached", sha256="0" * 64,
                key="media/master.jpg", content_type="image/jpeg", byte_count=1, width=8, height=6,
                placeholder="data:,", dominant_color="#884422",
            ),
        )  # fmt: skip
    path = f"/admin/reviews/{review.id}/photos/{asset.id}"
    assert path in moderator.get(f"/admin/queue/{review.id}").get_data(as_text=True)
    answer = moderator.get(path)
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert answer.data == picture.getvalue()
    assert stranger.get(path).status_code == 302
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(MediaAsset, asset.id).state = "hidden"
    assert moderator.get(path).status_code == 404
    assert moderator.get(f"/admin/reviews/{asset.id}/photos/{asset.id}").status_code == 404


def test_what_is_published_can_be_refused_later_and_published_after_all(
    moderator: SignedIn, sent_review: Callable[..., Review], kit: Kit
) -> None:
    review = sent_review(rating=1)
    path = f"/admin/reviews/{review.id}/decision"
    waiting = moderator.post(path, seen(review, action="publish"))
    assert waiting.status_code == 409, "a waiting review is decided in the queue, blind"
    decide(moderator, review, action="publish")
    refusal = {"action": "refuse", "reason": "unlawful", "note": "A court order."}
    assert moderator.post(path, seen(review, state="published")).status_code == 422
    answer = moderator.post(path, seen(review, **refusal, state="published"))
    assert answer.status_code == 302
    assert stored(kit, review).state == "refused"
    page = moderator.get(f"/admin/reviews/{review.id}").get_data(as_text=True)
    assert "Publish after all" in page
    assert "A court order." in page
    moderator.post(path, seen(review, action="publish", state="refused"))
    assert stored(kit, review).state == "published"
