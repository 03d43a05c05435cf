"""`reviewapp import orders`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import click
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Invalid, NotFound
from reviewapp.core.kit import Kit, KitOpener
from reviewapp.integrations import olist, order_rows
from reviewapp.integrations.csv_file import Table, read_table
from reviewapp.integrations.order_import import Counts, import_orders
from reviewapp.integrations.order_values import Read, moved, newest
from reviewapp.models.account import Shop

REASONS_SHOWN = 20


@dataclass(frozen=True)
class Source:
    """A file ready to be read, as often as needed."""

    table: Table
    layout: str
    read: Callable[[], Iterable[Read]]


@click.group("import")
def import_group() -> None:
    """Bring in what happened elsewhere; safe to run again."""


@import_group.command("orders")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--shop", default=None, help="Id or name; needed where there are several.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--encoding", default=None, help="Of files that are not UTF-8, such as cp1252.")
@click.option("--time-zone", default=None, help="Of times without one; default: the shop's.")
@click.option(
    "--email-template",
    default=None,
    help="Olist only: makes addresses, such as '{customer_unique_id}@customers.example'.",
)
@click.option("--as-if-today", is_flag=True, help="Move all days so that the newest is yesterday.")
@click.pass_obj
def orders(
    opened_kit: KitOpener,
    /,
    files: tuple[Path, ...],
    shop: str | None,
    dry_run: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Import orders from FILES: our CSV, or the Olist layout (docs/import.md).

    Exit code 1 when any row was not taken; all good rows are kept.
    """
    bad = 0
    with opened_kit() as kit:
        shop_id, shop_zone = _shop(kit, shop)
        for path in files:
            source = _source(path, shop_zone, **options)
            counts = _import(kit, shop_id, source, dry_run, show_progress=not as_json)
            _report(source, counts, dry_run=dry_run, as_json=as_json)
            bad += counts.bad
    if bad:
        sys.exit(1)


def _shop(kit: Kit, told: str | None) -> tuple[UUID, ZoneInfo]:
    with kit.database.transaction(EVERY_SHOP) as session:
        found = [
            shop
            for shop in session.scalars(select(Shop).order_by(Shop.created_at))
            if told is None or told in (str(shop.id), shop.name)
        ]
    if not found:
        raise NotFound("not_found", f"There is no shop {told or 'yet'}: reviewapp shop create")
    if len(found) > 1:
        names = ", ".join(f"{shop.name} ({shop.id})" for shop in found)
        raise Invalid("invalid", f"Which shop? Name it by --shop: {names}")
    return found[0].id, ZoneInfo(found[0].time_zone)


def _source(
    path: Path,
    shop_zone: tzinfo,
    *,
    encoding: str | None,
    time_zone: str | None,
    email_template: str | None,
    as_if_today: bool,
) -> Source:
    now = clock.now()
    table = read_table(olist.orders_file_in(path) if path.is_dir() else path, encoding)
    read: Callable[[], Iterable[Read]]
    if olist.is_olist(table):
        layout, files = "olist", olist.olist_beside(table, encoding, email_template)
        read = lambda: files.read(now)  # noqa: E731  # each layout's reading, to be begun later
    else:
        layout, zone = "csv", _zone(time_zone) or shop_zone
        order_rows.columns(table)
        read = lambda: order_rows.read_orders(table, zone, now)  # noqa: E731  # as above
    if as_if_today:
        by = _until_yesterday(newest(read()), now)
        return Source(table, layout, lambda: moved(read(), by))
    return Source(table, layout, read)


def _zone(told: str | None) -> ZoneInfo | None:
    if told is None:
        return None
    if told not in available_timezones():
        raise Invalid("invalid", f"{told} is not an IANA time zone such as Europe/Berlin.")
    return ZoneInfo(told)


def _until_yesterday(last: datetime | None, now: datetime) -> timedelta:
    if last is None:
        return timedelta(0)
    return timedelta(days=(now.date() - last.date()).days - 1)


def _import(
    kit: Kit, shop_id: UUID, source: Source, dry_run: bool, *, show_progress: bool
) -> Counts:
    shown = show_progress and sys.stderr.isatty()
    with click.progressbar(
        length=source.table.row_count,
        label=source.table.path.name,
        file=sys.stderr,
        hidden=not shown,
    ) as bar:
        return import_orders(
            kit,
            shop_id,
            source.read(),
            layout=source.layout,
            file_name=source.table.path.name,
            dry_run=dry_run,
            progress=lambda line: bar.update(max(0, line - bar.pos)),
        )


def _report(source: Source, counts: Counts, *, dry_run: bool, as_json: bool) -> None:
    name = source.table.path.name
    if as_json:
        told = asdict(counts) | {"file": name, "layout": source.layout, "dry_run": dry_run}
        click.echo(json.dumps(told))
        return
    would = "would be " if dry_run else ""
    click.echo(
        f"{name}: {counts.created:,} orders {would}created, {counts.updated:,} updated, "
        f"{counts.unchanged:,} unchanged; {counts.bad:,} rows not taken"
    )
    for row in counts.bad_rows[:REASONS_SHOWN]:
        place = f"{row.column}: " if row.column else ""
        click.echo(f"  {row.file}, line {row.line}: {place}{row.reason}")
    if counts.bad > REASONS_SHOWN:
        click.echo(f"  and {counts.bad - REASONS_SHOWN:,} more; --json lists 1,000")
