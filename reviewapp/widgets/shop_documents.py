"""The documents of the whole shop, as the database has them now."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.core.i18n import translator
from reviewapp.models.account import Shop
from reviewapp.web.theme import theme_css, theme_of
from reviewapp.widgets import documents, sitemap
from reviewapp.widgets.faq import faq_view
from reviewapp.widgets.figures import store_summary, transparency
from reviewapp.widgets.marks import (
    COLLECTIONS_FOLDER,
    FAQ,
    FIGURES_PAGE,
    POLICY,
    SITEMAP,
    SITEMAPS_FOLDER,
    STARS_FOLDER,
    STORE,
    STORE_FOLDER,
    STORE_PAGE,
    THEME,
    TRANSPARENCY,
    collection_key,
    shard_of_path,
    shards_of,
)
from reviewapp.widgets.pages import Pages
from reviewapp.widgets.product_view import shop_facts
from reviewapp.widgets.queries import shard_pages, shard_summaries
from reviewapp.widgets.store_view import StorePages, collection_view


class ShopDocuments:
    """Makes a shop's documents within one transaction; what several of them tell is read once."""

    def __init__(self, session: Session, shop: Shop, *, public_url: str) -> None:
        self._session = session
        self._shop = shop
        self._public_url = public_url
        self._facts = shop_facts(shop, public_url)

    def made(self, path: str) -> bytes | None:
        """The bytes of one document; None where it is not to be there any more."""
        session, shop = self._session, self._shop
        if path.startswith(STARS_FOLDER):
            return _stars(session, shop.id, path)
        if path.startswith(COLLECTIONS_FOLDER):
            key = collection_key(path)
            picked = collection_view(session, shop, key, public_url=self._public_url)
            return documents.collection(picked) if picked else None
        if path.startswith(SITEMAPS_FOLDER):
            return _sitemap(session, shop.id, self._facts.base_url, shard_of_path(path))
        if path.startswith(STORE_FOLDER):
            return self._pages.store(self._store.page(path))
        return self._single(path)

    def _single(self, path: str) -> bytes:
        session, shop = self._session, self._shop
        makers: dict[str, Callable[[], bytes]] = {
            POLICY: self._pages.policy,
            FAQ: lambda: self._pages.faq(faq_view(session, shop, public_url=self._public_url)),
            TRANSPARENCY: lambda: documents.transparency(transparency(session, shop.id)),
            FIGURES_PAGE: lambda: self._pages.figures(transparency(session, shop.id)),
            STORE: lambda: documents.store(store_summary(session, shop.id)),
            THEME: lambda: theme_css(theme_of(shop.color.lower())).encode(),
            SITEMAP: lambda: _sitemaps(session, shop.id, self._facts.base_url),
        }
        return makers[path]()

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self._facts, translator(self._facts.language))

    @cached_property
    def _store(self) -> StorePages:
        return StorePages(self._session, self._shop, public_url=self._public_url)


def _stars(session: Session, shop_id: UUID, path: str) -> bytes:
    shards = shards_of(session, shop_id)
    return documents.stars(shards, shard_summaries(session, shop_id, shard_of_path(path), shards))


def _sitemaps(session: Session, shop_id: UUID, base_url: str) -> bytes:
    shards = range(shards_of(session, shop_id))
    return sitemap.index(f"{base_url}/{SITEMAPS_FOLDER}{shard}.xml" for shard in shards)


def _sitemap(session: Session, shop_id: UUID, base_url: str, shard: int) -> bytes:
    """The pages of one shard's products; the first one has those of the whole shop too."""
    own = [STORE_PAGE, POLICY] if shard == 0 else []
    shards = shards_of(session, shop_id)
    products = [
        f"products/{key}/{page}"
        for key, pages in sorted(shard_pages(session, shop_id, shard, shards).items())
        for page in pages
    ]
    return sitemap.pages(f"{base_url}/{page}" for page in [*own, *products])
