"""The author's own page and the end of requests: G9, G28, P1 to P3."""

from __future__ import annotations

import json
import re

import pytest

from reviewapp.core import clock
from reviewapp.core.ids import new_id
from reviewapp.models.audit import AuditEntry
from reviewapp.models.case import CaseMessage
from reviewapp.models.catalog import Suppression
from reviewapp.models.media import MediaAsset
from reviewapp.models.outbox import OutboxEvent
from reviewapp.models.review import ModerationDecision, Review
from reviewapp.models.review_request import ReviewRequest
from reviewapp.models.rights import USES, PermissionEntry
from reviewapp.rights.rules import rights_in_force
from tests import factories
from tests.collect.links import REVIEW, Link, rows, said
from tests.media.test_service import picture


def review_of(link: Link) -> Review:
    return rows(link.kit, Review)[0]


def in_force(link: Link) -> set[str]:
    return {right.use for right in rights_in_force(rows(link.kit, PermissionEntry), clock.now())}


def edit(link: Link, **values):
    return link.post(f"/mine/reviews/{review_of(link).id}", REVIEW | values)


def events(link: Link, name: str) -> list[OutboxEvent]:
    return rows(link.kit, OutboxEvent, OutboxEvent.name == name)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("pending", "Being checked It appears by"),
        ("held", "It needs a closer look"),
        ("published", "Everybody can read it since"),
        ("refused", "It holds personal information or shows another person. You can change it"),
    ],
)
def test_the_state_is_told_in_plain_words(sent, committed, state, words):
    with committed() as session:
        review = session.get_one(Review, review_of(sent).id)
        review.state, review.published_at = state, clock.now()
        if state == "refused":
            session.add(
                ModerationDecision(
                    shop_id=review.shop_id,
                    review_id=review.id,
                    version=1,
                    action="refuse",
                    reason="personal_information",
                    note="A name.",
                    actor="api",
                    rules_version="1",
                )
            )
    assert words in said(sent.get("/mine").text)


def test_nothing_changed_is_no_version(sent):
    edit(sent)
    assert review_of(sent).version == 1


def test_words_lose_their_permissions_with_a_change_and_photos_keep_them(sent):
    edit(sent, body="Other words.")
    held = rights_in_force(rows(sent.kit, PermissionEntry), clock.now())
    photo = rows(sent.kit, MediaAsset)[0]
    assert {right.subject_sha256 for right in held} == {photo.sha256}
    assert {right.use for right in held} == {"site", "ads"}
    assert "Allowed for a part" in sent.get("/mine").text


def test_an_edit_with_faults_keeps_what_was_typed(sent):
    answer = edit(sent, body="", title="A new title")
    assert answer.status_code == 422
    assert 'value="A new title"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert review_of(sent).version == 1


def test_a_photo_taken_away_is_hidden_and_its_permissions_end(sent):
    photo = rows(sent.kit, MediaAsset)[0]
    edit(sent, remove=str(photo.id), media=[(picture(), "other.jpg")])
    first, second = rows(sent.kit, MediaAsset)
    assert (first.state, first.hidden_reason) == ("hidden", "author")
    assert second.review_id == review_of(sent).id
    assert events(sent, "media.hidden")
    held = rights_in_force(rows(sent.kit, PermissionEntry), clock.now())
    assert photo.sha256 not in {right.subject_sha256 for right in held}


@pytest.mark.parametrize("rating", ["1", "5"])
def test_taking_back_is_one_step_for_any_rating(link, rating):
    link.send_review(rating=rating, permission=["email"])
    review = review_of(link)
    page = link.get("/mine").text
    assert page.count(f"/mine/reviews/{review.id}/withdraw") == 1
    answer = link.post(f"/mine/reviews/{review.id}/withdraw", {})
    assert answer.headers["Location"].endswith("/mine?done=withdrawn")
    assert review_of(link).state == "withdrawn"
    decision = rows(link.kit, ModerationDecision)[0]
    assert (decision.actor, decision.reason) == ("author", "author_withdrew")
    assert events(link, "review.withdrawn")
    assert events(link, "permission.withdrawn")[0].payload["use"] == "email"
    assert in_force(link) == set()


def test_taken_back_twice_is_taken_back_once(sent):
    for _ in range(2):
        sent.post(f"/mine/reviews/{review_of(sent).id}/withdraw", {})
    assert len(rows(sent.kit, ModerationDecision)) == 1
    assert edit(sent, body="Back again?").status_code == 410


def test_after_taking_back_the_line_can_be_reviewed_anew(sent):
    sent.post(f"/mine/reviews/{review_of(sent).id}/withdraw", {})
    assert sent.send_review(body="A second look.").status_code == 303
    assert [review.state for review in rows(sent.kit, Review)] == ["withdrawn", "pending"]


@pytest.mark.parametrize("use", USES)
def test_each_use_is_allowed_and_ended_in_one_step(link, use):
    link.send_review()
    path = f"/mine/reviews/{review_of(link).id}/permission"
    link.post(path, {"use": use, "allow": "on"})
    link.post(path, {"use": use, "allow": "on"})
    assert in_force(link) == {use}
    granted = [e for e in rows(link.kit, PermissionEntry) if e.kind == "granted"]
    assert len(granted) == 1
    link.post(path, {"use": use, "allow": "off"})
    assert in_force(link) == set()
    assert [e.payload["use"] for e in events(link, "permission.withdrawn")] == [use]


@pytest.mark.parametrize("form", [{"use": "everything", "allow": "on"}, {"use": "ads"}, {}])
def test_an_unknown_permission_is_refused(sent, form):
    answer = sent.post(f"/mine/reviews/{review_of(sent).id}/permission", form)
    assert answer.status_code == 422


def test_the_case_is_told_without_notes_of_the_team(sent, committed):
    sent.ask_for_help()
    with committed() as session:
        said_before = session.get_one(CaseMessage, rows(sent.kit, CaseMessage)[0].id)
        for direction, body in (("out", "A new one is on its way."), ("note", "Third this week")):
            session.add(
                CaseMessage(
                    shop_id=sent.shop.id,
                    case_id=said_before.case_id,
                    direction=direction,
                    body=body,
                )
            )
    page = said(sent.get("/mine").text)
    assert "Waiting for an answer" in page
    assert "A new one is on its way." in page
    assert "Third this week" not in page
    assert "Third this week" not in sent.get("/mine/data.json").text


def test_own_data_is_one_file(sent):
    sent.answer("2")
    answer = sent.get("/mine/data.json")
    kept = json.loads(answer.text)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert kept["reviews"][0]["versions"][0]["body"] == REVIEW["body"]
    assert kept["private_answers"][0]["score"] == 2
    assert len(kept["reviews"][0]["permissions"]) == 2 * 2 + len(USES) - 2


def test_nobody_reaches_what_came_through_another_link(sent, open_link):
    other = open_link()
    review, photo = review_of(sent), rows(sent.kit, MediaAsset)[0]
    for path in (f"/mine/reviews/{review.id}", f"/photos/{photo.id}"):
        assert other.get(path).status_code == 404
        assert sent.get(path).status_code == 200
    for path in ("", "/withdraw", "/permission"):
        form = REVIEW | {"use": "ads", "allow": "on"}
        assert other.post(f"/mine/reviews/{review.id}{path}", form).status_code == 404
    assert sent.get(f"/mine/reviews/{new_id()}").status_code == 404


def test_a_photo_is_served_locked_up(sent):
    headers = sent.get(f"/photos/{rows(sent.kit, MediaAsset)[0].id}").headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


def unsubscribe_path(link: Link) -> str:
    return re.search(r'href="(/u/[^"]+)"', link.get("/mine").text)[1]


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "One-Click"}])
def test_one_post_ends_all_requests_and_again_changes_nothing(link, committed, body):
    with committed() as session:
        factories.add(
            session,
            ReviewRequest(
                shop_id=link.shop.id,
                key="next",
                customer_id=link.request.customer_id,
                language="en",
                state="planned",
            ),
        )
    path = unsubscribe_path(link)
    for _ in range(2):
        answer = link.client.post(path, data=body)
        assert answer.status_code == 200
        assert "You will get no more review requests" in answer.text
    assert [row.reason for row in rows(link.kit, Suppression)] == ["unsubscribed"]
    planned = rows(link.kit, ReviewRequest, ReviewRequest.key == "next")[0]
    assert (planned.state, planned.reason) == ("cancelled", "unsubscribed")
    assert len(rows(link.kit, AuditEntry, AuditEntry.action == "customer.unsubscribed")) == 1


def test_the_link_of_a_customer_unsubscribes_too_and_lifts_nothing_by_itself(link, committed):
    path = f"/u/{link.kit.links.sign('unsubscribe', link.request.customer_id)}"
    link.client.post(path)
    with committed() as session:
        session.get_one(Suppression, rows(link.kit, Suppression)[0].id).lifted_at = clock.now()
    link.client.post(path)
    assert rows(link.kit, Suppression)[0].lifted_at is None


def test_links_are_for_one_purpose(link):
    assert link.client.get(f"/u/{link.token}").status_code == 404
    assert (
        link.client.get(f"/r/{link.kit.links.sign('unsubscribe', link.request.id)}").status_code
        == 404
    )
    assert link.client.post(f"/u/{link.kit.links.sign('unsubscribe', new_id())}").status_code == 404
    assert link.client.get(f"/r/{link.kit.links.sign('request', new_id())}").status_code == 404


def test_what_can_be_seen_in_the_files_is_kept_with_them_and_asked_unticked(link):
    page = link.get().text
    assert page.count('name="contents"') == 4
    assert not re.search(r'name="contents"[^>]*checked', page)
    link.send_review(contents=["people", "nonsense"], media=[(picture(), "mug.jpg")])
    (asset,) = rows(link.kit, MediaAsset)
    assert asset.declared == ["people"]


def test_what_was_ticked_stays_ticked_when_something_is_missing(link):
    page = link.send_review(body="", contents=["brands"]).text
    assert re.search(r'name="contents" value="brands" checked', page)
