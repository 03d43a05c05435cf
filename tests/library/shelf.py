"""Published reviews with files and rights, made as rows: many, quickly, all different."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from reviewapp.core.ids import new_id
from reviewapp.library.projecting import keep_pieces
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import ReviewVersion
from reviewapp.models.rights import USES, StandingRight
from tests import factories

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
COLOURS = {"#2d55b0": "blue", "#c22020": "red", "#d9c8ae": "beige"}
WORDS = ("glaze", "kettle", "teapot", "handle", "cosy")


def asset_of(session, review, **values):
    """A shown file of a review."""
    defaults = {
        "shop_id": review.shop_id, "review_id": review.id, "state": "ready", "kind": "photo",
        "sha256": new_id().hex * 2, "key": "k", "content_type": "image/jpeg", "byte_count": 1,
        "width": 900, "height": 600, "placeholder": "", "dominant_color": "#2d55b0",
    }  # fmt: skip
    return factories.add(session, MediaAsset(**defaults | values))


def shown_review(session, shop, product, **values):
    """A published review with its version, and no files yet."""
    review = factories.review(session, shop, product, state="published", **values)
    factories.add(
        session,
        ReviewVersion(
            shop_id=shop.id, review_id=review.id, version=1, rating=review.rating,
            title=review.title, body=review.body, display_name=review.display_name,
            sha256=new_id().hex * 2,
        ),
    )  # fmt: skip
    return review


def allow(session, review, sha256, use, ends_at=None):
    """A right that stands since yesterday."""
    session.add(
        StandingRight(
            review_id=review.id, subject_sha256=sha256, use=use, shop_id=review.shop_id,
            starts_at=NOW - timedelta(days=1), ends_at=ends_at, entry_hash="h",
        )
    )  # fmt: skip


def fill(session, shop, seed=1, count=40):
    """So many reviews with files and rights at random; kept as the library's rows."""
    chance = random.Random(seed)
    products = [
        factories.product(session, shop, title=title, tags=tags)
        for title, tags in (("Blue mug", ["Tea"]), ("Plain bowl", []), ("Tall vase", ["home"]))
    ]
    made = []
    for number in range(count):
        review = shown_review(
            session, shop, chance.choice(products), rating=chance.randint(1, 5), title="",
            body=" ".join(chance.sample(WORDS, 2)) + ". " + "x" * chance.choice((0, 200, 500)),
            locale=chance.choice(("en", "en-GB", "de", "pt_BR")),
            submitted_at=NOW - timedelta(days=number, minutes=chance.randint(0, 600)),
        )  # fmt: skip
        made.append(review.id)
        for _ in range(chance.randint(0, 2)):
            width, height = chance.choice(((900, 600), (600, 900), (700, 700)))
            film = chance.random() < 0.3
            asset = asset_of(
                session, review, kind="video" if film else "photo", width=width, height=height,
                duration_ms=chance.choice((5_000, 30_000, 90_000)) if film else None,
                dominant_color=chance.choice(list(COLOURS)),
            )  # fmt: skip
            for use in chance.sample(USES, 3):
                ends = chance.choice((None, NOW + timedelta(days=9), NOW - timedelta(hours=1)))
                allow(session, review, asset.sha256, use, ends)
    session.flush()
    keep_pieces(session, made)
    return made
