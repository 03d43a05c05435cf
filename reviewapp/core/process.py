"""How every process begins: settings read, logs set up, the demo's clock followed."""

from __future__ import annotations

import gc

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


def spare_what_was_loaded() -> None:
    """Keep the garbage collector off all that stands after the start: it lives as long as we do.

    Walking over it takes a full collection 130 ms, which whoever waits for an answer just then
    would wait longer.
    """
    gc.collect()
    gc.freeze()
