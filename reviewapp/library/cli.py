"""`reviewapp library rebuild`."""

from __future__ import annotations

import click

from reviewapp.core.kit import KitOpener
from reviewapp.library.projecting import rebuild


@click.group()
def library() -> None:
    """What marketers look through."""


@library.command("rebuild")
@click.pass_obj
def rebuild_all(opened_kit: KitOpener) -> None:
    """Make what the library looks through anew from reviews, files, permissions and marks."""
    with opened_kit() as kit:
        click.echo(f"{rebuild(kit)} reviews looked at")
