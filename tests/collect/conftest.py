"""A customer with a link, for the tests of the pages behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.collect.links import Link, link_of
from tests.media.test_service import picture


@pytest.fixture
def open_link(client, kit, committed, shop) -> Callable[..., Link]:
    """Make a link: `open_link(product, …, language="de")`."""

    def make(*products: Any, **values: Any) -> Link:
        with committed() as session:
            return link_of(client, kit, session, values.pop("shop", shop), *products, **values)

    return make


@pytest.fixture
def link(open_link) -> Link:
    """A link to one delivered mug, in English."""
    return open_link()


@pytest.fixture
def sent(link) -> Link:
    """A link whose review was sent, with one photo, for the site and for ads."""
    link.send_review(permission=["site", "ads"], media=[(picture(), "mug.jpg")])
    return link
