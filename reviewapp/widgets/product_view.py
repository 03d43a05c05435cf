"""Everything one product's documents are made of, read within one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select

from reviewapp.core.errors import NotFound
from reviewapp.core.i18n import negotiate, translator
from reviewapp.core.reading import Reading
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.form_questions import questions_for
from reviewapp.models.listing import RatingSummary
from reviewapp.models.shop_settings import ShopSettings
from reviewapp.widgets.attributes import COUNTED, attributes
from reviewapp.widgets.live_queries import Wanted, page_query
from reviewapp.widgets.media_files import media_query, media_shown
from reviewapp.widgets.pages import Pages
from reviewapp.widgets.queries import NEWEST, OF_CHUNKS, positions_of, summary_of
from reviewapp.widgets.question_view import questions_views
from reviewapp.widgets.reader import Reader, ReviewRow
from reviewapp.widgets.rules import CHUNK_SIZE, STARS_BY_RATING, STRIP_SIZE, chunk_of, product_key
from reviewapp.widgets.values import (
    ChunkView,
    Film,
    Photo,
    ProductFacts,
    ProductView,
    PublishedReview,
    QuestionsView,
    ShopFacts,
    StripItem,
    Summary,
    Topic,
)
from reviewapp.widgets.writer import shop_folder


@dataclass(frozen=True, slots=True)
class ProductViews:
    """The head, the asked chunks, and the pages that speak the shop's language."""

    widget_key: str
    pages: Pages
    head: ProductView
    chunks: tuple[ChunkView, ...]
    media: dict[str, bool]
    """Every rendition of the chunks' reviews, and whether it is to be shown."""
    questions: tuple[QuestionsView, ...] = ()


def product_views(
    reading: Reading,
    product_id: UUID,
    chunks: Sequence[int],
    *,
    public_url: str,
    questions: bool = False,
) -> ProductViews:
    """Read what the product's head and these chunks show; NotFound when it is gone."""
    found = _read(reading, product_id, chunks)
    product, shop, listing_id = found.product, found.shop, found.listing_id
    facts, settings = shop_facts(shop, public_url), ShopSettings.from_json(shop.settings_json)
    words = translator(facts.language)
    groups = (found.newest, found.strip, found.of_chunks)
    shown = _shown(reading, Reader(words, shop.time_zone), *groups)
    items = [item for row in found.strip for item in _strip_items(shown[row.position])]
    placed, newest = product.next_position or 0, found.newest
    asked = questions_for(product.product_type, settings.questions_by_product_type, facts.language)
    head = ProductView(
        shop=facts,
        product=product_facts(product),
        summary=_summary(product),
        newest=tuple(shown[row.position] for row in newest[:CHUNK_SIZE]),
        strip=tuple(items[:STRIP_SIZE]),
        last_chunk=chunk_of(placed - 1) if placed else None,
        next_chunk=chunk_of(newest[-1].position) if len(newest) > CHUNK_SIZE else None,
        attributes=attributes(found.counted, asked, words),
        topics=tuple(Topic(**topic) for topic in product.topics or ()),
    )
    return ProductViews(
        widget_key=shop.widget_key,
        pages=Pages(facts, words),
        head=head,
        chunks=_chunks(head, chunks, found.of_chunks, shown),
        media=media_shown(reading, found.media),
        questions=questions_views(reading, listing_id, shop.time_zone, words) if questions else (),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A product's rows: its own and its shop's, then those of its listing's reviews."""

    product: Any
    shop: Any
    newest: Sequence[ReviewRow]
    of_chunks: Sequence[ReviewRow]
    strip: Sequence[ReviewRow]
    counted: Sequence[Any]
    media: Sequence[Any]

    @property
    def listing_id(self) -> UUID:
        """The product that its reviews are kept with."""
        listing: UUID = self.product.listing_id or self.product.id
        return listing


def _read(reading: Reading, product_id: UUID, chunks: Sequence[int]) -> Found:
    """Two round trips: the product tells which listing's reviews are shown with it."""
    known = {"product_id": product_id}
    products, shops = (rows.all() for rows in reading.together([(_PRODUCT, known), (_SHOP, known)]))
    if not products:
        raise NotFound()
    listing_id = products[0].listing_id or products[0].id
    of_listing = {"listing_id": listing_id}
    asked = [
        (NEWEST, of_listing | {"limit": CHUNK_SIZE + 1}),
        (OF_CHUNKS, of_listing | {"positions": positions_of(chunks)}),
        page_query(listing_id, Wanted(media="1"), limit=STRIP_SIZE),
        (COUNTED, of_listing),
        media_query(product_id, listing_id, chunks),
    ]
    return Found(products[0], shops[0], *(rows.all() for rows in reading.together(asked)))


def _strip_items(review: PublishedReview) -> list[StripItem]:
    """Its films first: they are rarer, and say more."""
    items: list[Photo | Film] = [*review.videos, *review.photos]
    return [StripItem(review.id, review.position, item) for item in items]


PRODUCT_COLUMNS = (
    Product.id,
    Product.external_id,
    Product.title,
    Product.url,
    Product.image_url,
    Product.brand,
    Product.gtin,
    Product.mpn,
    Product.sku,
)
"""What `product_facts` are made of."""
_COUNTS = tuple(getattr(RatingSummary, name) for name in STARS_BY_RATING)
_PRODUCT = (
    select(
        *PRODUCT_COLUMNS,
        Product.listing_id,
        Product.product_type,
        RatingSummary.next_position,
        RatingSummary.topics,
        *_COUNTS,
    )
    .outerjoin(
        RatingSummary, RatingSummary.product_id == func.coalesce(Product.listing_id, Product.id)
    )
    .where(Product.id == bindparam("product_id"))
)
_SHOP = (
    select(
        Shop.name,
        Shop.locale,
        Shop.url,
        Shop.widget_key,
        Shop.time_zone,
        Shop.settings_json.label("settings_json"),
    )
    .join(Product, Product.shop_id == Shop.id)
    .where(Product.id == bindparam("product_id"))
)


def _summary(row: Any) -> Summary:
    counts = {name: getattr(row, name) or 0 for name in STARS_BY_RATING}
    return summary_of(RatingSummary(**counts))


def _chunks(
    head: ProductView,
    numbers: Sequence[int],
    rows: Sequence[ReviewRow],
    shown: dict[int, PublishedReview],
) -> tuple[ChunkView, ...]:
    by_chunk: defaultdict[int, list[PublishedReview]] = defaultdict(list)
    for row in rows:
        by_chunk[chunk_of(row.position)].append(shown[row.position])
    return tuple(
        ChunkView(
            shop=head.shop,
            product=head.product,
            number=number,
            older=number - 1 if number else None,
            newer=number + 1 if number < (head.last_chunk or 0) else None,
            reviews=tuple(by_chunk[number]),
        )
        for number in numbers
    )


def _shown(
    reading: Reading, reader: Reader, *groups: Sequence[ReviewRow]
) -> dict[int, PublishedReview]:
    rows = {row.position: row for group in groups for row in group}
    return reader.shown(reading, list(rows.values()))


def product_facts(product: Product | Row[Any]) -> ProductFacts:
    """What documents tell of a stored product, or of a row with its columns."""
    return ProductFacts(
        key=product_key(product.external_id),
        external_id=product.external_id,
        title=product.title,
        url=product.url,
        image_url=product.image_url,
        brand=product.brand,
        gtin=product.gtin,
        mpn=product.mpn,
        sku=product.sku,
    )


def shop_facts(shop: Shop | Row[Any], public_url: str) -> ShopFacts:
    """What documents tell of a stored shop, or of a row with its columns."""
    settings = ShopSettings.from_json(shop.settings_json)
    return ShopFacts(
        name=shop.name,
        language=negotiate(shop.locale),
        url=shop.url,
        base_url=f"{public_url}/{shop_folder(shop.widget_key)}",
        auto_publish_days=settings.auto_publish_days,
        incentive=settings.incentive,
        incentive_disclosure=settings.incentive_disclosure,
    )
