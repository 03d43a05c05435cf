"""Making everything anew from the database: recounted, written, in any number of processes."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from operator import itemgetter
from uuid import UUID

from sqlalchemy import func, select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.core.logs import configure_logs
from reviewapp.core.settings import Settings
from reviewapp.media.sweep import in_batches
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.review import Review
from reviewapp.models.widget import Publication
from reviewapp.widgets.assets import publish_assets
from reviewapp.widgets.counting import recount_listings
from reviewapp.widgets.marks import mark_shop, shop_paths
from reviewapp.widgets.product_writer import publish_products
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.shop_writer import publish_shop_documents
from reviewapp.widgets.store_view import place_in_store

AT_ONCE = 20
"""Listings counted in one transaction: reviewers of these wait as long as it takes."""
PLACED_AT_ONCE = 20_000
"""Reviews placed in one transaction: each looks through all that have no place yet."""
WORTH_A_PROCESS = 100
"""Products for which it pays to start another process, which costs a second."""

Progress = Callable[[int, int], None]
Batch = tuple[UUID, dict[UUID, int]]
"""A shop, some of its listings, and how many products each of them is shown with."""
Step = Callable[[Kit, Sequence[Batch]], Iterator[int]]
"""Does a share of the work, telling after each part how much it was."""


def rebuild(kit: Kit, progress: Progress | None = None, *, processes: int = 1) -> int:
    """Count everything anew and write every document; returns how many products there are.

    The marks are in the database: killed half-way it is finished by whoever publishes next, and
    workers that run meanwhile take their share. The same rows give the same bytes.
    Errors: OutsideFailed where one of the processes died.
    """
    publish_assets(kit)
    batches = _listings(kit)
    total = sum(sum(listings.values()) for _, listings in batches)
    sharing = max(1, min(processes, total // WORTH_A_PROCESS))
    done = 0
    for part in _shared(kit, _rebuild_products, batches, sharing):
        done += part
        if progress:
            progress(done, total)
    _mark_shops(kit)
    for _ in _shared(kit, _rebuild_shops, batches, sharing):
        pass
    # What a process that died had claimed, and what changed meanwhile.
    while publish_due(kit):
        pass
    return total


def default_processes() -> int:
    """One for each core this process may use."""
    return len(os.sched_getaffinity(0))


def _rebuild_products(kit: Kit, batches: Sequence[Batch]) -> Iterator[int]:
    for shop_id, listings in batches:
        with kit.database.transaction(shop_id) as session:
            recount_listings(session, listings)
        publish_products(kit)
        yield sum(listings.values())
    while publish_products(kit):
        pass


def _rebuild_shops(kit: Kit, _batches: Sequence[Batch]) -> Iterator[int]:
    while done := publish_shop_documents(kit):
        yield done


def _listings(kit: Kit) -> list[Batch]:
    """Every listing that has a published review or ever had documents, in batches."""
    reviewed = select(Review.product_id).where(Review.state == "published")
    written = select(Publication.product_id)
    listing = func.coalesce(Product.listing_id, Product.id)
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.execute(
            select(Product.shop_id, listing, func.count())
            .where(Product.id.in_(reviewed.union(written)))
            .group_by(Product.shop_id, listing)
            .order_by(Product.shop_id, listing)
        ).all()
    return [
        (shop_id, {listing_id: number for _, listing_id, number in some})
        for shop_id, of_shop in groupby(rows, key=itemgetter(0))
        for some in in_batches(of_shop, AT_ONCE)
    ]


def _mark_shops(kit: Kit) -> None:
    """Place all reviews among those of their shop, and mark every document of the shops."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shops = list(session.scalars(select(Shop.id).order_by(Shop.id)))
    for shop_id in shops:
        placed = True
        while placed:
            with kit.database.transaction(shop_id) as session:
                placed = place_in_store(session, shop_id, limit=PLACED_AT_ONCE)
        with kit.database.transaction(shop_id) as session:
            mark_shop(session, shop_id, shop_paths(session, shop_id), anew=True)


def _shared(kit: Kit, step: Step, batches: Sequence[Batch], processes: int) -> Iterator[int]:
    """Take the step with every batch, in this process or in several."""
    if processes == 1:
        yield from step(kit, batches)
        return
    context = multiprocessing.get_context("spawn")
    running: dict[Connection, SpawnProcess] = {}
    for number in range(processes):
        ours, theirs = context.Pipe(duplex=False)
        share = batches[number::processes]
        process = context.Process(
            target=_work, args=(kit.settings, step, share, theirs), daemon=True
        )
        process.start()
        theirs.close()
        running[ours] = process
    while running:
        for told in wait(list(running)):
            assert isinstance(told, Connection)
            try:
                yield told.recv()
            except EOFError:
                _ended(running.pop(told))


def _ended(process: SpawnProcess) -> None:
    process.join()
    if process.exitcode:
        raise OutsideFailed(
            message="A process of the rebuild died. What is left is marked: run it once more."
        )


def _work(settings: Settings, step: Step, batches: Sequence[Batch], told: Connection) -> None:
    """One process's share; it ends when nobody listens any more."""
    configure_logs(settings.log_level)
    kit = Kit(settings)
    try:
        for done in step(kit, batches):
            told.send(done)
    finally:
        kit.close()
