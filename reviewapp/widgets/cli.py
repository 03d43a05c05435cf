"""`reviewapp publish rebuild`, `reviewapp widgets check`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit, KitOpener
from reviewapp.models.account import Shop
from reviewapp.widgets.checking import check_address
from reviewapp.widgets.comparing import Difference, compare
from reviewapp.widgets.rebuilding import default_processes, rebuild
from reviewapp.widgets.strays import clear_strays


@click.group()
def publish() -> None:
    """What storefronts read."""


@publish.command("rebuild")
@click.option("--check", is_flag=True, help="Compare only; exit code 1 where anything differs.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=default_processes,
    help="How many share the work; one for each core if not said.",
)
@click.pass_obj
def rebuild_all(opened_kit: KitOpener, check: bool, as_json: bool, processes: int) -> None:
    """Make every published document again from the database; the same rows, the same bytes."""
    with opened_kit() as kit:
        if check:
            _report(compare(kit), as_json)
            return
        progress, started = _show if sys.stderr.isatty() and not as_json else None, clock.now()
        count = rebuild(kit, progress, processes=processes)
        strays = clear_strays(kit, started)
    if as_json:
        click.echo(json.dumps({"products": count, **asdict(strays)}))
        return
    for path in strays.removed:
        click.echo(f"removed {path}")
    for path in strays.foreign:
        click.echo(f"left alone {path}: nothing of ours is called so")
    click.echo(f"{count} products published")


@click.group()
def widgets() -> None:
    """Tags on a shop's pages."""


@widgets.command("check")
@click.argument("url")
@click.option("--shop", "widget_key", help="The widget key; needed where there are several shops.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_obj
def check(opened_kit: KitOpener, url: str, widget_key: str | None, as_json: bool) -> None:
    """Fetch a page of the shop and say what keeps reviews from being shown there."""
    with opened_kit() as kit:
        host = kit.settings.public_url
        found = check_address(
            url, host=host, widget_key=widget_key or _only_key(kit), private_allowed=True
        )
    if as_json:
        click.echo(json.dumps({"findings": [asdict(each) for each in found]}))
    else:
        for each in found:
            click.echo(f"{'fault ' if each.fault else 'notice'} {each.code}: {each.text}")
        if not any(each.fault for each in found):
            click.echo("the tags can show reviews on this page")
    if any(each.fault for each in found):
        sys.exit(1)


def _only_key(kit: Kit) -> str:
    with kit.database.transaction(EVERY_SHOP) as session:
        keys = session.scalars(select(Shop.widget_key).limit(2)).all()
    if len(keys) != 1:
        raise click.UsageError("name the shop: --shop wk_…")
    return keys[0]


def _report(found: list[Difference], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"differences": [asdict(each) for each in found]}))
    elif found:
        click.echo("\n".join(f"{each.how} {each.path}" for each in found))
        click.echo("mend it with `reviewapp publish rebuild`", err=True)
    else:
        click.echo("every published file is as the database says")
    if found:
        sys.exit(1)


def _show(number: int, total: int) -> None:
    click.echo(f"\r{number} of {total}", nl=number == total, err=True)
