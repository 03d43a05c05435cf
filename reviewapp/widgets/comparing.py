"""Whether the published folder is what the database says: everything made anew, nothing written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import func, select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import NotFound
from reviewapp.core.kit import Kit
from reviewapp.core.storage import Storage, WebHeaders
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.listing import RatingSummary
from reviewapp.models.widget import Publication
from reviewapp.widgets.claims import MAX_CHUNKS
from reviewapp.widgets.feeds.writer import WRITTEN_WITH, write_feeds
from reviewapp.widgets.marks import shop_paths
from reviewapp.widgets.product_writer import write_product
from reviewapp.widgets.rules import chunk_of
from reviewapp.widgets.shop_documents import ShopDocuments
from reviewapp.widgets.writer import put_document, shop_folder

MISSING, DIFFERENT, EXTRA = "missing", "different", "extra"
PART = 1 << 16
AT_ONCE = 20
"""Documents of a shop held in memory."""


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A published file that is not what it should be; `how` is missing, different or extra."""

    path: str
    how: str


class Comparing:
    """A storage that takes writes as claims about another one, and keeps what does not hold."""

    def __init__(self, published: Storage) -> None:
        self._published = published
        self.differences: set[Difference] = set()
        self.seen: set[str] = set()

    def put(
        self,
        key: str,
        data: bytes | BinaryIO,
        *,
        content_type: str,
        headers: WebHeaders | None = None,
    ) -> None:
        """Compare instead of writing."""
        self.seen.add(key)
        try:
            with self._published.open(key) as there:
                same = _same(there, data)
        except NotFound:
            self.differences.add(Difference(key, MISSING))
            return
        if not same:
            self.differences.add(Difference(key, DIFFERENT))

    def delete(self, key: str) -> None:
        """What is to be gone must not be there."""
        if self._published.exists(key):
            self.differences.add(Difference(key, EXTRA))

    def open(self, key: str) -> BinaryIO:
        """See Storage."""
        return self._published.open(key)

    def read(self, key: str) -> bytes:
        """See Storage; documents are always compared, never taken as read."""
        raise NotFound

    def exists(self, key: str) -> bool:
        """See Storage."""
        self.seen.add(key)
        return self._published.exists(key)

    def list(self, prefix: str) -> Iterator[str]:
        """See Storage."""
        return self._published.list(prefix)

    def url(self, key: str, *, expires_seconds: int) -> str | None:
        """See Storage."""
        return None


def compare(kit: Kit) -> list[Difference]:
    """Every published file that differs from what the database says, by path."""
    found = Comparing(kit.published)
    looking = Kit(kit.settings)
    looking.__dict__.update(database=kit.database, queues=kit.queues, published=found)
    with kit.database.transaction(EVERY_SHOP) as session:
        shops = {
            row.id: row.widget_key for row in session.execute(select(Shop.id, Shop.widget_key))
        }
    for shop_id, widget_key in shops.items():
        _compare_shop(looking, shop_id, widget_key)
        folder = f"{shop_folder(widget_key)}/"
        strays = set(kit.published.list(folder)) - found.seen
        found.differences |= {Difference(key, EXTRA) for key in strays}
    return sorted(found.differences)


def _compare_shop(kit: Kit, shop_id: UUID, widget_key: str) -> None:
    for product_id, chunks in _products(kit, shop_id):
        for first in range(0, max(chunks, 1), MAX_CHUNKS):
            some = range(first, min(first + MAX_CHUNKS, chunks))
            write_product(kit, shop_id, product_id, some, questions=first == 0)
    with kit.database.transaction(shop_id) as session:
        paths = shop_paths(session, shop_id)
    plain = []
    for path in paths:
        if path in WRITTEN_WITH:
            write_feeds(kit, shop_id, path)
            continue
        plain.append(path)
    for first in range(0, len(plain), AT_ONCE):
        _compare_documents(kit, shop_id, plain[first : first + AT_ONCE])


def _compare_documents(kit: Kit, shop_id: UUID, paths: Sequence[str]) -> None:
    with kit.database.transaction(shop_id) as session:
        shop = session.get_one(Shop, shop_id)
        documents = ShopDocuments(session, shop, public_url=kit.settings.public_url)
        made = {path: documents.made(path) for path in paths}
    for path, content in made.items():
        if content is not None:
            put_document(kit.published, f"{shop_folder(shop.widget_key)}/{path}", content)


def _products(kit: Kit, shop_id: UUID) -> list[tuple[UUID, int]]:
    """(product, number of chunks) of everything that has documents."""
    listing = func.coalesce(Product.listing_id, Product.id)
    with kit.database.transaction(shop_id) as session:
        rows = session.execute(
            select(Publication.product_id, RatingSummary.next_position)
            .join(Product, Product.id == Publication.product_id)
            .outerjoin(RatingSummary, RatingSummary.product_id == listing)
            .order_by(Publication.product_id)
        ).all()
    return [(row[0], chunk_of(row[1] - 1) + 1 if row[1] else 0) for row in rows]


def _same(there: BinaryIO, data: bytes | BinaryIO) -> bool:
    if isinstance(data, bytes):
        return there.read() == data
    while part := data.read(PART):
        if there.read(len(part)) != part:
            return False
    return not there.read(1)
