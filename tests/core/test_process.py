"""How a process begins."""

from __future__ import annotations

import gc

from reviewapp.core.process import spare_what_was_loaded


def test_what_stood_at_the_start_is_never_walked_over_again() -> None:
    loaded = [[number] for number in range(1000)]
    try:
        spare_what_was_loaded()
        assert gc.get_freeze_count() > len(loaded)
        assert not any(one is loaded for one in gc.get_objects())
    finally:
        gc.unfreeze()
    assert any(one is loaded for one in gc.get_objects())
