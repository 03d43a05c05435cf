"""The demo shop, made once: its past is lived through the real services, day by day."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from reviewapp.accounts import service as accounts
from reviewapp.accounts.keys import create_api_key
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.ids import digest
from reviewapp.core.kit import Kit
from reviewapp.demo.catalogue import SHOP_NAME, offers, product_facts
from reviewapp.demo.helping import arrange
from reviewapp.demo.imported import import_older
from reviewapp.demo.leaflet import print_leaflet
from reviewapp.demo.life import Life
from reviewapp.demo.present import present
from reviewapp.demo.selection import pick_pictured
from reviewapp.demo.story import FIRST_DAY, Purchase, past
from reviewapp.integrations.products import UPDATED, put_product
from reviewapp.models.account import ApiKey, Shop
from reviewapp.outbox.mail import send_mail
from reviewapp.outbox.mailbox import FOLDER as MAILBOX
from reviewapp.reactions import relay_events
from reviewapp.widgets import service as widgets
from reviewapp.widgets.rebuilding import rebuild

KEY_NAME = "Demo"
UNFINISHED = "seeding"
TEAM = (
    ("ruth@marlow.example", "Ruth Okafor", "moderator"),
    ("jonas@marlow.example", "Jonas Petersen", "agent"),
    ("lea@marlow.example", "Lea Marchetti", "marketer"),
    ("anton@marlow.example", "Anton Weiss", "analyst"),
)
KEPT_LETTERS = timedelta(days=3)
"""The mailbox begins with the letters of these days: months of them would only hide the new."""

log = structlog.get_logger()


@dataclass(frozen=True)
class DemoShop:
    """The shop and the secrets that are shown."""

    shop_id: UUID
    api_key: str
    widget_key: str


def seed(kit: Kit, story: Sequence[Purchase] | None = None) -> DemoShop:
    """Make the shop on the first start; later starts find it as it was left.

    `story` is what happened before, told by default by story.py and present.py. While it is
    being lived a file says so: see `discard_broken_off`.
    """
    with kit.database.transaction(EVERY_SHOP) as session:
        shop_id = session.scalar(select(Shop.id).limit(1))
    if shop_id is None:
        unfinished = kit.settings.data_dir / UNFINISHED
        unfinished.touch()
        _hurry(kit)
        _live(kit, [*past(), *present()] if story is None else story)
        unfinished.unlink()
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = session.scalars(select(Shop).order_by(Shop.id).limit(1)).one()
        _move_addresses(session, kit, shop)
        key = _kept_key(session, kit) or _make_key(session, shop)
        return DemoShop(shop.id, key, shop.widget_key)


def _hurry(kit: Kit) -> None:
    """Do not wait for the disk: what a power cut takes away now is made anew."""

    def relax(connection: Any, record: Any) -> None:
        connection.autocommit = True
        connection.execute("SET synchronous_commit = off")
        connection.autocommit = False

    event.listen(kit.database.engine, "connect", relax)
    kit.database.close()


def _live(kit: Kit, story: Sequence[Purchase]) -> None:
    """Everything from the first day to this morning."""
    opened_at = clock.now() - timedelta(days=FIRST_DAY + 1)
    with clock.frozen(opened_at), kit.database.transaction(EVERY_SHOP) as session:
        shop = _open_shop(session, kit)
        members = {
            role: accounts.add_member(
                session, shop, email=email, name=name, role=role, by="system"
            ).id
            for email, name, role in TEAM
        }
        for offer in offers().values():
            facts = product_facts(offer, kit.settings.public_url)
            put_product(session, shop.id, offer.id, facts)
        import_older(session, shop.id)
    life = Life(kit, shop.id, members, story)
    first_day = ceil(max((one.ordered_days_ago for one in story), default=0))
    for days_ago in range(first_day, -1, -1):
        life.day(days_ago)
    with kit.database.transaction(shop.id) as session:
        pick_pictured(session, shop.id, members)
        shop_now = session.get_one(Shop, shop.id)
        arrange(session, kit, shop_now, members)
        print_leaflet(session, kit, shop_now, members)
    relay_events(kit)
    send_mail(kit)
    rebuild(kit)
    _forget_old_letters(kit)
    with kit.database.transaction(shop.id) as session:
        session.execute(text("SET LOCAL synchronous_commit = on"))  # all before is flushed with it
        _make_key(session, shop)
    log.info("demo.seeded", orders=life.orders, reviews=life.reviews)


def _open_shop(session: Session, kit: Kit) -> Shop:
    made = accounts.create_shop(
        session, name=SHOP_NAME, email="hello@marlow.example", time_zone="Europe/Berlin",
        country="DE", url=f"{kit.settings.public_url}/demo/store",
    )  # fmt: skip
    made.owner.name = "Mara Lindqvist"
    shop = made.shop
    shop.postal_address = "Marlow & Finch, Webergasse 7, 04109 Leipzig, Germany"
    shop.color = "#35605a"
    chosen = replace(shop.settings, experience_page="emphasis", staff_domains=("marlow.example",))
    shop.settings_json = chosen.to_json()
    session.flush()
    return shop


def _move_addresses(session: Session, kit: Kit, shop: Shop) -> None:
    """Where the demo runs on another port than before, pictures and pages moved with it."""
    url = kit.settings.public_url
    if shop.url == f"{url}/demo/store":
        return
    shop.url = f"{url}/demo/store"
    for offer in offers().values():
        product, outcome = put_product(session, shop.id, offer.id, product_facts(offer, url))
        if outcome == UPDATED:
            widgets.refresh_product(session, product.id)
    widgets.refresh_shop(session, shop.id)


def discard_broken_off(data_dir: Path) -> bool:
    """Before anything runs: clear away what an unfinished seeding left; whether there was one."""
    unfinished = data_dir / UNFINISHED
    if not unfinished.exists():
        return False
    for folder in ("postgres", "valkey", "storage", MAILBOX):
        shutil.rmtree(data_dir / folder, ignore_errors=True)
    unfinished.unlink()
    return True


def _forget_old_letters(kit: Kit) -> None:
    before = (clock.now() - KEPT_LETTERS).timestamp()
    for letter in (kit.settings.data_dir / MAILBOX).glob("*.eml"):
        if letter.stat().st_mtime < before:
            letter.unlink()


def _make_key(session: Session, shop: Shop) -> str:
    return create_api_key(session, shop, name=KEY_NAME, role="owner", by="system")


def _kept_key(session: Session, kit: Kit) -> str | None:
    """The key that was told last time, where it still opens this shop."""
    try:
        told: dict[str, str] = json.loads((kit.settings.data_dir / "demo.json").read_text())
    except (OSError, ValueError):
        return None
    key = told.get("api_key", "")
    known = select(ApiKey.id).where(ApiKey.token_digest == digest(key), ApiKey.revoked_at.is_(None))
    return key if session.scalar(known) else None
