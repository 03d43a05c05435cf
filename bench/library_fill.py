"""A shop's library of any size, made by the database itself: reviews, files, rights, marks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench.publish import show
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.library.projection_sql import KEEP_PIECES, KEEP_WORDS
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.library_shelf import LibraryCollection
from tests import factories

PRODUCTS = 2_000
COLLECTED = 1_000
BATCH = 2_000
"""Reviews a statement; one of ten times as many took minutes."""
WORDS = str.split(
    "handle glaze kettle teapot cosy even warm rim chip base parcel gift colour blue small large "
    "morning daily dishwasher sturdy light heavy smooth rough kitchen table mother friend sister "
    "present second third quick late broken mended lovely plain simple"
)
"""The commonest ones; some thousand made-up words follow, ever rarer."""

REVIEWS = """
INSERT INTO review (id, created_at, shop_id, product_id, rating, title, body, answers, display_name,
  locale, state, version, submitted_at, published_at, verified_buyer, incentivized, source,
  redactions)
SELECT gen_random_uuid(), now(), :shop, item.id, 1 + floor(5 * power(random(), 0.4))::int % 5,
  'No. ' || n, told.body, '{}', 'Customer ' || n,
  (ARRAY['en', 'en-GB', 'en', 'en', 'de', 'de', 'fr', 'es', 'pt-BR'])[1 + n % 9], 'published', 1,
  now() - n * interval '1 minute', now() - n * interval '1 minute', false, false, 'own', '[]'
FROM generate_series(1, :reviews) n
JOIN (SELECT id, row_number() OVER (ORDER BY external_id) - 1 AS number FROM product
  WHERE shop_id = :shop) item ON item.number = n % :products
CROSS JOIN LATERAL (SELECT string_agg(CASE WHEN pick < :known
    THEN (CAST(:words AS text[]))[1 + pick] ELSE 'word' || pick END, ' ')
  || CASE WHEN n % 1000 = 7 THEN ' heirloom' ELSE '' END AS body
  FROM (SELECT floor(4000 * power(random(), 3))::int AS pick
    FROM generate_series(1, 8 + n % 12)) picks) told
"""
"""One in a thousand has a rare word."""
VERSIONS = """
INSERT INTO review_version (id, created_at, shop_id, review_id, version, rating, title, body,
  answers, display_name, sha256)
SELECT gen_random_uuid(), now(), shop_id, id, 1, rating, title, body, '{}', display_name,
  replace(id::text, '-', '') || replace(id::text, '-', '')
FROM review WHERE shop_id = :shop
"""
FILES = """
INSERT INTO media_asset (id, created_at, shop_id, kind, state, review_id, sha256, key, content_type,
  byte_count, width, height, placeholder, dominant_color, duration_ms, attached_at, declared)
SELECT made.id, now(), :shop, made.kind, 'ready', r.id,
  replace(made.id::text, '-', '') || replace(made.id::text, '-', ''), 'bench',
  'image/jpeg', 1, made.width, made.height, '', made.colour,
  CASE WHEN made.kind = 'video' THEN 5000 + floor(random() * 90000)::int END, now(), '[]'
FROM (SELECT id, row_number() OVER () AS n FROM review WHERE shop_id = :shop) r
CROSS JOIN generate_series(1, 1 + (r.n % 2)::int) part
CROSS JOIN LATERAL (SELECT gen_random_uuid() AS id,
  CASE WHEN (r.n + part) % 9 = 0 THEN 'video' ELSE 'photo' END AS kind,
  (ARRAY[1200, 1200, 900, 1000])[1 + (r.n % 4)::int] AS width,
  (ARRAY[900, 1600, 1200, 1000])[1 + (r.n % 4)::int] AS height,
  (ARRAY['#7a5230', '#d9c8ae', '#8a8a88', '#f6f5f3', '#101010', '#2d55b0', '#3d8a45', '#c22020',
    '#e8862a', '#e3cf3f', '#f29ab5', '#7a3db0'])[1 + floor(12 * power(random(), 2))::int] AS colour
) made
"""
RIGHTS = """
INSERT INTO standing_right (review_id, subject_sha256, use, shop_id, starts_at, ends_at, entry_hash)
SELECT subject.review_id, subject.sha256, uses.use, :shop, now() - interval '1 day',
  CASE WHEN random() < 0.03 THEN now() + (1 + random() * 300) * interval '1 day' END, 'bench'
FROM (SELECT review_id, sha256 FROM media_asset WHERE shop_id = :shop
  UNION ALL SELECT review_id, sha256 FROM review_version WHERE shop_id = :shop) subject
CROSS JOIN (VALUES ('site', 0.6), ('email', 0.4), ('homepage', 0.2), ('social', 0.35),
  ('ads', 0.3), ('marketplace', 0.05), ('print', 0.01), ('partners', 0.005)) AS uses(use, share)
WHERE random() < uses.share + 0 * length(subject.sha256)
"""
"""The subject in the condition keeps it from being decided once a use."""
TAKEN = """
INSERT INTO export_item (id, created_at, shop_id, export_id, review_id, asset_id, subject_sha256,
  permission_hash, focus, files)
SELECT gen_random_uuid(), now(), :shop, :export, review_id, id, sha256, 'bench', '[0.5, 0.5]', '[]'
FROM media_asset WHERE shop_id = :shop AND random() < 0.02
"""
STARS = """
INSERT INTO library_star (piece_id, shop_id, review_id, starred_at)
SELECT id, :shop, review_id, now() FROM media_asset WHERE shop_id = :shop AND random() < 0.01
"""
COLLECT = """
INSERT INTO library_collection_item (collection_id, piece_id, shop_id, review_id, position)
SELECT :collection, id, :shop, review_id, row_number() OVER ()
FROM (SELECT id, review_id FROM media_asset WHERE shop_id = :shop LIMIT :collected) first
"""
LOADED = (
    "review", "review_version", "media_asset", "standing_right", "export_item", "library_star",
    "library_collection_item",
)  # fmt: skip
TABLES = (*LOADED, "product", "library_asset", "library_word")


@dataclass(frozen=True)
class Filled:
    """The shop, a marketer's session in it, and what its filters can name."""

    shop: Shop
    token: str
    product_id: UUID
    collection_id: UUID


def fill(kit: Kit, pieces: int) -> Filled:
    """Reviews, files, rights and marks for so many pieces, then the rows the library looks through.

    What an earlier run left in a kept folder is taken as it is.

    Two pieces of five are words, the others photos and films.
    """
    with kit.database.transaction(EVERY_SHOP) as session:
        kept = session.scalar(text("SELECT EXISTS (SELECT 1 FROM library_asset)"))
    if kept:
        analyse(kit)  # a migration may have come between
        with kit.database.transaction(EVERY_SHOP) as session:
            return _filled(session, kit)
    begun = time.perf_counter()
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session)
        session.add_all(
            Product(
                shop_id=shop.id, external_id=f"P{n:04}", title=f"Mug number {n}",
                tags=["tableware"] if n % 10 == 0 else [],
            )
            for n in range(PRODUCTS)
        )  # fmt: skip
        collection = factories.add(session, LibraryCollection(shop_id=shop.id, title="Camp"))
        told = {
            "shop": shop.id, "reviews": pieces * 2 // 5, "products": PRODUCTS, "words": WORDS,
            "known": len(WORDS), "collection": collection.id, "collected": COLLECTED,
            "export": new_id(),
        }  # fmt: skip
        session.execute(text(EXPORT), told)
        with _bare(session, LOADED):
            for statement in (REVIEWS, VERSIONS, FILES, RIGHTS, TAKEN, STARS, COLLECT):
                session.execute(text(statement), told)
                session.execute(text("ANALYZE review, media_asset, review_version"))
    analyse(kit)
    loaded = time.perf_counter()
    project(kit)
    analyse(kit)
    show("loaded", pieces=pieces, seconds=loaded - begun, rows=time.perf_counter() - loaded)
    with kit.database.transaction(EVERY_SHOP) as session:
        return _filled(session, kit)


def _filled(session: Session, kit: Kit) -> Filled:
    """What was loaded, now or by an earlier run, with somebody new who is signed in."""
    shop = session.scalars(select(Shop)).one()
    token, _ = factories.signed_in_member(session, kit, shop, "marketer")
    product_id = session.scalars(select(Product.id).order_by(Product.external_id).limit(1)).one()
    return Filled(shop, token, product_id, session.scalars(select(LibraryCollection.id)).one())


def project(kit: Kit) -> None:
    """Make the library's rows by the product's own statements."""
    with (
        kit.database.transaction(EVERY_SHOP) as session,
        _bare(session, ("library_asset", "library_word")),
    ):
        session.execute(text("SET LOCAL work_mem = '128MB'"))
        reviews = session.scalars(text("SELECT id FROM review ORDER BY id")).all()
        for at in range(0, len(reviews), BATCH):
            told = {"reviews": reviews[at : at + BATCH], "standing": [], "now": clock.now()}
            session.execute(text(KEEP_PIECES), told)
            session.execute(text(KEEP_WORDS), told)


@contextmanager
def _bare(session: Session, tables: Sequence[str]) -> Iterator[None]:
    """Load without secondary indexes and foreign keys, and put them on afterwards."""
    later = [line for table in tables for line in _stripped(session, table)]
    yield
    session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    for line in later:
        session.execute(text(line))


def _stripped(session: Session, table: str) -> list[str]:
    """Take secondary indexes and foreign keys off a table; what puts them back."""
    told = {"table": table}
    indexes = session.execute(text(INDEXES), told).all()
    keys = session.execute(text(KEYS), told).all()
    for name, _ in indexes:
        session.execute(text(f"DROP INDEX {name}"))
    for name, _ in keys:
        session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    return [line for _, line in indexes] + [
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {line}" for name, line in keys
    ]


INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :table AND indexname LIKE 'ix%'
  AND indexdef NOT LIKE '%(review_id)%'
"""
"""The one by review stays: what writes the library's rows looks for older ones."""
KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = CAST(:table AS regclass) AND contype = 'f'
"""
EXPORT = """
INSERT INTO export (id, created_at, shop_id, use, place, state)
VALUES (:export, now(), :shop, 'ads', 'Bench', 'made')
"""


def analyse(kit: Kit) -> None:
    """What autovacuum would have done by now."""
    with kit.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as bare:
        for table in TABLES:
            bare.execute(text(f"VACUUM ANALYZE {table}"))
