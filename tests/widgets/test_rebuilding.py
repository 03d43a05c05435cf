"""A rebuild in several processes, and what is left when one of them is killed."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
from click.testing import CliRunner

from reviewapp.core import clock
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.models.account import Shop
from reviewapp.widgets import rebuilding
from reviewapp.widgets.cli import publish as publish_cli
from reviewapp.widgets.comparing import compare
from reviewapp.widgets.product_writer import publish_products
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.rebuilding import rebuild
from tests import factories
from tests.widgets.stories import all_files, publish, shop_with_product

PRODUCTS = 7


@pytest.fixture
def shop(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop with reviews of seven products, so few listings at once that all processes work."""
    monkeypatch.setattr(rebuilding, "AT_ONCE", 2)
    monkeypatch.setattr(rebuilding, "WORTH_A_PROCESS", 1)
    shop, mug = shop_with_product(kit)
    with kit.database.transaction(shop.id) as session:
        others = [factories.product(session, shop, f"P{n}") for n in range(PRODUCTS - 1)]
    for product in [mug, *others]:
        for rating in (5, 2, 4):
            publish(kit, shop, product, rating=rating)
    return shop


def killed_at(kit: Kit, number: int) -> None:
    """Let this process be killed when it is about to write its file of this number."""
    storage: Any = kit.published
    put, numbers = storage.put, iter(range(number))

    def counted(*values: Any, **named: Any) -> None:
        if next(numbers, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        put(*values, **named)

    storage.put = counted


def rebuild_killed(kit: Kit, batches: Sequence[rebuilding.Batch]) -> Iterator[int]:
    killed_at(kit, 20)
    yield from rebuilding._rebuild_products(kit, batches)


def shop_documents_killed(kit: Kit, batches: Sequence[rebuilding.Batch]) -> Iterator[int]:
    killed_at(kit, 4)
    yield from rebuilding._rebuild_shops(kit, batches)


def publish_killed(settings: Settings) -> None:
    kit = Kit(settings)
    killed_at(kit, 10)
    publish_products(kit)


def assert_whole(kit: Kit) -> None:
    """Every file can be read to its end: no reader ever meets half of one."""
    for key, content in all_files(kit).items():
        plain = content
        if key.endswith(".br"):
            plain = brotli.decompress(content)
        elif key.endswith(".gz"):
            plain = gzip.decompress(content)
        name = key.removesuffix(".br").removesuffix(".gz")
        if name.endswith(".json"):
            json.loads(plain)
        elif name.endswith(".html"):
            assert plain.rstrip().endswith(b">")


def test_two_processes_write_the_same_bytes_as_one(kit: Kit, shop: Shop) -> None:
    rebuild(kit)
    before = all_files(kit)
    for key in before:
        kit.published.delete(key)
    steps: list[tuple[int, int]] = []
    told = rebuild(kit, lambda done, of: steps.append((done, of)), processes=2)
    assert told == PRODUCTS
    assert steps[-1] == (PRODUCTS, PRODUCTS)
    assert all_files(kit) == before
    assert compare(kit) == []


@pytest.mark.parametrize(
    ("step", "killed"),
    [("_rebuild_products", rebuild_killed), ("_rebuild_shops", shop_documents_killed)],
)
def test_the_next_rebuild_mends_what_killed_processes_left(
    kit: Kit, shop: Shop, monkeypatch: pytest.MonkeyPatch, step: str, killed: Any
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(rebuilding, step, killed)
        with pytest.raises(OutsideFailed, match="run it once more"):
            rebuild(kit, processes=2)
    assert_whole(kit)
    assert compare(kit)
    assert rebuild(kit) == PRODUCTS
    assert compare(kit) == []


def test_a_publisher_killed_while_it_writes_leaves_whole_files_and_the_rest_to_the_next(
    kit: Kit, shop: Shop
) -> None:
    rebuild(kit)
    with kit.database.transaction(shop.id) as session:
        product = factories.product(session, shop, "NEW")
    publish(kit, shop, product)
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=publish_killed, args=(kit.settings,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert_whole(kit)
    assert compare(kit)
    for hours in (2, 4):  # what follows what, and what is written by the hour
        with clock.frozen(clock.now() + timedelta(hours=hours)):
            publish_due(kit)
    assert compare(kit) == []


def test_a_rebuild_takes_away_what_no_document_accounts_for(kit: Kit, shop: Shop) -> None:
    rebuild(kit)
    folder = f"p/v1/{shop.widget_key}"
    strays = [
        "feeds/google-product-reviews.json",
        "feeds/google-product-reviews.json.br",
        "products/GONE/head.json",
        "products/MUG/chunk-7.json",
        "products/MUG/questions-3.html",
        "stars/64.json",
    ]
    foreign = ["products/MUG/notes.txt", "robots.txt", "stars/0.json.bak"]
    root = Path(kit.published.root)
    for name in [*strays, *foreign]:
        kit.published.put(f"{folder}/{name}", b"{}", content_type="application/json")
        os.utime(root / folder / name, (0, 0))
    told = {d.path.removeprefix(f"{folder}/"): d.how for d in compare(kit)}
    assert told == dict.fromkeys([*strays, *foreign], "extra")

    def run() -> Any:
        command = ["rebuild", "--json", "--processes", "1"]
        told = CliRunner().invoke(publish_cli, command, obj=lambda: nullcontext(kit))
        assert told.exception is None, told.exception
        return json.loads(told.output.splitlines()[-1])

    found = run()
    assert found["removed"] == sorted(f"{folder}/{name}" for name in strays)
    assert found["foreign"] == sorted(f"{folder}/{name}" for name in foreign)
    assert [d.path.removeprefix(f"{folder}/") for d in compare(kit)] == sorted(foreign)
    assert run()["removed"] == []
