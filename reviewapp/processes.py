"""`reviewapp run` and the processes it starts: web, worker, clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from reviewapp.core.logs import configure_logs
from reviewapp.core.process import process_settings
from reviewapp.core.settings import Settings, read_settings

if TYPE_CHECKING:
    from reviewapp.core.kit import Kit, KitOpener


@click.command()
def run() -> None:
    """Web, worker and clock in one; with embedded servers where no address is given."""
    run_all(read_settings())


def run_all(
    settings: Settings,
    prepare: Callable[[Kit], None] | None = None,
    announce: Callable[[Settings], None] | None = None,
) -> None:
    """Servers, schema, `prepare`, then web, worker and clock until SIGINT or SIGTERM."""
    from reviewapp.core.kit import Kit
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


@click.command()
def web() -> None:
    """The web server alone."""
    from granian.constants import Interfaces
    from granian.server import Server

    settings = read_settings()
    configure_logs(settings.log_level)
    # The application is loaded by the server's own child: this process only watches over it.
    Server(
        "reviewapp.demo.serving:served" if settings.demo else "reviewapp.app:served",
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


@click.command()
def worker() -> None:
    """The worker alone: reactions and errands."""
    from reviewapp import models  # noqa: F401  # every table must be known
    from reviewapp.core.kit import Kit
    from reviewapp.worker import work

    work(Kit(process_settings()))


@click.command()
def clock() -> None:
    """The clock alone: asks for every errand in its interval."""
    from reviewapp.core.kit import Kit
    from reviewapp.worker import tick

    tick(Kit(process_settings()))


@click.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
@click.pass_obj
def db_upgrade(opened_kit: KitOpener) -> None:
    """Bring the database to this version's schema."""
    with opened_kit():
        click.echo("the database is up to date")
