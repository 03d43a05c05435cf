"""`reviewapp demo`: everything on one machine, filled, with mail caught in a mailbox page."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import select

from reviewapp.accounts import service as accounts
from reviewapp.accounts.cli import sign_in_url
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.http_client import send
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings, read_settings
from reviewapp.demo.seed import seed
from reviewapp.models.account import Member
from reviewapp.processes import run_all

DEMO_FILE = "demo.json"
LINK_TERM = timedelta(days=30)
READY_SECONDS = 60.0


@dataclass(frozen=True)
class Demo:
    """What `DATA_DIR/demo.json` holds."""

    url: str
    shop_id: str
    api_key: str
    widget_key: str
    sign_in_url: str


@click.command("demo")
def demo() -> None:
    """Run a filled demo shop; started again it goes on where it was."""
    settings = read_settings().changed(demo=True, smtp_url=None)
    settings = settings.changed(public_url=f"http://{settings.host}:{settings.port}")
    run_all(settings, prepare=prepare, announce=announce)


def prepare(kit: Kit) -> None:
    """Before anything serves: the clock, the shop on first start, a fresh sign-in link."""
    clock.follow(kit.settings.clock_file)
    shop = seed(kit)
    file = kit.settings.data_dir / DEMO_FILE
    with kit.database.transaction(EVERY_SHOP) as session:
        owner = session.scalars(
            select(Member).where(Member.shop_id == shop.shop_id, Member.role == "owner")
        ).first()
        assert owner is not None, "the seed makes an owner"
        token = accounts.issue_link(session, owner, term=LINK_TERM)
    told = Demo(
        url=kit.settings.public_url,
        shop_id=str(shop.shop_id),
        api_key=shop.api_key,
        widget_key=shop.widget_key,
        sign_in_url=sign_in_url(kit, token),
    )
    _write(file, told)


def announce(settings: Settings) -> None:
    """Say `ready` once it serves, then where to look; from a thread, the supervisor goes on."""
    threading.Thread(target=_announce_when_ready, args=(settings,), daemon=True).start()


def _announce_when_ready(settings: Settings) -> None:
    url = settings.public_url
    deadline = time.monotonic() + READY_SECONDS
    while not _ready(url):
        if time.monotonic() > deadline:
            click.echo(f"not ready after {READY_SECONDS:.0f} s: see the log above", err=True)
            return
        time.sleep(0.2)
    told = json.loads((settings.data_dir / DEMO_FILE).read_text())
    click.echo(f"ready {url}")
    for name, address in (
        ("storefront", f"{url}/demo/store"),
        ("mailbox", f"{url}/demo/mailbox"),
        ("admin (signs you in)", told["sign_in_url"]),
        ("API description", f"{url}/api/docs"),
    ):
        click.echo(f"  {name:<22}{address}")


def _ready(url: str) -> bool:
    try:
        return send("GET", f"{url}/readyz", private_allowed=True, timeout_seconds=5).status == 200
    except OutsideFailed:
        return False


def _write(file: Path, told: Demo) -> None:
    part = file.with_suffix(".part")
    part.write_text(json.dumps(asdict(told), indent=2))
    part.chmod(0o600)
    part.replace(file)
