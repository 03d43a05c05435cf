"""The tree as the guards read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "reviewapp"


def python_files() -> list[Path]:
    """Every module of the product, migrations' generated versions aside."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "versions" not in path.parts)


def name_of(path: Path) -> str:
    """A path as people read it."""
    return str(path.relative_to(ROOT))


def calls(path: Path, function: str) -> Iterator[ast.Call]:
    """Calls of `function` (bare or as an attribute) in a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name == function:
                yield node
