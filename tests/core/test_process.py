"""How a process begins."""

from __future__ import annotations

import gc

from reviewapp.core.process import ease_garbage_collection


def test_what_stood_at_the_start_is_never_walked_over_again() -> None:
    loaded, threshold = [[number] for number in range(1000)], gc.get_threshold()
    try:
        ease_garbage_collection()
        assert gc.get_freeze_count() > len(loaded)
        assert gc.get_threshold()[0] > threshold[0]
        assert not any(one is loaded for one in gc.get_objects())
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
    assert any(one is loaded for one in gc.get_objects())
