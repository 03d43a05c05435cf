"""What widget tests start from: values made in a line, reviews published the way reactions do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.core.storage import LocalStorage, content_key
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.review import Review
from reviewapp.widgets.service import refresh_review
from reviewapp.widgets.values import (
    Photo,
    PhotoSource,
    ProductFacts,
    ProductView,
    PublishedReview,
    ShopFacts,
    Summary,
)
from tests import factories

SHOP = ShopFacts(
    name="Kiln & Clay",
    language="en",
    url="https://kiln.example",
    base_url="https://reviews.example/p/v1/wk_kiln",
)
PRODUCT = ProductFacts(key="MUG", external_id="MUG", title="Stoneware mug", sku="MUG")


def shown(position: int = 0, **values: Any) -> PublishedReview:
    """A published review as a value."""
    defaults: dict[str, Any] = {
        "id": f"01930000-0000-7000-8000-{position:012d}",
        "position": position,
        "rating": 4,
        "title": "Keeps the tea warm",
        "body": "The glaze is even.",
        "author": "Ada Q.",
        "written_on": date(2026, 11, 2),
        "language": "en",
    }
    return PublishedReview(**defaults | values)


def photo(name: str = "abc") -> Photo:
    """A photo in two sizes."""
    return Photo(
        width=1600,
        height=1200,
        color="#aa8866",
        placeholder="data:image/webp;base64,UklGRg==",
        sources=(
            PhotoSource(f"media/{name}-320.webp", 320, 240, "image/webp"),
            PhotoSource(f"media/{name}-1600.webp", 1600, 1200, "image/webp"),
        ),
    )


def view(*reviews: PublishedReview, **values: Any) -> ProductView:
    """A product's head that shows these reviews."""
    histogram = tuple(sum(r.rating == star for r in reviews) for star in range(1, 6))
    count = len(reviews)
    average = round(sum(r.rating for r in reviews) / count, 1) if count else 0.0
    defaults: dict[str, Any] = {
        "shop": SHOP,
        "product": PRODUCT,
        "summary": Summary(count, average, histogram),
        "newest": reviews,
        "strip": (),
        "last_chunk": 0,
        "next_chunk": None,
    }
    return ProductView(**defaults | values)


def shop_with_product(kit: Kit, **values: Any) -> tuple[Shop, Product]:
    """A committed shop with one product, `MUG`."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session, **values)
        return shop, factories.product(session, shop, "MUG")


def publish(kit: Kit, shop: Shop, product: Product, **values: Any) -> UUID:
    """A review that is decided to be published, with what follows from it."""
    with kit.database.transaction(shop.id) as session:
        review = factories.review(session, shop, product, **{"state": "published"} | values)
        refresh_review(session, review.id)
        return review.id


def change(kit: Kit, shop: Shop, review_id: UUID, **values: Any) -> None:
    """Something happened to a review, with what follows from it."""
    with kit.database.transaction(shop.id) as session:
        review = session.get_one(Review, review_id)
        for name, value in values.items():
            setattr(review, name, value)
        session.flush()
        refresh_review(session, review_id)


def give_photo(kit: Kit, shop: Shop, review_id: UUID, key: str = "aa/bb/aabb-320.webp") -> UUID:
    """A rendered photo on a review, its file in private storage."""
    kit.storage.put(key, b"webp bytes", content_type="image/webp")
    with kit.database.transaction(shop.id) as session:
        asset = factories.add(
            session,
            MediaAsset(
                shop_id=shop.id,
                state="ready",
                review_id=review_id,
                sha256="aabb",
                key="aa/bb/master",
                content_type="image/webp",
                byte_count=10,
                width=320,
                height=240,
                placeholder="data:image/webp;base64,UklGRg==",
                dominant_color="#aa8866",
            ),
        )
        factories.add(
            session,
            Rendition(
                shop_id=shop.id,
                asset_id=asset.id,
                width=320,
                height=240,
                content_type="image/webp",
                byte_count=10,
                key=key,
            ),
        )
        refresh_review(session, review_id)
        return asset.id


def give_film(kit: Kit, shop: Shop, review_id: UUID) -> UUID:
    """A film on a review that has its poster and waits to be encoded."""
    with kit.database.transaction(shop.id) as session:
        asset = factories.add(
            session,
            MediaAsset(
                kind="video",
                shop_id=shop.id,
                state="attached",
                review_id=review_id,
                sha256="ffee",
                key="ff/ee/master",
                poster_key="ff/ee/poster",
                content_type="video/quicktime",
                byte_count=10,
                width=1920,
                height=1080,
                duration_ms=12_340,
                placeholder="data:image/webp;base64,UklGRg==",
                dominant_color="#334455",
            ),
        )
    give_file(kit, shop, asset.id, "poster", 640, 360, "image/jpeg", "jpg")
    with kit.database.transaction(shop.id) as session:
        refresh_review(session, review_id)
    return asset.id


def give_file(
    kit: Kit, shop: Shop, asset_id: UUID, role: str, width: int, height: int, kind: str, suffix: str
) -> str:
    """A rendition with its file; its path in the published folder."""
    content = f"{asset_id} {role} {width}".encode()
    key = content_key(hashlib.sha256(content).hexdigest(), f".{suffix}")
    kit.storage.put(key, content, content_type=kind)
    with kit.database.transaction(shop.id) as session:
        factories.add(
            session,
            Rendition(
                shop_id=shop.id,
                asset_id=asset_id,
                role=role,
                width=width,
                height=height,
                content_type=kind,
                byte_count=len(content),
                key=key,
            ),
        )
    return f"media/{key}"


def give_encoding(kit: Kit, shop: Shop, asset_id: UUID) -> list[str]:
    """The film is encoded: two sizes and a preview; their paths."""
    made = [
        give_file(kit, shop, asset_id, role, width, height, "video/mp4", "mp4")
        for role, width, height in (
            ("video", 1920, 1080),
            ("video", 1280, 720),
            ("preview", 480, 270),
        )
    ]
    with kit.database.transaction(shop.id) as session:
        asset = session.get_one(MediaAsset, asset_id)
        asset.state = "ready"
        session.flush()
        refresh_review(session, asset.review_id)
    return made


def published_json(kit: Kit, shop: Shop, path: str) -> Any:
    """A published document of the shop."""
    return orjson.loads(kit.published.read(f"p/v1/{shop.widget_key}/{path}"))


def head(kit: Kit, shop: Shop) -> Any:
    """The head of `MUG`."""
    return published_json(kit, shop, "products/MUG/head.json")


def all_files(kit: Kit) -> dict[str, bytes]:
    """Everything in the published folder by key."""
    assert isinstance(kit.published, LocalStorage)
    return {key: kit.published.read(key) for key in kit.published.list("")}


def positions(reviews: Sequence[dict[str, Any]]) -> list[int]:
    """Positions of reviews in a document."""
    return [review["position"] for review in reviews]
