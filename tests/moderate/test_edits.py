"""An author's edit of a published review: what was decided stays shown until it is decided on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.listing import RatingSummary
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.moderate.carrying_out import Decision
from reviewapp.moderate.passages import Passage
from reviewapp.moderate.screening import publish_overdue
from reviewapp.moderate.service import By, decide
from reviewapp.outbox.messages import emit
from reviewapp.reactions import relay_events
from reviewapp.widgets.counting import media_of_review
from tests import factories
from tests.people import SignedIn

PROGRAM = By("api", "key:tests")
NEW = "The glaze came off. Mail ada@quist.example"


@pytest.fixture
def edited(kit: Kit, sent_review: Callable[..., Review]) -> Review:
    """A published 5-star review whose author sent a 1-star version since."""
    review = sent_review(rating=5)
    act(kit, review, Decision("publish"))
    with kit.database.transaction(review.shop_id) as session:
        found = session.get_one(Review, review.id)
        found.edit_version, found.edit_state, found.edit_sent_at = 2, "pending", clock.now()
        found.decide_by = clock.now() + timedelta(days=10)
        words = {"rating": 1, "title": "", "body": NEW, "answers": {}, "display_name": "Ada Q."}
        factories.add(
            session,
            ReviewVersion(
                shop_id=review.shop_id, review_id=review.id, version=2, sha256="0" * 64, **words
            ),
        )
        emit(session, "review.edited", shop_id=review.shop_id, review_id=review.id, version=2)
    relay_events(kit)
    return stored(kit, review)


def stored(kit: Kit, review: Review) -> Review:
    with kit.database.transaction(review.shop_id) as session:
        return session.get_one(Review, review.id)


def act(kit: Kit, review: Review, decision: Decision) -> None:
    with kit.database.transaction(review.shop_id) as session:
        decide(session, session.get_one(Review, review.id), decision, by=PROGRAM)
    relay_events(kit)


def counted(kit: Kit, review: Review) -> tuple[int, int]:
    with kit.database.transaction(review.shop_id) as session:
        summary = session.get_one(RatingSummary, review.product_id)
        return summary.count, summary.total


def test_the_decided_version_stays_shown_and_counted(
    kit: Kit, edited: Review, moderator: SignedIn
) -> None:
    assert (edited.state, edited.version, edited.rating) == ("published", 1, 5)
    assert counted(kit, edited) == (1, 5)
    page = moderator.get(f"/admin/queue/{edited.id}").get_data(as_text=True)
    assert "The glaze came off." in page
    assert "the earlier version is shown meanwhile" in page
    assert "<ins>" in page
    assert "<del>" in page
    assert "Personal data" in page, "an edit is screened like the first version"
    assert "out of 5" not in page


def test_a_published_edit_takes_its_place(kit: Kit, edited: Review) -> None:
    act(kit, edited, Decision("publish"))
    now = stored(kit, edited)
    assert (now.state, now.version, now.rating, now.body) == ("published", 2, 1, NEW)
    assert (now.edit_version, now.waiting_since, now.decide_by) == (None, None, None)
    assert counted(kit, edited) == (1, 1)


def test_a_refused_edit_leaves_what_was_decided(kit: Kit, edited: Review) -> None:
    act(kit, edited, Decision("refuse", "personal_information", "An address."))
    now = stored(kit, edited)
    assert (now.state, now.version, now.rating) == ("published", 1, 5)
    assert (now.edit_version, now.waiting_since) == (None, None)
    assert counted(kit, edited) == (1, 5)


def test_an_edit_is_shown_without_a_passage(kit: Kit, edited: Review) -> None:
    passage = Passage("body", NEW.index("ada@"), len(NEW))
    act(kit, edited, Decision("redact", "personal_information", "An address.", (passage,)))
    now = stored(kit, edited)
    assert (now.state, now.version) == ("published", 2)
    assert [(row["start"], row["end"]) for row in now.redactions] == [(passage.start, passage.end)]


@pytest.mark.parametrize("held", [False, True])
def test_an_edit_nobody_decides_on_is_published_by_the_clock(
    kit: Kit, edited: Review, held: bool
) -> None:
    if held:
        act(kit, edited, Decision("hold", "not_genuine", "Five alike.", hold_days=3))
        assert (stored(kit, edited).state, stored(kit, edited).edit_state) == ("published", "held")
    assert publish_overdue(kit) == 0
    with clock.frozen(clock.now() + timedelta(days=11)):
        assert publish_overdue(kit) == 1
    assert (stored(kit, edited).version, stored(kit, edited).rating) == (2, 1)


def test_refusing_what_is_shown_leaves_the_edit_waiting(
    kit: Kit, edited: Review, moderator: SignedIn
) -> None:
    form = {"action": "refuse", "reason": "unlawful", "note": "A court order.", "version": "1",
            "state": "published"}  # fmt: skip
    assert moderator.post(f"/admin/reviews/{edited.id}/decision", form).status_code == 302
    relay_events(kit)
    now = stored(kit, edited)
    assert (now.state, now.version, now.body, now.edit_version) == ("pending", 2, NEW, None)
    assert now.decide_by == edited.decide_by
    assert counted(kit, edited) == (0, 0)


def test_undoing_the_decision_on_an_edit_restores_both_versions(
    kit: Kit, edited: Review, moderator: SignedIn
) -> None:
    form = {"action": "publish", "version": "2", "state": "pending"}
    page: Any = moderator.post(f"/admin/queue/{edited.id}/decision", form)
    page = moderator.get(page.location).get_data(as_text=True)
    decision = page.split('name="decision" value="')[1].split('"')[0]
    moderator.post("/admin/queue/undo", {"decision": decision})
    now = stored(kit, edited)
    assert (now.version, now.rating, now.edit_version) == (1, 5, 2)
    assert (now.edit_sent_at, now.decide_by) == (edited.edit_sent_at, edited.decide_by)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        relay_events(kit)
    assert counted(kit, edited) == (1, 5)


def test_a_photo_that_came_with_an_edit_waits_with_it(kit: Kit, edited: Review, shop: Shop) -> None:
    with kit.database.transaction(shop.id) as session:
        for version in (1, 2):
            factories.add(
                session,
                MediaAsset(
                    shop_id=shop.id, review_id=edited.id, review_version=version, state="ready",
                    sha256="0" * 64, key=f"masters/{version}.jpg", content_type="image/jpeg",
                    byte_count=1, width=1, height=1, placeholder="", dominant_color="#000000",
                ),
            )  # fmt: skip
        assert shown_media(session, edited) == (1, 0)
    act(kit, edited, Decision("publish"))
    with kit.database.transaction(shop.id) as session:
        assert shown_media(session, edited) == (2, 0)


def shown_media(session: Session, review: Review) -> tuple[int, int]:
    """How many photos and films of the review may be shown."""
    counted = select(media_of_review("photo"), media_of_review("video"))
    photos, films = session.execute(counted.where(Review.id == review.id)).one()
    return photos, films
