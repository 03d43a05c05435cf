"""The Olist layout: orders, items, customers and products in files of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from reviewapp.core.ids import digest, email_digest
from reviewapp.integrations.csv_file import Table, cells_of, read_table, unreadable
from reviewapp.integrations.order_values import (
    BadRow,
    BuyerIn,
    ColumnWrong,
    LineIn,
    OrderIn,
    Read,
    amount,
    instant,
    past_instant,
)
from reviewapp.integrations.rules import mail_address

ZONE = ZoneInfo("America/Sao_Paulo")
"""The files' instants are local and carry no zone; the marketplace runs on the capital's time."""

ORDER_COLUMNS = (
    "order_id", "customer_id", "order_status", "order_purchase_timestamp", "order_approved_at",
    "order_delivered_carrier_date", "order_delivered_customer_date",
    "order_estimated_delivery_date",
)  # fmt: skip
ITEM_COLUMNS = ("order_id", "order_item_id", "product_id", "price", "freight_value")
CUSTOMER_COLUMNS = ("customer_id", "customer_unique_id")
PRODUCT_COLUMNS = ("product_id", "product_category_name")
ENDED = ("canceled", "unavailable")


def is_olist(table: Table) -> bool:
    """Whether the table is an Olist orders file."""
    return set(ORDER_COLUMNS) <= set(table.header)


def orders_file_in(folder: Path) -> Path:
    """The orders file of a folder: the shortest name with `orders`; Invalid when there is none."""
    names = [
        path.name
        for path in folder.iterdir()
        if "orders" in path.name and path.name.endswith((".csv", ".csv.gz"))
    ]
    if not names:
        raise unreadable(folder, "holds no file called …orders….csv or .csv.gz")
    return folder / min(names, key=lambda name: (len(name), name))


@dataclass(frozen=True)
class Olist:
    """The four files of one delivery, found beside the orders file."""

    orders: Table
    items: Table
    customers: Table
    products: Table
    email_template: str | None = None
    """Makes an address for each person, such as `{customer_unique_id}@shop.example`."""

    def read(self, now: datetime) -> Iterator[Read]:
        """Orders and bad rows in the orders file's order; memory does not grow with the files."""
        with closing(sqlite3.connect("")) as beside:  # a file of its own, gone with the connection
            yield from _keep(beside, "items", self.items, ITEM_COLUMNS)
            yield from _keep(beside, "customers", self.customers, CUSTOMER_COLUMNS)
            yield from _keep(beside, "products", self.products, PRODUCT_COLUMNS)
            places = [self.orders.place_of(column) for column in ORDER_COLUMNS]
            file = self.orders.path.name
            for number, cells in self.orders.rows():
                try:
                    _check_width(self.orders, cells)
                    row = dict(zip(ORDER_COLUMNS, cells_of(cells, places), strict=True))
                    yield self._order(beside, row, number, now)
                except ColumnWrong as wrong:
                    yield BadRow(file, number, wrong.column, wrong.reason)

    def _order(
        self, beside: sqlite3.Connection, row: Mapping[str, str], number: int, now: datetime
    ) -> OrderIn:
        for column in ("order_id", "customer_id", "order_purchase_timestamp"):
            if not row[column]:
                raise ColumnWrong(column, "is empty")
        promised = row["order_estimated_delivery_date"]
        facts = _facts(row, now)
        order = OrderIn(
            file=self.orders.path.name,
            line=number,
            external_id=row["order_id"],
            buyer=self._buyer(beside, row["customer_id"]),
            ordered_at=past_instant(
                row["order_purchase_timestamp"], ZONE, "order_purchase_timestamp", now
            ),
            promised_at=instant(promised, ZONE, "order_estimated_delivery_date")
            if promised
            else None,
            currency="BRL",
        )
        total = Decimal(0)
        for item in _of(beside, "items", row["order_id"]):
            line, cost = _line(beside, item, number, facts)
            order.lines.append(line)
            total += cost
        order.total = total if order.lines else None
        order.whole = {} if order.lines else facts
        return order

    def _buyer(self, beside: sqlite3.Connection, customer_id: str) -> BuyerIn:
        found = next(_of(beside, "customers", customer_id), (customer_id, customer_id))
        person = found[1]
        known_by, email = digest(f"olist:{person}"), None
        if self.email_template:
            told = self.email_template.replace("{customer_unique_id}", person)
            email = mail_address(told)
            if email is None:
                raise ColumnWrong("customer_unique_id", f"{told} is not a mail address")
            known_by = email_digest(email)
        return BuyerIn(digest=known_by, email=email, locale="pt-BR", country="BR")


def olist_beside(orders: Table, encoding: str | None, email_template: str | None) -> Olist:
    """Find the three other files next to the orders file; Invalid when one is missing."""
    items, customers, products = (
        read_table(_beside(orders.path, what), encoding)
        for what in ("order_items", "customers", "products")
    )
    for table, columns in (
        (items, ITEM_COLUMNS),
        (customers, CUSTOMER_COLUMNS),
        (products, PRODUCT_COLUMNS),
    ):
        for column in columns:
            table.place_of(column)
    return Olist(orders, items, customers, products, email_template)


def _beside(orders: Path, what: str) -> Path:
    name = orders.name.replace("orders", what)
    for candidate in (name, f"{name}.gz", name.removesuffix(".gz")):
        if (orders.parent / candidate).is_file():
            return orders.parent / candidate
    raise unreadable(orders, f"needs {name} in the same folder")


def _facts(row: Mapping[str, str], now: datetime) -> dict[str, datetime]:
    """Events by type. A cancel has no instant of its own: the last one told stands for it."""
    columns = {
        "shipped": "order_delivered_carrier_date",
        "delivered": "order_delivered_customer_date",
    }
    facts = {
        type_: past_instant(row[column], ZONE, column, now)
        for type_, column in columns.items()
        if row[column]
    }
    if row["order_status"] in ENDED:
        told = [
            past_instant(row[column], ZONE, column, now)
            for column in ("order_purchase_timestamp", "order_approved_at")
            if row[column]
        ]
        facts["cancelled"] = max([*told, *facts.values()])
    return facts


def _line(
    beside: sqlite3.Connection, item: Sequence[str], number: int, facts: Mapping[str, datetime]
) -> tuple[LineIn, Decimal]:
    _, item_id, product_id, price, freight = item
    if not product_id:
        raise ColumnWrong("order_items.product_id", f"is empty for item {item_id}")
    category = next(_of(beside, "products", product_id), (product_id, ""))[1]
    words = category.replace("_", " ").capitalize()
    cost = amount(price, "order_items.price")
    line = LineIn(
        line=number,
        external_id=item_id or product_id,
        product=product_id,
        product_title=f"{words} {product_id[:8]}" if category else None,
        product_type=category or None,
        price=cost,
        facts=dict(facts),
    )
    return line, cost + amount(freight or "0", "order_items.freight_value")


def _keep(
    beside: sqlite3.Connection, name: str, table: Table, columns: Sequence[str]
) -> Iterator[BadRow]:
    """Put the wanted columns where single keys are found without holding all in memory."""
    places = [table.place_of(column) for column in columns]
    beside.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
    insert = f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608  # names are ours
    for number, cells in table.rows():
        try:
            _check_width(table, cells)
        except ColumnWrong as wrong:
            yield BadRow(table.path.name, number, wrong.column, wrong.reason)
            continue
        beside.execute(insert, cells_of(cells, places))
    beside.execute(f"CREATE INDEX by_{name} ON {name} ({columns[0]})")


def _of(beside: sqlite3.Connection, name: str, key: str) -> Iterator[tuple[str, ...]]:
    columns = {"items": ITEM_COLUMNS, "customers": CUSTOMER_COLUMNS, "products": PRODUCT_COLUMNS}
    query = f"SELECT * FROM {name} WHERE {columns[name][0]} = ? ORDER BY rowid"  # noqa: S608  # names are ours
    yield from beside.execute(query, (key,))


def _check_width(table: Table, cells: Sequence[str]) -> None:
    if len(cells) != len(table.header):
        raise ColumnWrong("", f"{len(cells)} cells where the header has {len(table.header)}")
    if any("\x00" in cell for cell in cells):
        raise ColumnWrong("", "holds the character NUL")
