"""How every process begins: settings read, logs set up, the demo's clock followed."""

from __future__ import annotations

import gc

from reviewapp.core import clock
from reviewapp.core.logs import configure_logs
from reviewapp.core.settings import Settings, read_settings

OBJECTS_BEFORE_COLLECTION = 2_500
"""More made than freed: what two or three pages leave in cycles, a millisecond to look through."""


def process_settings() -> Settings:
    """The settings of this process; SettingsError names whatever is wrong."""
    settings = read_settings()
    configure_logs(settings.log_level)
    if settings.demo:
        clock.follow(settings.clock_file)
    return settings


def ease_garbage_collection() -> None:
    """Keep the collector off all that stands after the start, and let it come for little at a time.

    What was loaded lives as long as we do: walking over it takes a full collection 130 ms, which
    whoever waits for an answer just then would wait longer. A page leaves about a thousand objects
    in cycles; waiting for those of fifty pages makes one of them wait 30 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
