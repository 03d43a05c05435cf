"""A use that is allowed through the first of June, and asking for longer: fixtures."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from reviewapp.library.asking import ask
from reviewapp.library.contents import contents_of, shop_review
from reviewapp.library.renewing import ask_longer
from reviewapp.library.taking_down import end_terms
from reviewapp.reactions import relay_events
from reviewapp.rights.service import expire_permissions, rights_of
from tests.library.test_asking import address

NOW = datetime(2027, 5, 1, 12, tzinfo=UTC)
JUNE = date(2027, 6, 1)


def written(kit, review, by, question, ends_on, *kinds, use="print"):
    """Ask about these parts of a review, now."""
    with kit.database.transaction(review.shop_id) as session:
        found = shop_review(session, review.shop_id, review.id)
        contents = [one for one in contents_of(session, found) if not kinds or one.kind in kinds]
        return question(session, kit, found, use, contents, note="Leaflet", ends_on=ends_on, by=by)


def held(kit, review):
    """What print is allowed for now."""
    with kit.database.transaction(review.shop_id) as session:
        rights = rights_of(session, review.id)
        return {right.subject_sha256 for right in rights if right.use == "print"}


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def say_to(client, kit):
    """The author answers a question on its page."""

    def answer(asked, word):
        return client.post(address(kit, asked), data={"answer": word})

    return answer


@pytest.fixture
def until_june(clock, kit, published, marketer, say_to):
    """Words and photo are allowed for print through the first of June."""
    say_to(written(kit, published, marketer, ask, JUNE), "yes")
    assert len(held(kit, published)) == 2
    return published


@pytest.fixture
def longer(kit, until_june, marketer):
    """Ask whether it may run longer."""

    def asking(ends_on=date(2027, 12, 31), *kinds):
        return written(kit, until_june, marketer, ask_longer, ends_on, *kinds)

    return asking


def work(kit):
    """What the workers do with time."""
    expire_permissions(kit)
    for _ in range(2):
        relay_events(kit)
    end_terms(kit)
