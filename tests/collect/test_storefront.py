"""Reviews written on a product's page become reviews only by their author's own mailbox."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reviewapp.collect.storefront import forget_submissions
from reviewapp.core import clock
from reviewapp.models.catalog import Customer
from reviewapp.models.review import Review, ReviewVersion
from reviewapp.models.review_request import ReviewRequest
from reviewapp.models.review_submission import ReviewSubmission
from reviewapp.models.rights import PermissionEntry
from reviewapp.reactions import relay_events
from tests import factories
from tests.collect.links import counts, link_of, rows, said
from tests.collect.written import ADA, WRITTEN, Shopper


@pytest.fixture
def shopper(client, kit, committed, shop) -> Shopper:
    """On the page of a mug."""
    with committed() as session:
        product = factories.product(session, shop, "MUG")
    return Shopper(client, kit, shop, product)


def a_customer_with_an_order(shopper: Shopper, committed, **values) -> None:
    with committed() as session:
        buyer = factories.customer(session, shopper.shop, ADA)
        factories.order(session, shopper.shop, shopper.product, buyer=buyer, **values)


def test_what_is_sent_waits_for_its_mailbox_and_is_no_review_yet(shopper):
    answer = shopper.send()
    assert (answer.status_code, answer.json) == (202, {"state": "confirm", "days": 14})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers
    assert rows(shopper.kit, Review) == rows(shopper.kit, Customer) == []
    assert [letter.to_email for letter in shopper.letters()] == [ADA]


def test_the_mail_holds_nothing_that_a_stranger_could_have_written(shopper):
    shopper.send(title="buy pills", body="buy pills at pills.example", display_name="buy pills")
    assert "pills" not in str(shopper.letters()[0].params)


def test_opening_the_link_stores_nothing_and_pressing_sends_it_to_the_queue(shopper):
    shopper.send()
    before = counts(shopper.kit)
    for method in ("get", "head", "options"):
        for _ in range(2):
            assert getattr(shopper.client, method)(shopper.confirm_path()).status_code == 200
    assert counts(shopper.kit) == before
    page = said(shopper.client.get(shopper.confirm_path()).text)
    assert "Smaller than it looks" in page
    assert "Yes, send it" in page
    answer = shopper.confirm()
    review = rows(shopper.kit, Review)[0]
    assert (review.state, review.rating, review.verified_buyer) == ("pending", 2, False)
    assert (review.body, review.display_name) == (WRITTEN["body"], "Ada Q.")
    own_page = said(shopper.client.get(answer.location).text)
    assert "your review is confirmed and is being checked" in own_page
    assert "Smaller than it looks" in own_page
    assert rows(shopper.kit, PermissionEntry) == []


def test_confirmed_once_is_enough_and_the_link_then_opens_the_authors_page(shopper):
    shopper.send()
    path = shopper.confirm_path()
    first, second = shopper.client.post(path), shopper.client.post(path)
    assert first.location == second.location
    assert shopper.client.get(path).status_code == 303
    assert shopper.client.post(f"{path}/discard").status_code == 303
    assert len(rows(shopper.kit, Review)) == 1
    kept = rows(shopper.kit, ReviewSubmission)[0]
    assert (kept.email, kept.body, kept.display_name) == (None, "", "")


def test_the_author_can_change_withdraw_and_write_anew(shopper):
    shopper.send()
    mine = shopper.confirm().location.partition("?")[0]
    review = rows(shopper.kit, Review)[0]
    changed = WRITTEN | {"rating": "5"}
    assert shopper.client.post(f"{mine}/reviews/{review.id}", data=changed).status_code == 303
    assert shopper.client.get(mine.removesuffix("/mine")).location == mine
    assert shopper.client.post(f"{mine}/reviews/{review.id}/withdraw").status_code == 303
    shopper.send()
    shopper.confirm()
    states = [(row.state, row.rating) for row in rows(shopper.kit, Review)]
    assert states == [("withdrawn", 5), ("pending", 2)]


@pytest.mark.parametrize(
    ("facts", "verified"),
    [({"delivered_days_ago": 3}, True), ({}, False)],
    ids=["delivered", "only ordered"],
)
def test_verified_needs_a_line_that_came(shopper, committed, facts, verified):
    a_customer_with_an_order(shopper, committed, **facts)
    shopper.send(email=" ADA@customers.example ")
    shopper.confirm()
    review = rows(shopper.kit, Review)[0]
    assert review.verified_buyer is verified
    assert (review.order_line_id is not None) is verified


def test_an_order_of_somebody_else_or_something_else_verifies_nobody(shopper, committed):
    with committed() as session:
        factories.order(session, shopper.shop, shopper.product, delivered_days_ago=3)
        buyer = factories.customer(session, shopper.shop, ADA)
        factories.order(session, shopper.shop, buyer=buyer, delivered_days_ago=3)
        elsewhere = factories.shop(session)
        other = factories.product(session, elsewhere, "MUG")
        factories.order(
            session, elsewhere, other, buyer=factories.customer(session, elsewhere, ADA),
            delivered_days_ago=3,
        )  # fmt: skip
    shopper.send()
    shopper.confirm()
    assert not rows(shopper.kit, Review)[0].verified_buyer


def test_who_was_asked_already_keeps_one_page_and_gets_no_reminder(shopper, committed):
    a_customer_with_an_order(shopper, committed, delivered_days_ago=8)
    with committed() as session:
        order = rows(shopper.kit, factories.Order)[0]
        link = link_of(
            shopper.client, shopper.kit, session, shopper.shop, order=session.merge(order),
            incentive="voucher", incentive_disclosure="Everybody got a voucher.",
        )  # fmt: skip
    shopper.send()
    answer = shopper.confirm()
    assert answer.location.startswith(f"/r/{link.token}/mine")
    review = rows(shopper.kit, Review)[0]
    assert (review.request_id, review.verified_buyer) == (link.request.id, True)
    assert review.incentive_disclosure == "Everybody got a voucher."
    assert rows(shopper.kit, ReviewRequest)[0].responded_at is not None


def test_a_request_that_comes_later_finds_the_review_on_its_own_page(shopper, committed):
    a_customer_with_an_order(shopper, committed, delivered_days_ago=8)
    shopper.send()
    shopper.confirm()
    with committed() as session:
        order = session.merge(rows(shopper.kit, factories.Order)[0])
        link = link_of(shopper.client, shopper.kit, session, shopper.shop, order=order)
    assert "Smaller than it looks" in said(link.get("/mine").text)


def test_a_second_review_of_the_product_is_the_authors_edit(shopper):
    shopper.send()
    shopper.confirm()
    answer = shopper.send(rating="4", body="After a month I like it better.")
    assert answer.json == {"state": "confirm", "days": 14}
    assert (
        "You have reviewed this product before" in shopper.client.get(shopper.confirm_path()).text
    )
    shopper.confirm()
    review = rows(shopper.kit, Review)[0]
    assert len(rows(shopper.kit, Review)) == 1
    assert (review.rating, review.version, review.state) == (4, 2, "pending")
    assert [version.rating for version in rows(shopper.kit, ReviewVersion)] == [2, 4]


def test_nobody_learns_whether_an_address_is_known(shopper, committed):
    a_customer_with_an_order(shopper, committed, delivered_days_ago=3)
    known, unknown = shopper.send(), shopper.send(email="nobody@customers.example")
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    assert set(known.headers) == set(unknown.headers)


def test_what_somebody_else_wrote_is_deleted_by_the_mailboxs_owner(shopper):
    shopper.send()
    path = shopper.confirm_path()
    assert "The review is deleted" in shopper.client.post(f"{path}/discard").text
    assert rows(shopper.kit, ReviewSubmission) == rows(shopper.kit, Review) == []
    gone = shopper.client.post(path)
    assert gone.status_code == 410
    assert "no longer here" in gone.text


def test_what_nobody_confirms_is_deleted(shopper):
    shopper.send()
    path, later = shopper.confirm_path(), clock.now() + timedelta(days=14)
    with clock.frozen(later):
        assert shopper.client.post(path).status_code == 410
        assert forget_submissions(shopper.kit) == 1
    assert rows(shopper.kit, ReviewSubmission) == rows(shopper.kit, Review) == []


def test_the_same_again_is_kept_once_and_mailed_again_after_a_pause(shopper):
    start = clock.now()
    for minutes, letters in ((0, 1), (5, 1), (11, 2), (22, 3), (33, 3)):
        with clock.frozen(start + timedelta(minutes=minutes)):
            shopper.kit.queues.redis.flushdb()
            assert shopper.send().status_code == 202
        assert len(shopper.letters()) == letters
    assert len(rows(shopper.kit, ReviewSubmission)) == 1
    shopper.confirm(0)
    shopper.confirm(2)
    assert len(rows(shopper.kit, Review)) == 1


def test_a_link_for_another_purpose_or_another_shop_opens_nothing(shopper, kit):
    shopper.send()
    row = rows(kit, ReviewSubmission)[0]
    assert shopper.client.post(f"/c/{kit.links.sign('request', row.id)}").status_code == 404
    assert shopper.client.get("/c/nothing").status_code == 404
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert shopper.client.post(shopper.confirm_path(), headers=foreign).status_code == 403
    assert rows(kit, Review) == []


def test_staff_who_write_are_labelled(shopper, committed):
    with committed() as session:
        session.merge(shopper.shop).settings_json = {"staff_domains": ["customers.example"]}
    shopper.send()
    shopper.confirm()
    relay_events(shopper.kit)
    assert rows(shopper.kit, Review)[0].relation == "staff"


def test_two_waiting_reviews_of_one_person_become_one(shopper):
    shopper.send()
    shopper.send(body="Written a second time, in other words.")
    first, second = shopper.confirm(0), shopper.confirm(1)
    assert first.location == second.location
    assert [row.version for row in rows(shopper.kit, Review)] == [2]


def test_the_page_of_the_form_works_without_scripts(shopper):
    path = f"/write/{shopper.shop.widget_key}/MUG"
    page = shopper.client.get(path, headers={"Accept-Language": "de"})
    assert 'lang="de"' in page.text
    assert page.headers["X-Robots-Tag"].startswith("noindex")
    refused = shopper.client.post(path, data=WRITTEN | {"email": "ada", "rating": ""})
    assert refused.status_code == 422
    assert WRITTEN["body"] in refused.text
    assert 'id="email-error"' in refused.text
    assert rows(shopper.kit, ReviewSubmission) == []
    assert "Please check your e-mail" in shopper.client.post(path, data=WRITTEN).text
    assert len(shopper.letters()) == 1
