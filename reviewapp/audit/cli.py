"""`reviewapp audit verify`."""

from __future__ import annotations

import json

import click
from sqlalchemy import select

from reviewapp.audit.service import verify
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import KitOpener
from reviewapp.models.account import Shop


@click.group()
def audit() -> None:
    """The hash-chained log."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_obj
def verify_all(opened_kit: KitOpener, as_json: bool) -> None:
    """Check every shop's log; exit code 1 when an entry was changed, inserted or taken out."""
    with opened_kit() as kit, kit.database.transaction(EVERY_SHOP) as session:
        found = {
            str(shop_id): [vars(broken) for broken in verify(session, shop_id)]
            for shop_id in session.scalars(select(Shop.id))
        }
    if as_json:
        click.echo(json.dumps(found))
    else:
        for shop_id, broken in found.items():
            click.echo(f"{shop_id}: {'intact' if not broken else f'{len(broken)} breaks'}")
            for item in broken:
                click.echo(f"  entry {item['number']} {item['problem']}")
    if any(found.values()):
        raise SystemExit(1)
