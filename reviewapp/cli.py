"""The `reviewapp` command; each part is loaded only when it is called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from reviewapp import __version__
from reviewapp.core.errors import AppError
from reviewapp.core.settings import SettingsError, read_settings
from reviewapp.embedded.process import EmbeddedError

if TYPE_CHECKING:
    from reviewapp.core.kit import Kit

COMMANDS = {
    "audit": "reviewapp.proof:audit",
    "clock": "reviewapp.processes:clock",
    "customer": "reviewapp.collect.cli:customer",
    "db": "reviewapp.processes:db",
    "demo": "reviewapp.demo.command:demo",
    "doctor": "reviewapp.doctor:doctor",
    "import": "reviewapp.integrations.cli:import_group",
    "library": "reviewapp.library.cli:library",
    "media": "reviewapp.upkeep:media",
    "member": "reviewapp.accounts.cli:member",
    "plan": "reviewapp.collect.cli:plan",
    "product": "reviewapp.integrations.product_cli:product",
    "publish": "reviewapp.widgets.cli:publish",
    "run": "reviewapp.processes:run",
    "shop": "reviewapp.accounts.cli:shop",
    "web": "reviewapp.processes:web",
    "widgets": "reviewapp.widgets.cli:widgets",
    "worker": "reviewapp.processes:worker",
}
"""Command → where it is; a process that only serves does not load importers and demo."""


class Commands(click.Group):
    """Loads a command when it is asked for; turns our errors into one line that helps."""

    def list_commands(self, context: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command behind a name, or None."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, context: click.Context) -> Any:
        """Exit code 0 only on success; an error is one line that says what to do."""
        try:
            return super().invoke(context)
        except (AppError, SettingsError, EmbeddedError) as error:
            raise click.ClickException(_one_line(error)) from error


def _one_line(error: Exception) -> str:
    """What is wrong and where, on one line."""
    if not isinstance(error, AppError):
        return str(error)
    wrong = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.fields.items())
    return f"{error.message} {wrong}".strip()


@click.group(cls=Commands)
@click.version_option(version=__version__, prog_name="reviewapp")
@click.pass_context
def main(context: click.Context) -> None:
    """Review and UGC operations: ask, help, publish, reuse, learn."""
    context.obj = opened_kit  # commands of the rooms open the kit without importing this file


@contextmanager
def opened_kit() -> Iterator[Kit]:
    """The kit with its servers: given, found running, or started for this command."""
    from reviewapp.core.kit import Kit
    from reviewapp.core.logs import configure_logs
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


if __name__ == "__main__":
    main()
