"""What stands beside a review about its pictures: a sentence, and a way to see the match."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.known_picture import MediaSignal
from reviewapp.models.media import MediaAsset
from tests import factories
from tests.people import SignedIn

PLAIN = {
    "sha256": "0" * 64, "content_type": "image/jpeg", "byte_count": 1, "width": 40, "height": 30,
    "placeholder": "data:,", "dominant_color": "#000000",
}  # fmt: skip


def asset(session: Any, shop: Shop, review: Any, **values: Any) -> MediaAsset:
    given = PLAIN | {"state": "ready", "key": "masters/x.jpg"} | values
    made: MediaAsset = factories.add(
        session, MediaAsset(shop_id=shop.id, review_id=review.id, **given)
    )
    return made


def signal(session: Any, about: MediaAsset, kind: str, **values: Any) -> None:
    factories.add(
        session, MediaSignal(shop_id=about.shop_id, asset_id=about.id, kind=kind, **values)
    )


def beside(page: str) -> list[str]:
    """The lines about pictures, as read."""
    section = page.partition("<h2>Pictures</h2>")[2].partition("</section>")[0]
    lines = re.findall(r"<li>(.*?)</li>", section, re.S)
    return [unescape(" ".join(re.sub(r"<[^>]+>", " ", line).split())) for line in lines]


def test_each_signal_has_its_sentence_and_leads_to_the_match(
    moderator: SignedIn, kit: Kit, shop: Shop
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        buyer = factories.customer(session, shop)
        review = factories.review(session, shop, customer_id=buyer.id)
        mine = factories.review(session, shop, customer_id=buyer.id)
        theirs = factories.review(session, shop, customer_id=factories.customer(session, shop).id)
        mug = factories.product(
            session, shop, title="Blue <mug>", image_url="https://kiln.example/mug.jpg"
        )
        first, second = asset(session, shop, review), asset(session, shop, review)
        asset(session, shop, review, state="hidden")
        failed = asset(session, shop, review, state="failed", failure="image_damaged")
        asset(
            session, shop, review, state="attached", failure="outside_failed",
            next_try_at=clock.now() + timedelta(hours=1),
        )  # fmt: skip
        signal(session, first, "same_picture", match_asset_id=asset(session, shop, mine).id)
        signal(session, first, "same_picture", match_asset_id=asset(session, shop, theirs).id)
        signal(session, second, "product_picture", match_product_id=mug.id)
        signal(session, second, "blurred")
        assert failed.state == "failed"

    for path in (f"/admin/reviews/{review.id}", f"/admin/queue/{review.id}"):
        page = moderator.get(path).get_data(as_text=True)
        lines = beside(page)
        assert lines[:2] == [
            "Picture 1 The same customer sent this picture with another review. See that review",
            "Picture 1 Another customer sent this picture with another review. See that review",
        ]
        assert lines[2].startswith("Picture 2 This looks like the shop's own picture")
        assert "Blue <mug>" in lines[2]
        assert lines[3] == "Picture 2 This picture looks blurred."
        assert lines[4].startswith(
            "Picture 3 This file could not be prepared yet; it is tried again by itself. Next try"
        )
        assert lines[5] == "One more file This file could not be prepared and is not shown."
        for match in (f"/admin/reviews/{mine.id}", f"/admin/reviews/{theirs.id}", mug.image_url):
            assert f'href="{match}"' in page


def test_without_anything_to_look_at_there_is_no_such_part(
    moderator: SignedIn, kit: Kit, shop: Shop
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        review = factories.review(session, shop)
        asset(session, shop, review)
    page = moderator.get(f"/admin/reviews/{review.id}").get_data(as_text=True)
    assert "<h2>Pictures</h2>" not in page
