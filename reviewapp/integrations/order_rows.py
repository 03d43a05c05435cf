"""The documented orders layout: one row per order line (docs/import.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from reviewapp.core.ids import digest, email_digest
from reviewapp.integrations.csv_file import Table, unreadable
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
    whole,
)
from reviewapp.integrations.rules import mail_address
from reviewapp.models.catalog import EVENT_TYPES

ALIASES: dict[str, tuple[str, ...]] = {
    "order_id": ("order", "order_number", "order_no", "order_external_id"),
    "ordered_at": ("order_date", "created_at", "purchased_at", "date"),
    "email": ("e_mail", "customer_email", "billing_email", "mail"),
    "customer_id": ("customer", "buyer_id"),
    "name": ("customer_name", "billing_name", "buyer"),
    "locale": ("language", "customer_locale"),
    "country": ("country_code", "shipping_country", "billing_country"),
    "time_zone": ("timezone",),
    "promised_at": ("promised_delivery", "estimated_delivery", "delivery_date"),
    "currency": (),
    "total": ("order_total", "total_price"),
    "tags": ("order_tags",),
    "tracking": ("tracking_number",),
    "line_id": ("line", "line_item_id", "lineitem_id"),
    "product_id": ("product", "sku", "lineitem_sku", "product_external_id"),
    "product_title": ("product_name", "lineitem_name", "item"),
    "product_type": ("category", "product_category"),
    "quantity": ("qty", "lineitem_quantity"),
    "price": ("unit_price", "lineitem_price"),
    "shipped_at": ("fulfilled_at", "dispatched_at"),
    "delivered_at": ("delivered_on",),
    "cancelled_at": ("canceled_at",),
    "lost_at": (),
    "refunded_at": (),
    "returned_at": (),
}
"""Column → other names it goes by; case, spaces and dashes do not matter."""

NEEDED = ("order_id", "ordered_at", "product_id")
OF_THE_ORDER = (
    "ordered_at", "email", "customer_id", "name", "locale", "country", "time_zone", "promised_at",
    "currency", "total", "tags", "tracking",
)  # fmt: skip
OF_REVIEWS = {"rating", "review", "review_title", "review_content", "review_score", "review_body"}
LENGTHS = {"order_id": 200, "line_id": 200, "product_id": 149, "customer_id": 200, "name": 200}
LONGEST = 500
PATTERNS = {
    "locale": (re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}"), "such as de or pt-BR"),
    "country": (re.compile(r"[A-Z]{2}"), "two capital letters such as DE"),
    "currency": (re.compile(r"[A-Z]{3}"), "three capital letters such as EUR"),
}


def read_orders(table: Table, zone: tzinfo, now: datetime) -> Iterator[Read]:
    """Orders and bad rows in the file's order; rows of one order should stand together.

    `zone` is the zone of instants without an offset. Invalid when a needed column is missing.
    """
    places = columns(table)
    open_order: OrderIn | None = None
    for number, cells in table.rows():
        try:
            row = _row(table, places, cells)
            if open_order is None or row["order_id"] != open_order.external_id:
                if open_order is not None:
                    yield open_order
                    open_order = None
                fresh = _order(row, table.path.name, number, zone, now)
                fresh.lines.append(_line(row, number, zone, now))
                open_order, told = fresh, row
            else:
                _check_same(row, told, open_order.line)
                _add_line(open_order, _line(row, number, zone, now))
        except ColumnWrong as wrong:
            yield BadRow(table.path.name, number, wrong.column, wrong.reason)
    if open_order is not None:
        yield open_order


def columns(table: Table) -> dict[str, int]:
    """Column → place; Invalid when one that is needed is missing or stands twice."""
    known = {alias: column for column, others in ALIASES.items() for alias in (column, *others)}
    titles = [re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_") for title in table.header]
    if OF_REVIEWS & set(titles):
        raise unreadable(table.path, "holds reviews, not orders")
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        column = known.get(title)
        if column is None:
            continue
        if column in places:
            raise unreadable(table.path, f"has the column {column} twice")
        places[column] = place
    missing = [column for column in NEEDED if column not in places]
    if missing or not {"email", "customer_id"} & set(places):
        missing += [] if {"email", "customer_id"} & set(places) else ["email (or customer_id)"]
        raise unreadable(table.path, f"lacks the column {', '.join(missing)}; see docs/import.md")
    return places


def _row(table: Table, places: Mapping[str, int], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(table.header):
        raise ColumnWrong("", f"{len(cells)} cells where the header has {len(table.header)}")
    row = {column: cells[place].strip() for column, place in places.items()}
    for column, text in row.items():
        if "\x00" in text:
            raise ColumnWrong(column, "holds the character NUL")
        if len(text) > LENGTHS.get(column, LONGEST):
            most = LENGTHS.get(column, LONGEST)
            raise ColumnWrong(column, f"longer than {most} characters")
    for column in ("order_id", "product_id"):
        if not row[column]:
            raise ColumnWrong(column, "is empty")
    return row


def _order(row: Mapping[str, str], file: str, number: int, zone: tzinfo, now: datetime) -> OrderIn:
    if not row["ordered_at"]:
        raise ColumnWrong("ordered_at", "is empty")
    promised, total = row.get("promised_at"), row.get("total")
    return OrderIn(
        file=file,
        line=number,
        external_id=row["order_id"],
        buyer=_buyer(row),
        ordered_at=past_instant(row["ordered_at"], zone, "ordered_at", now),
        promised_at=instant(promised, zone, "promised_at") if promised else None,
        currency=_matching(row, "currency"),
        total=amount(total, "total") if total else None,
        tags=[tag.strip() for tag in row.get("tags", "").split("|") if tag.strip()],
        tracking=row.get("tracking") or None,
    )


def _buyer(row: Mapping[str, str]) -> BuyerIn:
    email = None
    if row.get("email"):
        email = mail_address(row["email"])
        if email is None:
            raise ColumnWrong("email", "not a mail address")
        known_by = email_digest(email)
    elif row.get("customer_id"):
        known_by = digest(f"csv:{row['customer_id']}")
    else:
        raise ColumnWrong("email", "is empty, and so is customer_id")
    time_zone = row.get("time_zone") or None
    if time_zone and time_zone not in _zones():
        raise ColumnWrong("time_zone", "not an IANA time zone such as Europe/Berlin")
    return BuyerIn(
        digest=known_by,
        email=email,
        name=row.get("name") or None,
        locale=_matching(row, "locale"),
        country=_matching(row, "country"),
        time_zone=time_zone,
    )


def _line(row: Mapping[str, str], number: int, zone: tzinfo, now: datetime) -> LineIn:
    quantity, price = row.get("quantity"), row.get("price")
    facts = {
        type_: past_instant(told, zone, f"{type_}_at", now)
        for type_ in EVENT_TYPES
        if (told := row.get(f"{type_}_at"))
    }
    return LineIn(
        line=number,
        external_id=row.get("line_id") or row["product_id"],
        product=row["product_id"],
        product_title=row.get("product_title") or None,
        product_type=row.get("product_type") or None,
        quantity=whole(quantity, "quantity") if quantity else 1,
        price=amount(price, "price") if price else None,
        facts=facts,
    )


def _add_line(order: OrderIn, line: LineIn) -> None:
    if any(line.external_id == known.external_id for known in order.lines):
        reason = f"stands twice in order {order.external_id}; tell lines apart by line_id"
        raise ColumnWrong("line_id", reason)
    order.lines.append(line)


def _check_same(row: Mapping[str, str], told: Mapping[str, Any], first_line: int) -> None:
    """What is said of the order must be the same on each of its rows, or left empty."""
    for column in OF_THE_ORDER:
        if row.get(column) and row[column] != told[column]:
            raise ColumnWrong(column, f"differs from line {first_line} of the same order")


def _matching(row: Mapping[str, str], column: str) -> str | None:
    text = row.get(column)
    if not text:
        return None
    pattern, example = PATTERNS[column]
    if not pattern.fullmatch(text):
        raise ColumnWrong(column, f"not {example}")
    return text


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
