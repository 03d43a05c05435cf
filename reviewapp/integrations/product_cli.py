"""`reviewapp product group` and `ungroup`: one set of reviews for several products, by hand."""

from __future__ import annotations

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import KitOpener
from reviewapp.integrations.grouping import regroup
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product


@click.group()
def product() -> None:
    """What the shop sells."""


@product.command("group")
@click.argument("external_id")
@click.option("--with", "group", required=True, help="The item group id the variants share.")
@click.option("--reason", required=True, help="Why they are one product; goes into the log.")
@click.option("--shop", default=None, help="Widget key or name; needed where there are several.")
@click.pass_obj
def group_product(
    opened_kit: KitOpener, external_id: str, group: str, reason: str, shop: str | None
) -> None:
    """Show one set of reviews for EXTERNAL_ID and all others of the group (G24).

    Logged; `reviewapp product ungroup` undoes it.
    """
    _move(opened_kit, external_id, group, reason, shop)
    click.echo(f"{external_id} is shown with the group {group}")


@product.command("ungroup")
@click.argument("external_id")
@click.option("--reason", required=True, help="Goes into the log.")
@click.option("--shop", default=None, help="Widget key or name; needed where there are several.")
@click.pass_obj
def ungroup_product(opened_kit: KitOpener, external_id: str, reason: str, shop: str | None) -> None:
    """Show EXTERNAL_ID with its own reviews alone."""
    _move(opened_kit, external_id, None, reason, shop)
    click.echo(f"{external_id} is shown with its own reviews")


def _move(
    opened_kit: KitOpener, external_id: str, group: str | None, reason: str, shop: str | None
) -> None:
    if not reason.strip():
        raise click.ClickException("Say why: --reason must not be empty.")
    with opened_kit() as kit, kit.database.transaction(EVERY_SHOP) as session:
        found = _product(session, external_id, shop)
        left, found.item_group_id = found.item_group_id, group
        session.flush()
        regroup(session, found, left, by="cli", reason=reason.strip())


def _product(session: Session, external_id: str, shop: str | None) -> Product:
    wanted = select(Product).where(Product.external_id == external_id)
    if shop:
        of_shop = select(Shop.id).where((Shop.widget_key == shop) | (Shop.name == shop))
        wanted = wanted.where(Product.shop_id.in_(of_shop))
    found = session.scalars(wanted.limit(2)).all()
    if not found:
        raise click.ClickException(f"There is no product {external_id}.")
    if len(found) > 1:
        raise click.ClickException("Several shops have this product: name one by --shop.")
    return found[0]
