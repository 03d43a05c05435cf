"""Files as they come: other names and encodings, bad rows, hostile text, no table at all."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.catalog import Customer
from reviewapp.models.integration import ImportRun
from tests.integrations.order_files import GOOD, HEADER, counted, everything

QUOTE = '"'


class TestDocumentedLayout:
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
