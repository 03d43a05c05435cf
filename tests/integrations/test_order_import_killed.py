"""An import that was killed goes on where it stopped when it is run again."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import func, select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.core.settings import environment
from reviewapp.integrations import order_import
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Order, OrderLine
from reviewapp.models.integration import ImportRun
from tests.integrations.order_files import HEADER, counted

KILLED = """
import sys
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo
from reviewapp import models
from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.core.settings import read_settings
from reviewapp.integrations import order_import
from reviewapp.integrations.csv_file import read_table
from reviewapp.integrations.order_rows import read_orders
order_import.BATCH_LINES = 10
read = read_orders(read_table(Path(sys.argv[1])), ZoneInfo("Europe/Berlin"), clock.now())
order_import.import_orders(
    Kit(read_settings(None)), UUID(sys.argv[2]), read, layout="csv", file_name="orders.csv",
    progress=lambda line: print(line, flush=True),
)
"""
"""An import in a process of its own, in batches of ten; tells each batch on its output."""


class TestDocumentedLayout:
    def test_an_import_that_was_killed_goes_on_when_run_again(
        self, run: Any, file: Any, kit: Kit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = "".join(
            f"N-{n},2026-11-01,p{n}@customers.example,,,,,,,1,MUG,,1,,,\n" for n in range(40)
        )
        path = file(HEADER + rows)
        monkeypatch.setattr(order_import, "BATCH_LINES", 10)
        put = order_import._take
        taken = iter(range(3))

        def killed(*values: Any) -> None:
            put(*values)
            next(taken)

        monkeypatch.setattr(order_import, "_take", killed)
        assert run(path).exception is not None
        monkeypatch.setattr(order_import, "_take", put)
        with kit.database.transaction(EVERY_SHOP) as session:
            begun = session.scalars(select(ImportRun)).one()
            assert (begun.created_count, begun.finished_at) == (30, None)
        assert counted(run(path, "--json")) == (10, 0, 30, 0)

    def test_a_killed_process_leaves_whole_batches_and_the_next_run_the_rest(
        self, run: Any, file: Any, kit: Kit, shop: Shop
    ) -> None:
        rows = "".join(
            f"N-{n},2026-11-01,p{n}@customers.example,,,,,,,1,MUG,,1,,2026-11-04,\n"
            for n in range(200)
        )
        path = file(HEADER + rows)
        command = [sys.executable, "-c", KILLED, str(path), str(shop.id)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, env=environment(kit.settings), text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.kill()
        with kit.database.transaction(shop.id) as session:
            begun = session.scalars(select(ImportRun)).one()
            orders = session.scalar(select(func.count()).select_from(Order))
            lines = session.scalar(select(func.count()).select_from(OrderLine))
        assert 10 <= begun.created_count == orders == lines
        created, updated, unchanged, bad = counted(run(path, "--json"))
        assert (created + unchanged, unchanged, updated, bad) == (200, orders, 0, 0)
