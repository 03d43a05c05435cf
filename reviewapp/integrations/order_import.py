"""Imports of orders: batches by COPY, each its own transaction, safe to run again.

COPY into tables behind row-level security is refused by PostgreSQL; so a batch is copied into
temporary tables and moved from there by statements that touch only what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import ping_after_commit
from reviewapp.core.ids import new_id
from reviewapp.core.json import canonical_bytes
from reviewapp.core.kit import Kit
from reviewapp.integrations import order_sql as sql
from reviewapp.integrations.order_values import BadRow, OrderIn, Read
from reviewapp.integrations.service import event_digest, refold
from reviewapp.models.catalog import Order
from reviewapp.models.integration import ImportRun
from reviewapp.outbox.messages import emit

BATCH_LINES = 5_000
BAD_ROWS_KEPT = 1_000


@dataclass
class Counts:
    """What became of a file: orders by outcome, and every row that was not taken."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: int = 0
    rows: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    """The first 1,000."""

    def refuse(self, row: BadRow) -> None:
        """Count a bad row and keep its reason while there is room."""
        self.bad += 1
        if len(self.bad_rows) < BAD_ROWS_KEPT:
            self.bad_rows.append(row)


@dataclass(frozen=True)
class Batch:
    """Orders by external id, and the line of the file up to which they reach."""

    orders: Mapping[str, OrderIn]
    until_line: int


Progress = Callable[[int], None]


def import_orders(
    kit: Kit,
    shop_id: UUID,
    read: Iterable[Read],
    *,
    layout: str,
    file_name: str,
    dry_run: bool = False,
    progress: Progress = lambda line: None,
) -> Counts:
    """Take in all good rows; the ImportRun row tells how far it came, also after a kill.

    Run again, what is there already is found unchanged. `dry_run` counts and undoes. `progress`
    is told the file's line after each batch.
    """
    counts = Counts()
    run_id = None if dry_run else _begin(kit, shop_id, layout, file_name)
    for batch in _batches(read, counts):
        with kit.database.open(shop_id) as session:
            _take(session, shop_id, layout, batch.orders, counts)
            if run_id is None:
                session.rollback()
            else:
                _note(session, run_id, counts)
                kit.database.finish(session)
        progress(batch.until_line)
    if run_id is not None:
        with kit.database.transaction(shop_id) as session:
            _note(session, run_id, counts).finished_at = clock.now()
    return counts


def _begin(kit: Kit, shop_id: UUID, layout: str, file_name: str) -> UUID:
    with kit.database.transaction(shop_id) as session:
        run = ImportRun(
            shop_id=shop_id, kind="orders", layout=layout, file_name=file_name, bad_rows=[]
        )
        session.add(run)
        session.flush()
        return run.id


def _note(session: Session, run_id: UUID, counts: Counts) -> ImportRun:
    run = session.get_one(ImportRun, run_id)
    run.row_count = counts.rows + counts.bad
    run.created_count = counts.created
    run.updated_count = counts.updated
    run.unchanged_count = counts.unchanged
    run.bad_count = counts.bad
    run.bad_rows = [
        {"file": row.file, "line": row.line, "column": row.column, "reason": row.reason}
        for row in counts.bad_rows
    ]
    return run


def _batches(read: Iterable[Read], counts: Counts) -> Iterator[Batch]:
    orders: dict[str, OrderIn] = {}
    lines = until = 0
    for item in read:
        until = item.line
        if isinstance(item, BadRow):
            counts.refuse(item)
        elif item.external_id in orders:
            lines += _join(orders[item.external_id], item, counts)
        else:
            orders[item.external_id] = item
            lines += max(1, len(item.lines))
        if lines >= BATCH_LINES:
            yield Batch(orders, until)
            orders, lines = {}, 0
    if orders:
        yield Batch(orders, until)


def _join(order: OrderIn, again: OrderIn, counts: Counts) -> int:
    """An order whose rows stand apart; how many lines it gained."""
    known = {line.external_id for line in order.lines}
    fresh = [line for line in again.lines if line.external_id not in known]
    for line in again.lines:
        if line.external_id in known:
            reason = f"stands twice in order {order.external_id}; tell lines apart by line_id"
            counts.refuse(BadRow(again.file, line.line, "line_id", reason))
    order.lines += fresh
    return len(fresh)


def _take(
    session: Session,
    shop_id: UUID,
    source: str,
    orders: Mapping[str, OrderIn],
    counts: Counts,
) -> None:
    """One batch into the tables; counts what each order became."""
    values = {"shop": shop_id, "now": clock.now(), "source": source}
    for table, columns in sql.TEMPORARY_TABLES.items():
        session.execute(text(f"CREATE TEMPORARY TABLE {table} ({columns}) ON COMMIT DROP"))
    _copy(session, "in_product", _product_rows(orders.values()))
    _copy(session, "in_customer", _customer_rows(orders.values()))
    _copy(session, "in_order", _order_rows(orders.values()))
    _copy(session, "in_line", _line_rows(orders.values()))
    _copy(session, "in_event", _event_rows(orders.values()))
    session.execute(text(sql.ANALYZE))
    for product_id in filter(None, session.scalars(text(sql.PUT_PRODUCTS), values).all()):
        emit(session, "product.changed", shop_id=shop_id, product_id=product_id)
    session.execute(text(sql.PUT_CUSTOMERS), values)
    put = session.execute(text(sql.PUT_ORDERS), values).all()
    created = {row.external_id for row in put if row.created}
    touched = {row.external_id for row in put}
    touched |= set(session.scalars(text(sql.PUT_LINES), values))
    touched |= set(session.scalars(text(sql.PUT_EVENTS), values))
    if touched:
        _plan(session, shop_id, sorted(touched))
    counts.created += len(created)
    counts.updated += len(touched - created)
    counts.unchanged += len(orders) - len(touched)
    counts.rows += sum(max(1, len(order.lines)) for order in orders.values())


def _plan(session: Session, shop_id: UUID, external_ids: Sequence[str]) -> None:
    """Mark for planning; where whole-order events are known, fold them with what is new."""
    values = {"shop": shop_id, "external_ids": list(external_ids)}
    session.execute(text(sql.PLAN), values)
    mixed = list(session.scalars(text(sql.WITH_WHOLE_EVENTS), values))
    for order in session.scalars(select(Order).where(Order.id.in_(mixed))) if mixed else ():
        refold(session, order)
    ping_after_commit(session, "plan")


def _copy(session: Session, table: str, rows: Iterable[Sequence[Any]]) -> None:
    connection: Any = session.connection().connection.driver_connection
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _product_rows(orders: Iterable[OrderIn]) -> Iterator[Sequence[Any]]:
    seen: dict[str, Sequence[Any]] = {}
    for order in orders:
        for line in order.lines:
            known = seen.get(line.product)
            if known is None or (line.product_title and known[2] == line.product):
                title = line.product_title or line.product
                seen[line.product] = (new_id(), line.product, title, line.product_type)
    yield from (seen[name] for name in sorted(seen))


def _customer_rows(orders: Iterable[OrderIn]) -> Iterator[Sequence[Any]]:
    """One row a person; what a later order tells of them wins."""
    buyers = {order.buyer.digest: order.buyer for order in orders}
    for digest in sorted(buyers):
        it = buyers[digest]
        yield new_id(), digest, it.email, it.name, it.locale, it.country, it.time_zone


def _order_rows(orders: Iterable[OrderIn]) -> Iterator[Sequence[Any]]:
    for order in sorted(orders, key=lambda order: order.external_id):
        buyer = order.buyer
        yield (
            new_id(), order.external_id, buyer.digest, order.ordered_at, order.promised_at,
            order.currency, order.total, buyer.locale, buyer.country, buyer.time_zone,
            order.tags, order.tracking,
        )  # fmt: skip


def _line_rows(orders: Iterable[OrderIn]) -> Iterator[Sequence[Any]]:
    for order in orders:
        ids = sorted(new_id() for _ in order.lines)
        for line_id, line in zip(ids, order.lines, strict=True):
            facts = [line.facts.get(type_) for type_ in sql.FACT_TYPES]
            yield (
                line_id, order.external_id, line.external_id, line.product, line.quantity,
                line.price, *facts,
            )  # fmt: skip


def _event_rows(orders: Iterable[OrderIn]) -> Iterator[Sequence[Any]]:
    """Lines that share a type and an instant share an event."""
    for order in orders:
        events: dict[tuple[str, Any], list[str]] = {key: [] for key in order.whole.items()}
        for line in order.lines:
            for key in line.facts.items():
                events.setdefault(key, []).append(line.external_id)
        for (type_, at), lines in events.items():
            told = canonical_bytes(sorted(lines)).decode()
            yield new_id(), order.external_id, type_, at, told, event_digest(type_, at, lines)
