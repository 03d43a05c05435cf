"""`reviewapp plan --dry-run` and `reviewapp customer erase`."""

from __future__ import annotations

import json
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.collect.dry_run import DryRun, dry_run
from reviewapp.collect.erasing import ask_to_erase, customers_with
from reviewapp.collect.planning import plan_due
from reviewapp.collect.reasons import sentence
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import NotFound
from reviewapp.core.i18n import SOURCE_LANGUAGE
from reviewapp.core.kit import KitOpener
from reviewapp.models.account import Shop
from reviewapp.rights.ledger import Act


@click.command("plan")
@click.option("--dry-run", "dry", is_flag=True, help="Show what would go out; write nothing.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650))
@click.option("--shop", default=None, help="Id or name; default: every shop.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_obj
def plan(opened_kit: KitOpener, /, dry: bool, days: int, shop: str | None, as_json: bool) -> None:
    """Plan the requests that changed orders call for, or try the rules on past orders."""
    with opened_kit() as kit:
        if not dry:
            count = plan_due(kit)
            click.echo(json.dumps({"planned": count}) if as_json else f"{count} orders planned")
            return
        with kit.database.transaction(EVERY_SHOP) as session:
            runs = {found: dry_run(session, found, days) for found in _shops(session, shop)}
    if as_json:
        click.echo(json.dumps({str(shop.id): told(run) for shop, run in runs.items()}))
    else:
        for found, run in runs.items():
            _print(found, run)


@click.group()
def customer() -> None:
    """Customers."""


@customer.command("erase")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_obj
def erase(opened_kit: KitOpener, /, email: str, as_json: bool) -> None:
    """Erase everything of a customer in every shop; what storefronts show follows in seconds."""
    with opened_kit() as kit, kit.database.transaction(EVERY_SHOP) as session:
        found = customers_with(session, email)
        if not found:
            raise NotFound("not_found", "Nobody with this address is known here.")
        act = Act(SOURCE_LANGUAGE, {"action": "erased_by_operator"})
        owed = [ask_to_erase(session, person, act, actor="operator") for person in found]
    count = {"customers": len(found), "asked_before": len(found) - sum(owed)}
    click.echo(
        json.dumps(count)
        if as_json
        else f"{count['customers']} found; out of sight now, erased by the worker within a minute"
    )


def told(run: DryRun) -> dict[str, Any]:
    """A dry run as JSON: counts by outcome, and every request."""
    return {
        "since": run.since.isoformat(),
        "until": run.until.isoformat(),
        "orders": run.orders,
        "messages": run.messages,
        "shared": run.shared,
        "outcomes": [
            {"state": state, "reason": reason, "requests": count}
            for (state, reason), count in run.outcomes.most_common()
        ],
        "requests": [
            {
                "orders": run.numbers(request),
                "state": request.state,
                "reason": request.reason,
                "trigger": request.trigger,
                "delivered_at": request.delivered_at and request.delivered_at.isoformat(),
                "usage_days": request.usage_days,
                "send_at": request.send_at and request.send_at.isoformat(),
                "language": request.language,
            }
            for request in run.requests
        ],
    }


def _shops(session: Session, wanted: str | None) -> list[Shop]:
    found = [
        shop
        for shop in session.scalars(select(Shop).order_by(Shop.created_at))
        if wanted is None or wanted in (str(shop.id), shop.name)
    ]
    if not found:
        raise NotFound("not_found", f"There is no shop {wanted or 'yet'}: reviewapp shop create")
    return found


def _print(shop: Shop, run: DryRun) -> None:
    click.echo(f"{shop.name}: {run.orders} orders since {run.since:%Y-%m-%d}")
    click.echo(f"  {run.messages} messages; {run.shared} orders share another order's message")
    for (state, reason), count in run.outcomes.most_common():
        click.echo(f"  {count:>8,}  {reason or state:<26} {sentence(reason)}".rstrip())
