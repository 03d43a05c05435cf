"""`reviewapp publish rebuild`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from reviewapp.core.kit import KitOpener
from reviewapp.widgets.comparing import Difference, compare
from reviewapp.widgets.publishing import rebuild


@click.group()
def publish() -> None:
    """What storefronts read."""


@publish.command("rebuild")
@click.option("--check", is_flag=True, help="Compare only; exit code 1 where anything differs.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_obj
def rebuild_all(opened_kit: KitOpener, check: bool, as_json: bool) -> None:
    """Make every published document again from the database; the same rows, the same bytes."""
    with opened_kit() as kit:
        if check:
            _report(compare(kit), as_json)
            return
        count = rebuild(kit, _show if sys.stderr.isatty() and not as_json else None)
    click.echo(json.dumps({"products": count}) if as_json else f"{count} products published")


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
