"""A marketer, and published reviews with a photo, for the tests of the library."""

from __future__ import annotations

import pytest

from reviewapp.library.projecting import keep_pieces
from reviewapp.models.media import MediaAsset, MediaDecision
from reviewapp.models.review import Review
from reviewapp.reactions import EVERY
from reviewapp.web.auth import Actor
from tests import factories
from tests.collect.links import Link, link_of, rows
from tests.media.test_service import picture


@pytest.fixture
def marketer(kit, shop):
    with kit.database.transaction(shop.id) as session:
        person = factories.member(session, shop, "marketer")
    return Actor("member", person.id, person.name, "marketer", shop)


@pytest.fixture
def author(client, kit, committed, shop) -> Link:
    """The link of somebody who sent a review with a photo, and allowed adverts; published."""
    with committed() as session:
        link = link_of(client, kit, session, shop)
    link.send_review(media=[(picture(), "mug.jpg")], permission=["ads"])
    EVERY["media"].errand(kit)
    with committed() as session:
        review = session.query(Review).one()
        review.state = "published"
        keep_pieces(session, [review.id])
    return link


@pytest.fixture
def published(kit, author):
    return rows(kit, Review)[0]


@pytest.fixture
def check_photo(kit, shop, marketer):
    """Note what a person saw in the photo."""

    def check(*found: str) -> None:
        with kit.database.transaction(shop.id) as session:
            asset = session.query(MediaAsset).one()
            session.add(
                MediaDecision(
                    shop_id=shop.id, asset_id=asset.id, action="check", note="", found=list(found),
                    sha256=asset.sha256, actor="member", member_id=marketer.id,
                )
            )  # fmt: skip

    return check
