"""The clock at nine and a shop, for tests that send."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from tests import factories
from tests.outbox.delivering import NOW


@pytest.fixture
def at_nine() -> Iterator[None]:
    """Hold the clock at nine in the morning, UTC."""
    with clock.frozen(NOW):
        yield


@pytest.fixture
def shop_id(kit: Kit) -> UUID:
    """A shop that writes letters."""
    with kit.database.transaction(EVERY_SHOP) as session:
        return factories.shop(session).id
