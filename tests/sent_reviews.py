"""Reviews as moderators meet them: sent by a buyer, screened by the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.outbox.messages import emit
from tests import factories

BODY = "The glaze is even and the handle fits my hand. It keeps tea warm for an hour."


@pytest.fixture
def sent_review(kit: Kit, shop: Shop) -> Callable[..., Review]:
    """A committed review of a delivered order, with its first version and its event."""

    def send(**values: Any) -> Review:
        with kit.database.transaction(EVERY_SHOP) as session:
            item = values.pop("product", None) or factories.product(session, shop)
            buyer = values.pop("buyer", None) or factories.customer(session, shop)
            placed = factories.order(
                session,
                shop,
                item,
                buyer=buyer,
                delivered_days_ago=8,
                **({"external_id": values.pop("number")} if "number" in values else {}),
            )
            asked = factories.request(session, shop, placed)
            session.refresh(placed, ["lines"])
            review = factories.review(
                session,
                shop,
                item,
                order_line_id=placed.lines[0].id,
                request_id=asked.id,
                customer_id=buyer.id,
                **{"body": BODY, "verified_buyer": True} | values,
            )
            keep_version(session, review)
            emit(session, "review.submitted", shop_id=shop.id, review_id=review.id, version=1)
        return review

    return send


def keep_version(session: Any, review: Review) -> None:
    """The version row that goes with the review's present words."""
    factories.add(
        session,
        ReviewVersion(
            shop_id=review.shop_id,
            review_id=review.id,
            version=review.version,
            rating=review.rating,
            title=review.title,
            body=review.body,
            answers=review.answers or {},
            display_name=review.display_name,
            sha256="0" * 64,
        ),
    )
