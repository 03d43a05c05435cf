"""Imports of orders from files: whole, hostile, twice, killed."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.core.settings import environment
from reviewapp.integrations import order_import
from reviewapp.integrations.cli import import_group
from reviewapp.integrations.service import record_event
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer, Order, OrderEvent, OrderLine, Product
from reviewapp.models.integration import ImportRun
from reviewapp.models.outbox import OutboxEvent
from tests import factories

HEADER = (
    "order_id,ordered_at,email,name,country,time_zone,currency,total,tags,line_id,product_id,"
    "product_title,quantity,price,delivered_at,cancelled_at\n"
)
GOOD = (
    "A-1,2026-11-01 10:00,ada@customers.example,Ada Quist,DE,Europe/Berlin,EUR,48.50,gift|x,"
    "1,MUG,Mug,2,19.25,2026-11-04 09:30,\n"
    "A-1,,,,,,,,,2,BOWL,Bowl,1,10.00,2026-11-06 09:30,\n"
    "A-2,2026-11-02T10:00:00Z,ben@customers.example,,,,,,,1,MUG,,1,,,2026-11-03T00:00:00Z\n"
)

QUOTE = '"'
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


@pytest.fixture
def run(kit: Kit, shop: Shop) -> Any:
    """`reviewapp import orders …` in this process."""

    @contextmanager
    def opened() -> Iterator[Kit]:
        yield kit

    def command(*arguments: object) -> Result:
        told = ["orders", *(str(argument) for argument in arguments)]
        return CliRunner().invoke(import_group, told, obj=opened, catch_exceptions=True)

    return command


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """A file with this content."""

    def written(content: str | bytes, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def counted(result: Result) -> tuple[int, int, int, int]:
    told = json.loads(result.stdout)
    return told["created"], told["updated"], told["unchanged"], told["bad"]


def everything(kit: Kit) -> dict[str, Any]:
    """All that an import may write, as values."""
    with kit.database.transaction(EVERY_SHOP) as session:
        lines = session.execute(
            select(Order.external_id, OrderLine.external_id, OrderLine.delivered_at)
            .join(OrderLine, OrderLine.order_id == Order.id)
            .order_by(Order.external_id, OrderLine.id)
        )
        return {
            "lines": [tuple(row) for row in lines],
            "orders": session.scalar(select(func.count()).select_from(Order)),
            "events": session.scalar(select(func.count()).select_from(OrderEvent)),
            "products": {
                row.external_id: row.title
                for row in session.execute(select(Product.external_id, Product.title))
            },
            "people": session.scalars(select(Customer.email).order_by(Customer.email)).all(),
        }


class TestDocumentedLayout:
    def test_a_title_that_comes_later_is_told_on(self, run: Any, file: Any, kit: Kit) -> None:
        def told() -> list[str]:
            with kit.database.transaction(EVERY_SHOP) as session:
                return list(session.scalars(select(OutboxEvent.name)))

        bare = GOOD.replace(",MUG,Mug,", ",MUG,,")
        run(file(HEADER + bare), "--json")
        assert "product.changed" not in told()
        run(file(HEADER + GOOD), "--json")
        assert told().count("product.changed") == 1

    def test_orders_lines_people_and_products_come_in(self, run: Any, file: Any, kit: Kit) -> None:
        result = run(file(HEADER + GOOD), "--json")
        assert (result.exit_code, counted(result)) == (0, (2, 0, 0, 0))
        found = everything(kit)
        delivered = datetime(2026, 11, 4, 8, 30, tzinfo=UTC)
        assert found["lines"] == [
            ("A-1", "1", delivered),
            ("A-1", "2", datetime(2026, 11, 6, 8, 30, tzinfo=UTC)),
            ("A-2", "1", None),
        ]
        assert found["products"] == {"MUG": "Mug", "BOWL": "Bowl"}
        assert found["people"] == ["ada@customers.example", "ben@customers.example"]
        with kit.database.transaction(EVERY_SHOP) as session:
            order = session.scalars(select(Order).where(Order.external_id == "A-1")).one()
            assert (order.tags, str(order.total), order.planning_due) == (
                ["gift", "x"],
                "48.50",
                True,
            )
            run_row = session.scalars(select(ImportRun)).one()
            assert (run_row.layout, run_row.row_count, run_row.created_count) == ("csv", 3, 2)
            assert run_row.finished_at is not None
        assert kit.queues.redis.exists("reviewapp:ping:plan")

    def test_the_same_file_again_changes_nothing_and_wakes_nobody(
        self, run: Any, file: Any, kit: Kit
    ) -> None:
        path = file(HEADER + GOOD)
        run(path)
        before = everything(kit)
        with kit.database.transaction(EVERY_SHOP) as session:
            session.execute(Order.__table__.update().values(planning_due=False))
        kit.queues.redis.flushdb()
        assert counted(run(path, "--json")) == (0, 0, 2, 0)
        assert everything(kit) == before
        assert not kit.queues.redis.exists("reviewapp:ping:plan")
        with kit.database.transaction(EVERY_SHOP) as session:
            assert not any(session.scalars(select(Order.planning_due)))

    def test_what_differs_is_changed_and_facts_only_move_earlier(
        self, run: Any, file: Any, kit: Kit
    ) -> None:
        run(file(HEADER + GOOD))
        later = GOOD.replace("2026-11-04 09:30", "2026-11-09 09:30").replace("2,19.25", "3,19.25")
        assert counted(run(file(HEADER + later), "--json")) == (0, 1, 1, 0)
        assert everything(kit)["lines"][0][2] == datetime(2026, 11, 4, 8, 30, tzinfo=UTC)

    def test_bad_rows_are_named_and_good_ones_kept(self, run: Any, file: Any, kit: Kit) -> None:
        row = "{},{},{},,{},,,{},,1,{},,{},,{},\n"
        bad = [
            row.format("B-1", "01/11/2026", "a@x.example", "", "", "P", "", ""),
            row.format("B-2", "2026-11-01", "nobody", "", "", "P", "", ""),
            row.format("B-3", "2026-11-01", "a@x.example", "Germany", "", "P", "", ""),
            row.format("B-4", "2026-11-01", "a@x.example", "", '"1.234,50"', "P", "", ""),
            row.format("B-5", "2026-11-01", "a@x.example", "", "", "", "", ""),
            row.format("B-6", "2026-11-01", "a@x.example", "", "", "P", "1e3", ""),
            row.format("B-7", "2026-11-01", "a@x.example", "", "", "P", "", "2031-01-01"),
            row.format("", "2026-11-01", "a@x.example", "", "", "P", "", ""),
            row.format("B-9", "2026-11-01", "", "", "", "P", "", ""),
            row.format("B-10", "2026-11-01", "a@x.example", "", "", "P\x00Q", "", ""),
            row.format("B-11", "2026-11-01", "a@x.example", "", "", "P" * 201, "", ""),
            "too,few\n",
            row.format("B-13", "0001-01-01", "a@x.example", "", "", "P", "", ""),
        ]
        result = run(file(HEADER + "".join(bad) + GOOD), "--json")
        assert (result.exit_code, counted(result)) == (1, (2, 0, 0, 13))
        told = json.loads(result.stdout)["bad_rows"]
        assert [(row["line"], row["column"]) for row in told] == [
            (2, "ordered_at"), (3, "email"), (4, "country"), (5, "total"), (6, "product_id"),
            (7, "quantity"), (8, "delivered_at"), (9, "order_id"), (10, "email"),
            (11, "product_id"), (12, "product_id"), (13, ""), (14, "ordered_at"),
        ]  # fmt: skip
        assert all(row["reason"] for row in told)
        with kit.database.transaction(EVERY_SHOP) as session:
            kept = session.scalars(select(ImportRun)).one()
            assert (kept.bad_count, len(kept.bad_rows)) == (13, 13)

    def test_a_row_that_says_otherwise_of_its_order_is_named(self, run: Any, file: Any) -> None:
        other = "A-2,,eve@customers.example,,,,,,,9,JUG,,1,,,\n"
        twice = "A-2,,,,,,,,,1,MUG,,1,,,\n"
        told = json.loads(run(file(HEADER + GOOD + other + twice), "--json").stdout)["bad_rows"]
        assert [(row["line"], row["column"]) for row in told] == [(5, "email"), (6, "line_id")]

    def test_rows_of_an_order_that_stand_apart_come_together(
        self, run: Any, file: Any, kit: Kit
    ) -> None:
        apart = "A-1,2026-11-01 10:00,ada@customers.example,,,,,,,3,JUG,,1,,,\n"
        result = run(file(HEADER + GOOD + apart), "--json")
        assert counted(result) == (2, 0, 0, 0)
        assert [line[1] for line in everything(kit)["lines"]][:3] == ["1", "2", "3"]

    def test_other_names_and_semicolons_are_understood(self, run: Any, file: Any, kit: Kit) -> None:
        content = (
            "\ufeffOrder Number;Order-Date;E-Mail;SKU;Qty\n"
            '#1001;2026-11-01 10:00:00 +0100;ada@customers.example;"MUG; blue";2\n'
        )
        assert counted(run(file(content), "--json")) == (1, 0, 0, 0)
        assert everything(kit)["products"] == {"MUG; blue": "MUG; blue"}

    def test_utf_16_with_a_mark_and_gz_are_read(self, run: Any, file: Any) -> None:
        packed = gzip.compress((HEADER + GOOD).encode("utf-16"))
        assert counted(run(file(packed, "orders.csv.gz"), "--json")) == (2, 0, 0, 0)

    def test_another_encoding_is_read_when_named(self, run: Any, file: Any, kit: Kit) -> None:
        path = file((HEADER + GOOD.replace("Ada", "Jürgen")).encode("cp1252"))
        refused = run(path)
        assert refused.exit_code == 1
        assert "line 2" in str(refused.exception)
        assert counted(run(path, "--encoding", "cp1252", "--json")) == (2, 0, 0, 0)
        with kit.database.transaction(EVERY_SHOP) as session:
            names = session.scalars(select(Customer.name)).all()
        assert "Jürgen Quist" in names

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "is empty"),
            (b"\n\n", "is empty"),
            (b"\x00\x01\x02", "not a text table"),
            (HEADER.encode("utf-16-le"), "not a text table"),
            (b"order_id,ordered_at,email\nA,B,C\n", "lacks the column product_id"),
            (b"order_id,ordered_at,product_id\nA,B,C\n", "email (or customer_id)"),
            (b"order_id,order,ordered_at,email,sku\n", "order_id twice"),
            (HEADER.encode() + b'A-1,"2026', "cannot be read from line 2"),
            (HEADER.encode() + b"A-1," + b"x" * 1_000_001, "characters in line 2"),
            (HEADER.encode() + b'"' + b"x" * 200_000 + b'"', "cannot be read from line 2"),
            (gzip.compress((HEADER + GOOD * 500).encode())[:-300], "cut short or damaged"),
            (gzip.compress(b"x")[:5], "cut short or damaged"),
            (b"\x1f\x8bno gz at all", "cut short or damaged"),
            (HEADER.encode() + b"\xff\xfe\xfd", "is not utf-8 in line 2"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_file_that_cannot_be_read_is_refused_in_one_line(
        self, run: Any, file: Any, kit: Kit, content: bytes, reason: str
    ) -> None:
        result = run(file(content))
        assert result.exit_code == 1
        told = str(result.exception)
        assert reason in told
        assert "Nothing was imported" in told
        assert "\n" not in told
        assert everything(kit)["orders"] == 0

    def test_a_dry_run_counts_and_leaves_nothing(self, run: Any, file: Any, kit: Kit) -> None:
        result = run(file(HEADER + GOOD), "--dry-run", "--json")
        assert counted(result) == (2, 0, 0, 0)
        assert everything(kit)["orders"] == 0
        with kit.database.transaction(EVERY_SHOP) as session:
            assert session.scalars(select(ImportRun)).all() == []
        assert not kit.queues.redis.exists("reviewapp:ping:plan")

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

    def test_events_of_the_whole_order_told_before_hold_for_what_the_file_tells(
        self, run: Any, file: Any, kit: Kit, shop: Shop
    ) -> None:
        run(file(HEADER + GOOD))
        with kit.database.transaction(shop.id) as session:
            order = session.scalars(select(Order).where(Order.external_id == "A-2")).one()
            record_event(session, order, "delivered", datetime(2026, 11, 8, tzinfo=UTC))
        late = (
            GOOD.splitlines()[2].replace(",1,MUG,", ",2,JUG,").replace("2026-11-03T00:00:00Z", "")
        )
        assert counted(run(file(f"{HEADER}{late}\n"), "--json")) == (0, 1, 0, 0)
        found = {line[:2]: line[2] for line in everything(kit)["lines"]}
        assert found["A-2", "2"] == datetime(2026, 11, 8, tzinfo=UTC)
        assert found["A-2", "1"] is None

    def test_a_person_who_was_erased_stays_erased(self, run: Any, file: Any, kit: Kit) -> None:
        run(file(HEADER + GOOD))
        with kit.database.transaction(EVERY_SHOP) as session:
            for person in session.scalars(select(Customer)):
                person.email, person.name, person.erased_at = None, None, clock.now()
        run(file(HEADER + GOOD))
        with kit.database.transaction(EVERY_SHOP) as session:
            assert (
                session.execute(select(Customer.email, Customer.name)).all() == [(None, None)] * 2
            )

    def test_which_shop_must_be_clear(self, run: Any, file: Any, kit: Kit, shop: Shop) -> None:
        with kit.database.transaction(EVERY_SHOP) as session:
            other = factories.shop(session, name="Other")
            other_id = other.id
        path = file(HEADER + GOOD)
        assert "--shop" in str(run(path).exception)
        assert "no shop" in str(run(path, "--shop", "Nobody").exception)
        assert counted(run(path, "--shop", "Other", "--json")) == (2, 0, 0, 0)
        with kit.database.transaction(shop.id) as session:
            assert session.scalars(select(Order)).all() == []
        with kit.database.transaction(other_id) as session:
            assert len(session.scalars(select(Order)).all()) == 2

    def test_the_report_on_a_terminal_names_rows(self, run: Any, file: Any) -> None:
        result = run(file(HEADER + GOOD + "A-3,yesterday,a@x.example,,,,,,,1,P,,1,,,\n"))
        assert "2 orders created, 0 updated, 0 unchanged; 1 rows not taken" in result.stdout
        assert "orders.csv, line 5: ordered_at: not a date" in result.stdout

    def test_old_orders_can_be_tried_out_as_if_of_today(
        self, run: Any, file: Any, kit: Kit
    ) -> None:
        with clock.frozen(datetime(2027, 3, 15, 12, tzinfo=UTC)):
            run(file(HEADER + GOOD), "--as-if-today")
        assert everything(kit)["lines"][1][2] == datetime(2027, 3, 14, 8, 30, tzinfo=UTC)

    @pytest.mark.shared
    def test_hostile_text_is_kept_as_text(
        self, run: Any, file: Any, kit: Kit, shared_data: Path
    ) -> None:
        formulas = (shared_data / "hostile_text" / "csv_formula_injection.txt").read_text()
        lines = [line for line in formulas.splitlines() if line]
        content = HEADER + "".join(
            f'F-{n},2026-11-01,f{n}@x.example,"{line.replace(QUOTE, QUOTE * 2)}",,,,,,1,P,,1,,,\n'
            for n, line in enumerate(lines)
        )
        assert counted(run(file(content), "--json"))[0] == len(lines)
        with kit.database.transaction(EVERY_SHOP) as session:
            assert set(session.scalars(select(Customer.name))) == {line.strip() for line in lines}

    @pytest.mark.shared
    def test_tables_of_something_else_are_refused_in_one_line(
        self, run: Any, kit: Kit, shared_data: Path
    ) -> None:
        others = sorted((shared_data / "vendor_csv").glob("*.csv"))
        others += sorted((shared_data / "images").glob("*.jpg"))[:3]
        for path in others:
            told = run(path).exception
            assert "Nothing was imported" in str(told), path
        assert others
        assert everything(kit)["orders"] == 0


@pytest.mark.shared
class TestOlist:
    def test_all_orders_come_in_in_one_run_and_once(
        self, run: Any, kit: Kit, shared_data: Path
    ) -> None:
        result = run(shared_data / "reviews", "--json")
        assert (result.exit_code, counted(result)) == (0, (3496, 0, 0, 0))
        assert counted(run(shared_data / "reviews" / "olist_orders.csv.gz", "--json")) == (
            0, 0, 3496, 0,
        )  # fmt: skip
        with kit.database.transaction(EVERY_SHOP) as session:
            assert session.scalar(select(func.count()).select_from(Order)) == 3496
            assert session.scalar(select(func.count()).select_from(OrderLine)) == 3994
            assert session.scalars(select(Customer.email).distinct()).all() == [None]
            order = session.scalars(
                select(Order).where(Order.external_id == "2c810e97c1d3956172e1830863e6a133")
            ).one()
            line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
        assert order.ordered_at == datetime(2018, 8, 15, 14, 30, 33, tzinfo=UTC)
        assert order.promised_at == datetime(2018, 8, 27, 3, tzinfo=UTC)
        assert line.shipped_at == datetime(2018, 8, 15, 15, 44, tzinfo=UTC)
        assert line.delivered_at == datetime(2018, 8, 20, 18, 15, 42, tzinfo=UTC)
        assert str(order.total) == "1326.85"

    def test_cancelled_orders_say_so_with_or_without_lines(
        self, run: Any, kit: Kit, shared_data: Path
    ) -> None:
        run(shared_data / "reviews")
        with kit.database.transaction(EVERY_SHOP) as session:
            cancelled = session.scalar(
                select(func.count(func.distinct(OrderEvent.order_id))).where(
                    OrderEvent.type == "cancelled"
                )
            )
        assert cancelled == 21 + 18

    def test_addresses_are_made_only_when_asked_for(
        self, run: Any, kit: Kit, shared_data: Path
    ) -> None:
        template = "{customer_unique_id}@customers.example"
        run(shared_data / "reviews", "--email-template", template)
        with kit.database.transaction(EVERY_SHOP) as session:
            people = session.scalars(select(Customer.email)).all()
        assert all(email and email.endswith("@customers.example") for email in people)
        assert len(set(people)) == len(people) < 3496

    def test_a_missing_sibling_is_named(self, run: Any, tmp_path: Path, shared_data: Path) -> None:
        orders = (shared_data / "reviews" / "olist_orders.csv.gz").read_bytes()
        (tmp_path / "olist_orders.csv.gz").write_bytes(orders)
        told = str(run(tmp_path / "olist_orders.csv.gz").exception)
        assert "needs olist_order_items.csv.gz in the same folder" in told
        assert "holds no file" in str(run(shared_data / "images").exception)
