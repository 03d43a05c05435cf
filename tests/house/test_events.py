"""What is emitted has its row, and what has a row is emitted."""

from __future__ import annotations

import ast

from reviewapp.reactions import AFTER, EVERY
from tests.house.source import calls, name_of, python_files


def emitted() -> set[str]:
    """Names of all events the code writes."""
    found: set[str] = set()
    for path in python_files():
        for call in calls(path, "emit"):
            if len(call.args) > 1:
                found |= {
                    node.value for node in ast.walk(call.args[1])
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)
                }  # fmt: skip
    return found


def test_every_event_has_its_row() -> None:
    assert emitted() - set(AFTER) == set()


def test_every_row_has_an_event() -> None:
    assert set(AFTER) - emitted() == set()


def test_every_errand_that_is_pinged_exists() -> None:
    pinged = {
        call.args[-1].value
        for path in python_files()
        for call in calls(path, "ping_after_commit")
        if isinstance(call.args[-1], ast.Constant)
    }
    assert pinged <= set(EVERY), name_of
