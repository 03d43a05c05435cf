"""`reviewapp media`: orphans swept, failures tried again, sealed originals opened, resealed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import NotFound
from reviewapp.core.kit import KitOpener
from reviewapp.media.originals import open_original, reseal_originals
from reviewapp.media.render import render_anew
from reviewapp.media.sweep import sweep_media
from reviewapp.models.media import MediaAsset
from reviewapp.widgets.media_sweep import sweep_published_media

SHOWN = 20


@click.group()
def media() -> None:
    """Photos and films: storage in order, originals under seal."""


@media.command("sweep")
@click.option("--dry-run", is_flag=True, help="Only look; exit code 1 when there is something.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, every key.")
@click.pass_obj
def sweep(opened_kit: KitOpener, dry_run: bool, as_json: bool) -> None:
    """Delete files no row names; make again what rows name and is gone. Exit 1: not all is well.

    Files younger than a day are left alone: they may be on their way to their row.
    """
    with opened_kit() as kit:
        found = sweep_media(kit, dry_run=dry_run)
        published = sweep_published_media(kit, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(asdict(found) | {"published": published, "dry_run": dry_run}))
    else:
        click.echo(f"{found.files} files, {found.rows} named by rows")
        _show("without a row", found.orphans)
        _show("published and shown nowhere", published)
        _show("named and gone", [f"{lost.key} ({lost.part}: {lost.done})" for lost in found.lost])
    left = (not found.whole or published) if dry_run else found.beyond_help
    if left:
        raise SystemExit(1)


@media.command("retry")
@click.pass_obj
def retry(opened_kit: KitOpener) -> None:
    """Try all failed photos and films again, as often as at first."""
    with opened_kit() as kit, kit.database.transaction(EVERY_SHOP) as session:
        failed = session.scalars(select(MediaAsset).where(MediaAsset.state == "failed")).all()
        for asset in failed:
            render_anew(session, asset)
    click.echo(f"{len(failed)} to be tried again")


@media.command("original")
@click.argument("asset_id", type=click.UUID)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--reason", required=True, help="What it is needed for; kept in the log.")
@click.pass_obj
def original(opened_kit: KitOpener, asset_id: UUID, out: Path, reason: str) -> None:
    """Write the sealed original of a photo or film to a new file; the log keeps why."""
    if out.exists():
        raise click.ClickException(f"{out} is there already.")
    with opened_kit() as kit:
        with kit.database.transaction(EVERY_SHOP) as session:
            asset = session.get(MediaAsset, asset_id)
            if asset is None:
                raise NotFound
            chunks = open_original(session, kit, asset, actor="operator", reason=reason)
        # On record before the first byte is out.
        with out.open("xb") as file:
            out.chmod(0o600)
            file.writelines(chunks)
    click.echo(f"{out}: SHA-256 {asset.source_sha256}")


@media.command("reseal")
@click.pass_obj
def reseal(opened_kit: KitOpener) -> None:
    """Seal with the first secret key what an older one sealed; then the older one may go."""
    with opened_kit() as kit:
        click.echo(f"{reseal_originals(kit)} sealed again")


def _show(what: str, keys: list[str]) -> None:
    click.echo(f"{len(keys)} {what}")
    for key in keys[:SHOWN]:
        click.echo(f"  {key}")
    if len(keys) > SHOWN:
        click.echo("  …")
