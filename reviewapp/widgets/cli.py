"""`reviewapp publish rebuild`."""

from __future__ import annotations

import json
import sys

import click

from reviewapp.core.kit import KitOpener
from reviewapp.widgets.publishing import rebuild


@click.group()
def publish() -> None:
    """What storefronts read."""


@publish.command("rebuild")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_obj
def rebuild_all(opened_kit: KitOpener, as_json: bool) -> None:
    """Make every published document again from the database; the same rows, the same bytes."""
    with opened_kit() as kit:
        count = rebuild(kit, _show if sys.stderr.isatty() and not as_json else None)
    click.echo(json.dumps({"products": count}) if as_json else f"{count} products published")


def _show(number: int, total: int) -> None:
    click.echo(f"\r{number} of {total}", nl=number == total, err=True)
