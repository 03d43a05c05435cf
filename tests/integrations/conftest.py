"""The import command in this process, and files for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reviewapp.core.kit import Kit
from reviewapp.integrations.cli import import_group
from reviewapp.models.account import Shop


@pytest.fixture
def run(kit: Kit, shop: Shop) -> Any:
    """`reviewapp import orders …` in this process."""

    @contextmanager
    def opened() -> Iterator[Kit]:
        yield kit

    def command(*arguments: object) -> Result:
        told = ["orders", *(str(argument) for argument in arguments)]
        return CliRunner().invoke(import_group, told, obj=opened, catch_exceptions=True)

    return command


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """A file with this content."""

    def written(content: str | bytes, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written
