"""The `reviewapp` command."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from reviewapp import __version__
from reviewapp.accounts import cli as accounts
from reviewapp.core.errors import AppError
from reviewapp.core.kit import Kit
from reviewapp.core.logs import configure_logs
from reviewapp.core.settings import Settings, SettingsError, read_settings
from reviewapp.demo.command import demo
from reviewapp.doctor import doctor
from reviewapp.embedded.process import EmbeddedError
from reviewapp.integrations.cli import import_group


class OneLineErrors(click.Group):
    """An error is one line that says what to do; exit code 0 only on success."""

    def invoke(self, context: click.Context) -> Any:
        """Turn our own errors into click's."""
        try:
            return super().invoke(context)
        except (AppError, SettingsError, EmbeddedError) as error:
            message = getattr(error, "message", str(error))
            raise click.ClickException(message) from error


@click.group(cls=OneLineErrors)
@click.version_option(version=__version__, prog_name="reviewapp")
@click.pass_context
def main(context: click.Context) -> None:
    """Review and UGC operations: ask, help, publish, reuse, learn."""
    context.obj = opened_kit  # rooms' commands open the kit without importing this file


@contextmanager
def opened_kit() -> Iterator[Kit]:
    """The kit with its servers: given, found running, or started for this command."""
    from reviewapp.embedded.servers import servers
    from reviewapp.migrations.upgrade import upgrade

    settings = read_settings()
    configure_logs(settings.log_level)
    with servers(settings) as complete:
        kit = Kit(complete)
        try:
            upgrade(kit.database.engine)
            yield kit
        finally:
            kit.close()


@main.command()
def run() -> None:
    """Web, worker and clock in one; with embedded servers where no address is given."""
    run_all(read_settings())


def run_all(
    settings: Settings,
    prepare: Callable[[Kit], None] | None = None,
    announce: Callable[[Settings], None] | None = None,
) -> None:
    """Servers, schema, `prepare`, then web, worker and clock until SIGINT or SIGTERM."""
    from reviewapp.embedded.servers import servers
    from reviewapp.migrations.upgrade import upgrade
    from reviewapp.supervisor import Supervisor

    configure_logs(settings.log_level)
    with servers(settings) as complete:
        kit = Kit(complete)
        upgrade(kit.database.engine)
        if prepare:
            prepare(kit)
        kit.close()
        supervisor = Supervisor(complete, ("web", "worker", "clock"))
        supervisor.stop_on_signals()
        if announce:
            announce(complete)
        else:
            click.echo(f"running at {complete.public_url}; Ctrl-C stops everything")
        supervisor.watch()


def _process_settings() -> Settings:
    """Settings of a process of its own: logs configured, the demo's clock followed."""
    settings = read_settings()
    configure_logs(settings.log_level)
    if settings.demo:
        from reviewapp.demo.command import follow_clock

        follow_clock(settings)
    return settings


@main.command()
def web() -> None:
    """The web server alone."""
    from granian.constants import Interfaces
    from granian.server import Server

    settings = read_settings()
    configure_logs(settings.log_level)
    Server(
        "reviewapp.app:served",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.web_threads,
        backpressure=settings.web_threads * 64,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_enabled=False,
    ).serve()


@main.command()
def worker() -> None:
    """The worker alone: reactions and errands."""
    from reviewapp import models  # noqa: F401  # every table must be known
    from reviewapp.worker import work

    work(Kit(_process_settings()))


@main.command()
def clock() -> None:
    """The clock alone: asks for every errand in its interval."""
    from reviewapp.worker import tick

    tick(Kit(_process_settings()))


@main.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's schema."""
    with opened_kit():
        click.echo("the database is up to date")


@main.group()
def audit() -> None:
    """The hash-chained log."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def audit_verify(as_json: bool) -> None:
    """Check every shop's log; exit code 1 when anything was changed, removed or inserted."""
    from sqlalchemy import select

    from reviewapp.audit.service import verify
    from reviewapp.core.db import EVERY_SHOP
    from reviewapp.models.account import Shop

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
        sys.exit(1)


for command in (demo, doctor, accounts.shop, accounts.member, import_group):
    main.add_command(command)

if __name__ == "__main__":
    main()
