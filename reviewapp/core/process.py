"""How every process begins: settings read, logs set up, the demo's clock followed."""

from __future__ import annotations

from reviewapp.core import clock
from reviewapp.core.logs import configure_logs
from reviewapp.core.settings import Settings, read_settings


def process_settings() -> Settings:
    """The settings of this process; SettingsError names whatever is wrong."""
    settings = read_settings()
    configure_logs(settings.log_level)
    if settings.demo:
        clock.follow(settings.clock_file)
    return settings
