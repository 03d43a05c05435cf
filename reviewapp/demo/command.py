"""`reviewapp demo`: everything on one machine, filled, with mail caught in a mailbox page."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from reviewapp.core import clock
from reviewapp.core.errors import OutsideFailed
from reviewapp.core.http_client import send
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings, read_settings
from reviewapp.demo.kept_pages import keep_pages
from reviewapp.demo.seed import discard_broken_off, seed
from reviewapp.demo.serving import demo_app
from reviewapp.processes import run_all

DATA_DIR = "data/demo"
"""Beside a real shop's data, never in it."""
DEMO_FILE = "demo.json"
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
    settings = demo_settings(read_settings(data_dir=DATA_DIR))
    if discard_broken_off(settings.data_dir):
        click.echo("the last start was broken off: beginning anew")
    run_all(settings, prepare=prepare, announce=announce)


def demo_settings(told: Settings) -> Settings:
    """The demo has all of its own: whatever shop this machine is set up for is left alone."""
    return told.changed(
        demo=True,
        public_url=told.demo_url or f"http://{told.host}:{told.port}",
        database_url=None,
        redis_url=None,
        storage_url=None,
        publish_url=None,
        smtp_url=None,
    )


def prepare(kit: Kit) -> None:
    """Before anything serves: the clock, the shop on first start, what is told about it."""
    clock.follow(kit.settings.clock_file)
    shop = seed(kit)
    told = Demo(
        url=kit.settings.public_url,
        shop_id=str(shop.shop_id),
        api_key=shop.api_key,
        widget_key=shop.widget_key,
        sign_in_url=f"{kit.settings.public_url}/demo/sign-in",
    )
    _write(kit.settings.data_dir / DEMO_FILE, told)
    keep_pages(demo_app(kit), kit)


def announce(settings: Settings) -> None:
    """Say `ready` once it serves, then where to look; from a thread, the supervisor goes on."""
    threading.Thread(target=_announce_when_ready, args=(settings,), daemon=True).start()


def _announce_when_ready(settings: Settings) -> None:
    url = settings.public_url
    deadline = time.monotonic() + READY_SECONDS
    while not _ready(f"http://{settings.host}:{settings.port}"):
        if time.monotonic() > deadline:
            click.echo(f"not ready after {READY_SECONDS:.0f} s: see the log above", err=True)
            return
        time.sleep(0.2)
    told = json.loads((settings.data_dir / DEMO_FILE).read_text())
    click.echo(f"ready {url}")
    for name, address in (
        ("storefront", f"{url}/demo/store"),
        ("mailbox", f"{url}/demo/mailbox"),
        ("admin (sign-in link)", told["sign_in_url"]),
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
