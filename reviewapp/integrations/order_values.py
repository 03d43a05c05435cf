"""Orders as importers read them, whatever the file's layout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from reviewapp.integrations.rules import ahead_of

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
LARGEST_AMOUNT = Decimal(10) ** 12
SPACE_BEFORE_OFFSET = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)|\s*(?:UTC|GMT)$")


class ColumnWrong(Exception):
    """A cell that cannot be taken: its column and why."""

    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason
        super().__init__(f"{column}: {reason}")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not taken."""

    file: str
    line: int
    column: str
    reason: str


@dataclass(slots=True)
class BuyerIn:
    """Who bought; `digest` tells persons apart (of the address, else of the source's id)."""

    digest: str
    email: str | None
    name: str | None = None
    locale: str | None = None
    country: str | None = None
    time_zone: str | None = None


@dataclass(slots=True)
class LineIn:
    """One line; `facts` maps an event type to its instant."""

    line: int
    external_id: str
    product: str
    product_title: str | None = None
    product_type: str | None = None
    quantity: int = 1
    price: Decimal | None = None
    facts: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class OrderIn:
    """One order with its lines; `whole` are events of the order as such, where it has no lines."""

    file: str
    line: int
    external_id: str
    buyer: BuyerIn
    ordered_at: datetime
    promised_at: datetime | None = None
    currency: str | None = None
    total: Decimal | None = None
    tags: list[str] = field(default_factory=list)
    tracking: str | None = None
    lines: list[LineIn] = field(default_factory=list)
    whole: dict[str, datetime] = field(default_factory=dict)


Read = OrderIn | BadRow


def instant(text: str, zone: tzinfo, column: str) -> datetime:
    """An ISO 8601 instant in UTC; without an offset it is local time in `zone`."""
    try:
        told = _read_instant(text.strip())
        at = (told if told.tzinfo else told.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ColumnWrong(column, "not a date such as 2026-11-22 14:30") from error
    if not EARLIEST <= at < LATEST:
        raise ColumnWrong(column, "not between 1990 and 2100")
    return at


def past_instant(text: str, zone: tzinfo, column: str, now: datetime) -> datetime:
    """As `instant`; refused when it lies more than a day ahead of `now`."""
    at = instant(text, zone, column)
    if ahead_of(at, now):
        raise ColumnWrong(column, "lies in the future")
    return at


def amount(text: str, column: str) -> Decimal:
    """An amount of money with a decimal point; no thousands' marks."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation as error:
        raise ColumnWrong(column, "not an amount such as 19.50") from error
    if not value.is_finite() or not 0 <= value < LARGEST_AMOUNT:
        raise ColumnWrong(column, "not between 0 and 10¹²")
    if abs(int(value.as_tuple().exponent)) > 12:
        raise ColumnWrong(column, "not an amount such as 19.50")
    return value


def whole(text: str, column: str) -> int:
    """A quantity, 1 to 1,000,000."""
    if not re.fullmatch(r"[0-9]{1,7}", text.strip()) or not 1 <= int(text) <= 1_000_000:
        raise ColumnWrong(column, "not a whole number from 1 to 1,000,000")
    return int(text)


def moved(orders: Iterable[Read], by: timedelta) -> Iterator[Read]:
    """The orders with every instant moved by `by`."""
    for order in orders:
        if isinstance(order, OrderIn):
            order.ordered_at += by
            order.promised_at = order.promised_at and order.promised_at + by
            order.whole = {type_: at + by for type_, at in order.whole.items()}
            for line in order.lines:
                line.facts = {type_: at + by for type_, at in line.facts.items()}
        yield order


def newest(orders: Iterable[Read]) -> datetime | None:
    """The last thing that happened in any order; promises do not count."""
    last: datetime | None = None
    for order in orders:
        if isinstance(order, OrderIn):
            told = [order.ordered_at, *order.whole.values()]
            told += [at for line in order.lines for at in line.facts.values()]
            last = max(told) if last is None else max(last, *told)
    return last


@lru_cache(maxsize=4096)
def _read_instant(text: str) -> datetime:
    """Lines of one order tell the same instants; reading each once halves the work."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(SPACE_BEFORE_OFFSET.sub(_offset, text))


def _offset(found: re.Match[str]) -> str:
    return "" if found[0].isspace() else "+00:00"
