"""Everything one product's documents are made of, read within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from reviewapp.core.errors import NotFound
from reviewapp.core.i18n import negotiate, translator
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.form_questions import Question, questions_for
from reviewapp.models.listing import RatingSummary
from reviewapp.widgets.attributes import attributes
from reviewapp.widgets.live_queries import Wanted, page_rows
from reviewapp.widgets.pages import Pages
from reviewapp.widgets.queries import chunk_rows, newest_rows, summary_of
from reviewapp.widgets.question_view import questions_views
from reviewapp.widgets.reader import Reader, ReviewRow
from reviewapp.widgets.rules import CHUNK_SIZE, STRIP_SIZE, chunk_of, product_key
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
    questions: tuple[QuestionsView, ...] = ()


def product_views(
    session: Session,
    product_id: UUID,
    chunks: Sequence[int],
    *,
    public_url: str,
    questions: bool = False,
) -> ProductViews:
    """Read what the product's head and these chunks show; NotFound when it is gone."""
    found = session.execute(_FOUND, {"product_id": product_id}).first()
    if found is None:
        raise NotFound()
    product, shop, summary = found
    listing_id = product.listing_id or product.id
    facts = shop_facts(shop, public_url)
    words = translator(facts.language)
    newest = newest_rows(session, listing_id, CHUNK_SIZE + 1)
    by_chunk = {number: _rows(session, listing_id, number, newest) for number in chunks}
    strip = page_rows(session, listing_id, Wanted(media="1"), limit=STRIP_SIZE)
    shown = _shown(session, Reader(words, shop.time_zone), newest, strip, *by_chunk.values())
    media = [item for row in strip for item in _strip_items(shown[row.position])]
    placed = summary.next_position if summary else 0
    head = ProductView(
        shop=facts,
        product=product_facts(product),
        summary=summary_of(summary),
        newest=tuple(shown[row.position] for row in newest[:CHUNK_SIZE]),
        strip=tuple(media[:STRIP_SIZE]),
        last_chunk=chunk_of(placed - 1) if placed else None,
        next_chunk=chunk_of(newest[-1].position) if len(newest) > CHUNK_SIZE else None,
        attributes=attributes(session, listing_id, _questions(product, shop, facts), words),
        topics=tuple(Topic(**topic) for topic in summary.topics) if summary else (),
    )
    chunk_views = tuple(_chunk(head, number, rows, shown) for number, rows in by_chunk.items())
    asked = questions_views(session, listing_id, shop.time_zone, words) if questions else ()
    return ProductViews(shop.widget_key, Pages(facts, words), head, chunk_views, asked)


def _strip_items(review: PublishedReview) -> list[StripItem]:
    """Its films first: they are rarer, and say more."""
    items: list[Photo | Film] = [*review.videos, *review.photos]
    return [StripItem(review.id, review.position, item) for item in items]


_FOUND = (
    select(Product, Shop, RatingSummary)
    .join(Shop, Shop.id == Product.shop_id)
    .outerjoin(
        RatingSummary, RatingSummary.product_id == func.coalesce(Product.listing_id, Product.id)
    )
    .where(Product.id == bindparam("product_id"))
)


def _questions(product: Product, shop: Shop, facts: ShopFacts) -> tuple[Question, ...]:
    configured = shop.settings.questions_by_product_type
    return questions_for(product.product_type, configured, facts.language)


def _rows(
    session: Session, listing_id: UUID, number: int, newest: Sequence[ReviewRow]
) -> Sequence[ReviewRow]:
    """A chunk's rows; the highest one's are all among the newest, and need not be asked for."""
    if newest and number == chunk_of(newest[0].position):
        return [row for row in newest if chunk_of(row.position) == number]
    return chunk_rows(session, listing_id, number)


def _chunk(
    head: ProductView, number: int, rows: Sequence[ReviewRow], shown: dict[int, PublishedReview]
) -> ChunkView:
    return ChunkView(
        shop=head.shop,
        product=head.product,
        number=number,
        older=number - 1 if number else None,
        newer=number + 1 if number < (head.last_chunk or 0) else None,
        reviews=tuple(shown[row.position] for row in rows),
    )


def _shown(
    session: Session, reader: Reader, *groups: Sequence[ReviewRow]
) -> dict[int, PublishedReview]:
    rows = {row.position: row for group in groups for row in group}
    return reader.shown(session, list(rows.values()))


def product_facts(product: Product) -> ProductFacts:
    """What documents tell of a stored product."""
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


def shop_facts(shop: Shop, public_url: str) -> ShopFacts:
    """What documents tell of a stored shop."""
    settings = shop.settings
    return ShopFacts(
        name=shop.name,
        language=negotiate(shop.locale),
        url=shop.url,
        base_url=f"{public_url}/{shop_folder(shop.widget_key)}",
        auto_publish_days=settings.auto_publish_days,
        incentive=settings.incentive,
        incentive_disclosure=settings.incentive_disclosure,
    )
