"""Published files that no document accounts for: an older version wrote them, or a product went."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import String

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import NotFound
from reviewapp.core.kit import Kit
from reviewapp.media.sweep import in_batches
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.listing import RatingSummary
from reviewapp.models.question import Question
from reviewapp.models.widget import Publication
from reviewapp.web.storefront import external_id_of
from reviewapp.widgets.feeds.writer import WRITTEN_WITH, files_of
from reviewapp.widgets.marks import shop_paths
from reviewapp.widgets.purging import request_purge
from reviewapp.widgets.rules import QUESTIONS, chunk_of
from reviewapp.widgets.writer import TWINS, shop_folder

_OURS = re.compile(
    r"(?:policy|faq|transparency|store|theme|sitemap)\.(?:html|json|css|xml)"
    r"|(?:feeds|feeds/reports|stars|collections|reviews|sitemaps)/[\w~][\w.~-]*"
    r"\.(?:html|json|jsonl|csv|xml|rss)"
    r"|products/(?P<key>[^/]+)/(?:(?:head|index|questions)\.(?:html|json)"
    r"|(?P<kind>chunk|page|questions)-(?P<number>\d+)\.(?:html|json))",
    re.ASCII,
)
"""What the layout of a shop's folder has or once had; `media/` is `media sweep`'s."""


@dataclass(slots=True)
class Strays:
    """What was taken away, and what was left alone because we never write such files."""

    removed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


def clear_strays(kit: Kit, before: datetime) -> Strays:
    """Take away what lies in the shops' folders and stands for no document any more.

    To be called after a rebuild, which writes all there is: only files older than its start
    (`before`) are looked at. What is accounted for is asked after the files were listed, so that
    what a worker publishes meanwhile is known.
    """
    with kit.database.transaction(EVERY_SHOP) as session:
        shops = session.execute(select(Shop.id, Shop.widget_key).order_by(Shop.id)).all()
    found = Strays()
    for shop_id, widget_key in shops:
        folder = f"{shop_folder(widget_key)}/"
        old = (
            stored.key.removeprefix(folder)
            for stored in kit.published.entries(folder)
            if stored.modified_at < before and not stored.key.startswith(f"{folder}media/")
        )
        for batch in in_batches(old):
            _clear(kit, shop_id, folder, batch, found)
    return found


def _clear(kit: Kit, shop_id: UUID, folder: str, files: Iterable[str], found: Strays) -> None:
    ours = {}
    for file in files:
        if matched := _OURS.fullmatch(document_of(file)):
            ours[file] = matched
        else:
            found.foreign.append(folder + file)
    if not ours:
        return
    with kit.database.transaction(shop_id) as session:
        own = {*shop_paths(session, shop_id), *(f for mark in WRITTEN_WITH for f in files_of(mark))}
        sizes = _sizes(session, {matched["key"] for matched in ours.values() if matched["key"]})
        strays = [
            file
            for file, matched in ours.items()
            if not (_is_there(matched, sizes) if matched["key"] else document_of(file) in own)
        ]
        request_purge(session, kit.settings, shop_id, map(document_of, strays))
    for file in strays:
        kit.published.delete(folder + file)
        found.removed.append(folder + file)


def document_of(file: str) -> str:
    """The document that a file is of: itself, or the one it is a twin of."""
    for _, suffix in TWINS:
        file = file.removesuffix(suffix)
    return file


def _is_there(matched: re.Match[str], sizes: Mapping[str, tuple[int, int]]) -> bool:
    """Whether a product's document is to be there; `sizes` by the product's key."""
    if matched["key"] not in sizes:
        return False
    chunks, question_pages = sizes[matched["key"]]
    if matched["kind"] is None:
        return True
    return int(matched["number"]) < (question_pages if matched["kind"] == "questions" else chunks)


def _sizes(session: Session, keys: Iterable[str]) -> dict[str, tuple[int, int]]:
    """How many chunks and full pages of questions each of these products has."""
    key_of = {}
    for key in keys:
        try:
            key_of[external_id_of(key)] = key
        except NotFound:
            continue  # no product has such a key
    rows = session.execute(_SIZES, {"external_ids": list(key_of)})
    return {
        key_of[external_id]: (
            chunk_of(placed - 1) + 1 if placed else 0,
            max(0, (asked - QUESTIONS) // QUESTIONS),
        )
        for external_id, placed, asked in rows
    }


def _sizes_statement() -> Select[Any]:
    listing = func.coalesce(Product.listing_id, Product.id)
    variant = aliased(Product)
    asked = (
        select(func.count())
        .select_from(Question)
        .join(variant, variant.id == Question.product_id)
        .where(
            func.coalesce(variant.listing_id, variant.id) == listing, Question.state == "published"
        )
        .scalar_subquery()
    )
    return (
        select(Product.external_id, RatingSummary.next_position, asked)
        .join(Publication, Publication.product_id == Product.id)
        .outerjoin(RatingSummary, RatingSummary.product_id == listing)
        .where(Product.external_id == any_(bindparam("external_ids", type_=ARRAY(String))))
    )


_SIZES = _sizes_statement()
