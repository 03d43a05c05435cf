"""An author changes a review: versions, and what its own page tells of them (G15, G28)."""

from __future__ import annotations

from reviewapp.core import clock
from reviewapp.models.review import ModerationDecision, Review, ReviewVersion
from tests.collect.links import REVIEW, rows, said
from tests.collect.test_author import edit, events, review_of


def test_an_edit_is_a_version_that_is_checked_anew(sent, committed):
    with committed() as session:
        review = session.get_one(Review, review_of(sent).id)
        review.state, review.decided_at = "published", clock.now()
    form = sent.get(f"/mine/reviews/{review.id}").text
    assert REVIEW["body"] in form
    answer = edit(sent, rating="1", body="The glaze came off.", question_delivery="well")
    assert answer.headers["Location"].endswith("/mine?done=edited")
    review = review_of(sent)
    assert (review.state, review.version, review.rating) == ("published", 1, 4)
    assert (review.edit_state, review.edit_version) == ("pending", 2)
    assert review.waiting_since == review.edit_sent_at is not None
    kept = rows(sent.kit, ReviewVersion)
    assert [(version.rating, version.body) for version in kept] == [
        (4, REVIEW["body"]),
        (1, "The glaze came off."),
    ]
    assert kept[0].sha256 != kept[1].sha256
    assert events(sent, "review.edited")[0].payload["version"] == 2


def test_the_own_page_shows_the_newest_words_and_how_they_stand(sent, committed):
    with committed() as session:
        review = session.get_one(Review, review_of(sent).id)
        review.state, review.published_at = "published", clock.now()
    edit(sent, rating="2", body="The glaze came off.")
    page = said(sent.get("/mine").text)
    assert "The glaze came off." in page
    assert "until then the earlier version stays" in page
    assert "The glaze came off." in sent.get(f"/mine/reviews/{review.id}").text
    edit(sent, rating="1", body="It came off within a week.")
    review = review_of(sent)
    assert (review.version, review.edit_version) == (1, 3)
    with committed() as session:
        waiting = session.get_one(Review, review.id)
        refusal = {"action": "refuse", "reason": "unlawful", "note": "Why.", "actor": "api"}
        waiting.edit_version = waiting.edit_state = waiting.edit_sent_at = None
        session.add(
            ModerationDecision(
                shop_id=review.shop_id, review_id=review.id, version=3, rules_version="1", **refusal
            )
        )
    page = said(sent.get("/mine").text)
    assert "Your change was not taken over, the earlier version stays." in page
    assert "It holds unlawful content." in page


def test_what_is_not_published_is_changed_in_its_place(sent):
    edit(sent, rating="1", body="The glaze came off.")
    review = review_of(sent)
    assert (review.state, review.version, review.rating) == ("pending", 2, 1)
    assert (review.edit_version, review.decided_at) == (None, None)
    assert review.edited_at is not None


def test_taking_back_ends_a_waiting_change_too(sent, committed):
    with committed() as session:
        session.get_one(Review, review_of(sent).id).state = "published"
    edit(sent, body="The glaze came off.")
    sent.post(f"/mine/reviews/{review_of(sent).id}/withdraw", {})
    review = review_of(sent)
    assert (review.state, review.edit_version, review.waiting_since) == ("withdrawn", None, None)
