"""What the benches of long lists share: a filled installation, a page far behind, milliseconds."""

from __future__ import annotations

import argparse
import math
import statistics
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from flask.testing import FlaskClient
from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from bench.publish import installation, show
from reviewapp.app import create_app
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.core.process import ease_garbage_collection
from reviewapp.models.account import Member, Shop
from reviewapp.web.auth import SESSION_COOKIE
from reviewapp.web.listing import PAGE
from tests import factories

RUNS = 40
DEEP_PAGE = 5_000
Key = ColumnElement[Any] | InstrumentedAttribute[Any]
Fill = Callable[[Session, Shop, Member, int], None]
Pages = Callable[[Kit, Shop, int], Iterable[tuple[str, str]]]


def time_pages(told: str, role: str, fill: Fill, tables: Iterable[str], pages: Pages) -> None:
    """Print one JSON line per page, as somebody of this role opens it; `told` is the --help.

    `fill` writes the rows of a shop, `tables` are vacuumed then. With --keep FOLDER they stay
    there, and the next run begins with what it finds.
    """
    asked = argparse.ArgumentParser(
        description=told, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--rows", type=int, default=200_000)
    asked.add_argument("--keep", type=Path, metavar="FOLDER")
    wanted = asked.parse_args()
    with installation(wanted.keep) as kit:
        shop, token = filled(kit, role, fill, tables, wanted.rows)
        client = create_app(kit=kit).test_client()
        ease_garbage_collection()
        client.set_cookie(SESSION_COOKIE, token)
        for name, path in pages(kit, shop, wanted.rows):
            measure(client, name, path)


def filled(kit: Kit, role: str, fill: Fill, tables: Iterable[str], rows: int) -> tuple[Shop, str]:
    """The shop, filled now or by an earlier run, and a new session of its one member."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = session.scalar(select(Shop))
        if shop is None:
            shop = factories.shop(session)
            fill(session, shop, factories.member(session, shop, role), rows)
        person = session.scalars(select(Member).where(Member.shop_id == shop.id)).one()
        token, _ = factories.signed_in(session, kit, person)
    with kit.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as bare:
        for table in tables:
            bare.execute(text(f"VACUUM ANALYZE {table}"))
    return shop, token


def place(kit: Kit, shop: Shop, keys: tuple[Key, Key], page: int) -> str:
    """Where this page of the whole list begins, the newest first, as the list's links tell it."""
    with kit.database.transaction(shop.id) as session:
        row = session.execute(
            select(*keys).order_by(*(key.desc() for key in keys))
            .offset((page - 1) * PAGE - 1).limit(1)
        ).one()  # fmt: skip
    told: list[str | UUID] = [row[0].isoformat(), row[1]]
    return urlsafe_b64encode(orjson.dumps(told)).rstrip(b"=").decode()


def measure(client: FlaskClient, name: str, path: str) -> None:
    """Milliseconds for this page, after a few that warm the caches."""
    took = []
    for run in range(RUNS + 3):
        begun = time.perf_counter()
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status)
        if run >= 3:
            took.append((time.perf_counter() - begun) * 1000)
    show(name, **spread(took))


def spread(took: list[float]) -> dict[str, float]:
    """Least, median, 95th percentile (nearest rank) and most of these milliseconds."""
    took = sorted(took)
    return {
        "n": len(took),
        "min_ms": took[0],
        "median_ms": statistics.median(took),
        "p95_ms": took[math.ceil(len(took) * 0.95) - 1],
        "max_ms": took[-1],
    }
