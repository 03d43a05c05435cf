"""`reviewapp shop create` and `reviewapp member add`."""

from __future__ import annotations

import json
from uuid import UUID

import click
from sqlalchemy import select

from reviewapp.accounts import service
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import NotFound
from reviewapp.core.kit import Kit, KitOpener
from reviewapp.models.account import ROLES, Shop


@click.group()
def shop() -> None:
    """Shops."""


@shop.command("create")
@click.option("--name", required=True, help="As customers know it.")
@click.option("--email", required=True, help="The owner's address; letters are answered there.")
@click.option(
    "--locale", default="en", show_default=True, type=click.Choice(["en", "de", "fr", "es", "pt"])
)
@click.option("--time-zone", default="UTC", show_default=True, help="Such as Europe/Berlin.")
@click.option("--country", default=None, help="Two letters, such as DE.")
@click.option("--url", default=None, help="The storefront's address.")
@click.option("--postal-address", default="", help="Every request must name one; or set it later.")
@click.pass_obj
def create(opened_kit: KitOpener, /, name: str, email: str, **values: str) -> None:
    """Make a shop; prints its id, keys and a sign-in link as JSON."""
    with opened_kit() as kit, kit.database.transaction(EVERY_SHOP) as session:
        made = service.create_shop(session, name=name, email=email, **values)
        told = {
            "shop_id": str(made.shop.id),
            "api_key": made.api_key,
            "widget_key": made.shop.widget_key,
            "sign_in_url": sign_in_url(kit, made.sign_in_token),
        }
    click.echo(json.dumps(told))


@click.group()
def member() -> None:
    """The team of a shop."""


@member.command("add")
@click.option("--shop", "shop_id", required=True, type=click.UUID)
@click.option("--email", required=True)
@click.option("--name", default="")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.pass_obj
def add(opened_kit: KitOpener, /, shop_id: UUID, email: str, name: str, role: str) -> None:
    """Add somebody; prints a sign-in link good for a day as JSON."""
    with opened_kit() as kit, kit.database.transaction(EVERY_SHOP) as session:
        found = session.scalar(select(Shop).where(Shop.id == shop_id))
        if found is None:
            raise NotFound(message=f"There is no shop {shop_id}.")
        new = service.add_member(session, found, email=email, name=name, role=role, by="system")
        token = service.issue_link(session, new, term=service.FIRST_LINK_TERM)
        told = {"member_id": str(new.id), "sign_in_url": sign_in_url(kit, token)}
    click.echo(json.dumps(told))


def sign_in_url(kit: Kit, token: str) -> str:
    """Where a sign-in token is spent."""
    return f"{kit.settings.public_url}/signin/link/{token}"
