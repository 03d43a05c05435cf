from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.outbox import Mail
from reviewapp.models.review import Flag, Review
from reviewapp.moderate.carrying_out import Decision
from reviewapp.moderate.passages import find_passages
from reviewapp.moderate.queue_queries import review_queue
from reviewapp.moderate.rules import VELOCITY_REVIEWS
from reviewapp.moderate.service import By, decide
from reviewapp.outbox.messages import emit
from reviewapp.reactions import relay_events
from tests import factories
from tests.sent_reviews import BODY, keep_version

PROGRAM = By("api", "key:tests")


def flags(kit: Kit, review: Review, version: int = 1) -> list[Flag]:
    relay_events(kit)
    with kit.database.transaction(review.shop_id) as session:
        found = select(Flag).where(Flag.review_id == review.id, Flag.version == version)
        return list(session.scalars(found.order_by(Flag.id)))


def kinds(kit: Kit, review: Review, version: int = 1) -> list[str]:
    return sorted(flag.kind for flag in flags(kit, review, version))


def test_a_plain_review_has_no_flags_and_still_waits_for_a_person(
    kit: Kit, sent_review: Callable[..., Review]
) -> None:
    review = sent_review()
    assert flags(kit, review) == []
    with kit.database.transaction(review.shop_id) as session:
        assert session.get_one(Review, review.id).state == "pending"


def test_flags_name_the_place_in_the_words(kit: Kit, sent_review: Callable[..., Review]) -> None:
    body = "Order 55123-A came late, call me on +49 30 901820 or ada@quist.example, damn."
    review = sent_review(body=body, number="55123-A")
    found = {(flag.kind, body[flag.start : flag.end]) for flag in flags(kit, review)}
    assert found == {
        ("personal_data", "55123-A"),
        ("personal_data", "+49 30 901820"),
        ("personal_data", "ada@quist.example"),
        ("profanity", "damn"),
    }
    assert {flag.field for flag in flags(kit, review)} == {"body"}


def test_title_and_answers_are_screened_too(kit: Kit, sent_review: Callable[..., Review]) -> None:
    review = sent_review(
        title="See www.elsewhere.example", answers={"use": "This is shit", "size": 4}
    )
    assert {(flag.kind, flag.field) for flag in flags(kit, review)} == {
        ("link", "title"),
        ("profanity", "use"),
    }


@pytest.mark.parametrize("rating", [1, 2, 3, 4, 5])
def test_the_same_words_get_the_same_flags_whatever_the_stars(
    kit: Kit, sent_review: Callable[..., Review], rating: int
) -> None:
    review = sent_review(rating=rating, body=f"{BODY} Mail ada@quist.example, it is shit.")
    assert {(flag.kind, flag.start) for flag in flags(kit, review)} == {
        ("personal_data", 83),
        ("profanity", 108),
    }


def test_the_queue_is_in_the_order_of_arrival_whatever_the_stars(kit: Kit, shop: Shop) -> None:
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        arrived = []
        for hour, rating in enumerate((3, 5, 1, 4, 2, 1, 5)):
            sent_at = now - timedelta(hours=9 - hour)
            arrived.append(factories.review(session, shop, rating=rating, submitted_at=sent_at).id)
    with kit.database.transaction(shop.id) as session:
        assert [line.id for line in review_queue(session, shop.id)] == arrived


def test_a_near_copy_is_found_among_the_shops_reviews(
    kit: Kit, sent_review: Callable[..., Review]
) -> None:
    first = sent_review(rating=5)
    relay_events(kit)
    copy = sent_review(rating=1, body=BODY.replace("an hour", "an hour or so"))
    short = sent_review(body="Perfect.")
    assert kinds(kit, copy) == ["duplicate"]
    assert kinds(kit, first) == kinds(kit, short) == []


def test_another_shops_review_is_no_near_copy(kit: Kit, sent_review: Callable[..., Review]) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        theirs = factories.review(session, factories.shop(session), body=BODY)
        emit(session, "review.submitted", shop_id=theirs.shop_id, review_id=theirs.id, version=1)
    relay_events(kit)
    assert kinds(kit, sent_review()) == []


@pytest.mark.parametrize(
    "email", ["hello@kiln.example", "ada@mail.kiln.example", "mod@kiln.example", "x@agency.example"]
)
def test_staff_are_labelled(
    kit: Kit, shop: Shop, sent_review: Callable[..., Review], email: str
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Shop, shop.id).settings_json = {"staff_domains": ["agency.example"]}
        buyer = factories.customer(session, shop, email)
    review = sent_review(buyer=buyer)
    assert kinds(kit, review) == ["staff"]
    with kit.database.transaction(shop.id) as session:
        assert session.get_one(Review, review.id).relation == "staff"


def test_the_shops_own_words_count_for_all(
    kit: Kit, shop: Shop, sent_review: Callable[..., Review]
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Shop, shop.id).settings_json = {"blocked_words": ["Müller", "glaze"]}
    review = sent_review(body="The MULLER pot has a fine glaze, unlike glazed ones.")
    spots = {(flag.kind, flag.start, flag.end) for flag in flags(kit, review)}
    assert spots == {("blocked_word", 4, 10), ("blocked_word", 26, 31)}


def test_many_reviews_of_one_address_in_a_day_are_worth_a_look(
    kit: Kit, shop: Shop, sent_review: Callable[..., Review]
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        buyer = factories.customer(session, shop)
    sent = [sent_review(buyer=buyer, body=f"Number {n}.") for n in range(VELOCITY_REVIEWS)]
    assert kinds(kit, sent[-1]) == ["velocity"]
    assert kinds(kit, sent[0]) == []


def test_another_language_than_the_page_is_told(
    kit: Kit, sent_review: Callable[..., Review]
) -> None:
    german = "Die Glasur ist gleichmäßig, der Henkel liegt gut in der Hand und der Tee bleibt warm."
    assert kinds(kit, sent_review(body=german, title="")) == ["language"]
    other = "Der Henkel ist schmal, aber die Kanne gießt sauber und die Farbe ist sehr schön."
    assert kinds(kit, sent_review(body=other, title="", locale="de")) == []


def test_an_edit_is_screened_anew_and_old_flags_stay(
    kit: Kit, sent_review: Callable[..., Review]
) -> None:
    review = sent_review(body=f"{BODY} Write to ada@quist.example")
    assert kinds(kit, review) == ["personal_data"]
    with kit.database.transaction(review.shop_id) as session:
        edited = session.get_one(Review, review.id)
        edited.version, edited.body = 2, BODY
        keep_version(session, edited)
        emit(session, "review.edited", shop_id=edited.shop_id, review_id=edited.id, version=2)
        emit(session, "review.edited", shop_id=edited.shop_id, review_id=edited.id, version=1)
    assert kinds(kit, review, version=2) == []
    assert kinds(kit, review, version=1) == ["personal_data"]


def test_a_refused_author_is_told_the_reason_the_passage_and_the_way_to_mend_it(
    kit: Kit, sent_review: Callable[..., Review]
) -> None:
    review = sent_review(locale="de", rating=1)
    with kit.database.transaction(review.shop_id) as session:
        loaded = session.get_one(Review, review.id)
        passages = tuple(find_passages({"title": "", "body": BODY}, "keeps tea warm"))
        refusal = Decision("refuse", "unrelated", "Bitte nur zur Tasse.", passages)
        decide(session, loaded, refusal, by=PROGRAM)
    relay_events(kit)
    with kit.database.transaction(review.shop_id) as session:
        letter = session.scalars(select(Mail)).one()
    assert (letter.letter, letter.language) == ("review_refused", "de")
    assert letter.params["reason"] == "unrelated"
    assert letter.params["passage"] == "keeps tea warm"
    assert letter.params["note"] == "Bitte nur zur Tasse."
    token = kit.links.sign("request", review.request_id)
    assert letter.params["mend_url"] == f"http://localhost/r/{token}/mine"


@pytest.mark.parametrize("without", ["customer_id", "request_id"])
def test_who_cannot_be_written_to_is_not(
    kit: Kit, sent_review: Callable[..., Review], without: str
) -> None:
    review = sent_review(title="No way to mend")
    with kit.database.transaction(review.shop_id) as session:
        loaded = session.get_one(Review, review.id)
        setattr(loaded, without, None)
        session.flush()
        decide(session, loaded, Decision("refuse", "unrelated", "Why."), by=PROGRAM)
    relay_events(kit)
    with kit.database.transaction(review.shop_id) as session:
        assert session.scalars(select(Mail)).all() == []


def test_a_published_review_is_counted_once_decided(
    kit: Kit, sent_review: Callable[..., Review]
) -> None:
    review = sent_review(rating=2)
    with kit.database.transaction(review.shop_id) as session:
        decide(session, session.get_one(Review, review.id), Decision("publish"), by=PROGRAM)
    relay_events(kit)
    with kit.database.transaction(review.shop_id) as session:
        assert session.get_one(Review, review.id).counted_rating == 2
        decide(
            session,
            session.get_one(Review, review.id),
            Decision("refuse", "unlawful", "A court order."),
            by=PROGRAM,
        )
    relay_events(kit)
    with kit.database.transaction(review.shop_id) as session:
        assert session.get_one(Review, review.id).counted_rating is None
