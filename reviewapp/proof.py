"""`reviewapp audit`: the two hash chains of every shop, log and permission ledger (G30, P3)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.audit import service as log
from reviewapp.audit import verify_export
from reviewapp.audit.anchors import missing
from reviewapp.audit.chain import breaks
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import KitOpener
from reviewapp.core.storage import Storage
from reviewapp.models.account import Shop
from reviewapp.rights import ledger
from reviewapp.rights.bound import changed_beside

CHAINS: dict[str, Callable[[Session, UUID], Iterator[dict[str, Any]]]] = {
    "log": log.entries,
    "permissions": ledger.entries,
}


@click.group()
def audit() -> None:
    """The hash-chained log and permission ledger."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_obj
def verify_all(opened_kit: KitOpener, as_json: bool) -> None:
    """Check every shop's chains; exit code 1 when an entry was changed, inserted or cut off."""
    with opened_kit() as kit, kit.database.transaction(EVERY_SHOP) as session:
        found = {
            str(shop_id): _breaks(session, kit.storage, shop_id) for shop_id in _shops(session)
        }
    if as_json:
        click.echo(json.dumps(found))
    else:
        for shop_id, broken in found.items():
            click.echo(f"{shop_id}: {'intact' if not broken else f'{len(broken)} breaks'}")
            for item in broken:
                click.echo(f"  {item['chain']}: entry {item['number']} {item['problem']}")
    if any(found.values()):
        raise SystemExit(1)


@audit.command("export")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.pass_obj
def export_all(opened_kit: KitOpener, out: Path) -> None:
    """Write every shop's chains as JSON lines, with a script that verifies them anywhere."""
    heads: dict[str, Any] = {}
    with opened_kit() as kit, kit.database.transaction(EVERY_SHOP) as session:
        for shop_id in _shops(session):
            folder = out / str(shop_id)
            folder.mkdir(parents=True, exist_ok=True)
            for name, entries in CHAINS.items():
                count, newest = _write(folder / f"{name}.jsonl", entries(session, shop_id))
                click.echo(f"{folder / name}.jsonl: {count} entries")
                if newest:
                    heads[f"{shop_id}/{name}.jsonl"] = newest
    (out / "heads.json").write_text(json.dumps(heads, indent=1), encoding="utf-8")
    script = shutil.copy(str(verify_export.__file__), out / "verify_export.py")
    click.echo(f"verify them with: python3 {script} {out}/*/*.jsonl")
    click.echo(f"keep {out}/heads.json elsewhere: it vouches for the end of each file")


def _shops(session: Session) -> list[UUID]:
    return list(session.scalars(select(Shop.id).order_by(Shop.id)))


def _breaks(session: Session, storage: Storage, shop_id: UUID) -> list[dict[str, Any]]:
    """What does not hold in the chains or beside them, and what was noted outside and is gone."""
    found = [
        {"chain": name, **vars(broken)}
        for name, entries in CHAINS.items()
        for broken in (
            *missing(session, storage, shop_id, name),
            *breaks(entries(session, shop_id)),
        )
    ]
    beside = changed_beside(session, shop_id)
    return found + [{"chain": "permissions", **vars(broken)} for broken in beside]


def _write(path: Path, entries: Iterator[dict[str, Any]]) -> tuple[int, dict[str, Any] | None]:
    """How many entries, and the number and hash of the newest."""
    written, newest = 0, None
    with path.open("w", encoding="utf-8") as file:
        for entry in entries:
            file.write(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n")
            written, newest = written + 1, {name: entry[name] for name in ("number", "hash")}
    return written, newest
