"""How every process begins: settings read, logs set up, the demo's clock followed."""

from __future__ import annotations

import gc

from reviewapp.core import clock
from reviewapp.core.logs import configure_logs
from reviewapp.core.settings import Settings, read_settings

OBJECTS_BEFORE_COLLECTION = 50_000
"""More made than freed; a few megabytes at most wait for the collector."""


def process_settings() -> Settings:
    """The settings of this process; SettingsError names whatever is wrong."""
    settings = read_settings()
    configure_logs(settings.log_level)
    if settings.demo:
        clock.follow(settings.clock_file)
    return settings


def ease_garbage_collection() -> None:
    """Keep the collector off all that stands after the start, and let it come seldom.

    What was loaded lives as long as we do: walking over it takes a full collection 130 ms, which
    whoever waits for an answer just then would wait longer. A page makes some ten thousand objects
    that reference counting frees by itself; looking for cycles after every 700 of them finds none.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
