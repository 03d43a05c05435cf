"""Signals beside the words themselves: several at once, style, other brands, what they link to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Order
from reviewapp.models.review import Flag, Review
from reviewapp.moderate.rules import DOMAIN, MAILBOX, ORDERS, ScreenFacts, screen
from reviewapp.moderate.style import reads_like
from reviewapp.moderate.velocity import domain_of, mailbox_of
from reviewapp.reactions import relay_events
from tests import factories
from tests.people import SignedIn

SPAM = "FREE entry! Call 0900 123456 now to win a £1000 cash prize. Text WIN to 80086, offer ends!"
PLAIN = (
    "The zip sticks a little on cold mornings, but the lining is warm. My son wears it daily, "
    "in the rain too, and nothing has come through at the seams so far. The sleeves run short."
)


def flags(kit: Kit, review: Review) -> list[Flag]:
    relay_events(kit)
    with kit.database.transaction(review.shop_id) as session:
        return list(session.scalars(select(Flag).where(Flag.review_id == review.id)))


def of(kit: Kit, review: Review, sentence: str) -> list[str]:
    """The reviews that the flag with this sentence links to."""
    found = [flag for flag in flags(kit, review) if flag.explanation == sentence]
    return [one for flag in found for one in flag.detail["reviews"]]


def test_mailboxes_are_told_apart_and_shared_domains_mean_nothing() -> None:
    assert mailbox_of("Ada.Quist+shop@GMail.com") == mailbox_of("adaquist@googlemail.com")
    assert mailbox_of("ada.quist@posteo.de") != mailbox_of("adaquist@posteo.de")
    assert domain_of("ada@gmail.com") == ""
    assert domain_of("ada@Agency.example") == "agency.example"


def test_buyers_behind_one_mailbox_are_named(
    kit: Kit, shop: Shop, sent_review: Callable[..., Review]
) -> None:
    sent = []
    for number, email in enumerate(("adaq@gmail.com", "ada.q@gmail.com", "adaq+2@gmail.com")):
        with kit.database.transaction(EVERY_SHOP) as session:
            buyer = factories.customer(session, shop, email)
        sent.append(sent_review(buyer=buyer, body=f"Number {number}."))
    assert sorted(of(kit, sent[2], MAILBOX)) == sorted(str(one.id) for one in sent[:2])
    assert of(kit, sent[1], MAILBOX) == []


def test_one_domain_or_one_moment_of_ordering_is_worth_a_look(
    kit: Kit, shop: Shop, sent_review: Callable[..., Review]
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        item = factories.product(session, shop)
    sent = []
    for number in range(4):
        with kit.database.transaction(EVERY_SHOP) as session:
            buyer = factories.customer(session, shop, f"p{number}@agency.example")
        sent.append(sent_review(buyer=buyer, product=item, body=f"Number {number}."))
    others = {str(one.id) for one in sent[:3]}
    assert set(of(kit, sent[3], DOMAIN)) == others
    assert set(of(kit, sent[3], ORDERS)) == others
    with kit.database.transaction(EVERY_SHOP) as session:
        for hours, row in enumerate(session.scalars(select(Order)).all()):
            row.ordered_at = clock.now() - timedelta(days=9, hours=hours)
        buyer = factories.customer(session, shop, "x@elsewhere.example")
    alone = sent_review(buyer=buyer, product=item, body="Number five.")
    assert [flag.kind for flag in flags(kit, alone)] == []


@pytest.mark.parametrize("kind", ["spam", "machine_written"])
def test_style_gives_its_reasons_or_nothing(kind: str) -> None:
    assert reads_like("Perfect.", kind) is None
    assert reads_like(PLAIN, kind) is None


def test_spam_is_a_signal_with_reasons_in_english_only() -> None:
    signals = screen(ScreenFacts((("body", SPAM),), "en"))
    spam = next(signal for signal in signals if signal.kind == "spam")
    reasons, places = spam.detail["reasons"], spam.detail["places"]
    assert reasons == [
        "many digits", "asks to call, write or click", "speaks of money, prizes or offers",
    ]  # fmt: skip
    assert [SPAM[slice(*place)] for place in places] == ["0900 123456", "Call", "FREE"]
    german = screen(ScreenFacts((("body", SPAM),), "de"))
    assert "spam" in {signal.kind for signal in german}, "the text decides where nobody can tell"


def test_other_brands_are_found_in_praise_and_criticism_alike(
    kit: Kit, shop: Shop, sent_review: Callable[..., Review]
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Shop, shop.id).settings_json = {"competitor_names": ["Potterie"]}
    for rating, body in ((5, "Finer than potterie."), (1, "Potterie is better.")):
        found = flags(kit, sent_review(rating=rating, body=body))
        assert [flag.kind for flag in found] == ["competitor"]


def test_flags_link_to_what_they_matched(
    kit: Kit, owner: SignedIn, shop: Shop, sent_review: Callable[..., Review]
) -> None:
    with kit.database.transaction(EVERY_SHOP) as session:
        session.get_one(Shop, shop.id).settings_json = {"blocked_words": ["glaze"]}
    first = sent_review()
    relay_events(kit)
    copy = sent_review(title="", body=f"{first.body} Mail ada@quist.example.")
    relay_events(kit)
    page = owner.get(f"/admin/queue/{copy.id}").get_data(as_text=True)
    mail = copy.body.index("ada@")
    assert f'href="#mark-body-{mail}"' in page
    assert f'id="mark-body-{mail}"' in page
    assert f'href="/admin/reviews/{first.id}"' in page
    assert 'href="/admin/settings#blocked_words"' in page
    spam = sent_review(title="", body=SPAM)
    german = sent_review(
        title="",
        body="Die Glasur ist gleichmäßig, der Henkel liegt gut in der Hand und er hält warm.",
    )
    relay_events(kit)
    page = owner.get(f"/admin/queue/{spam.id}").get_data(as_text=True)
    linked = set(re.findall(r'href="#(mark-body-\d+)"', page))
    assert linked
    assert all(f'id="{one}"' in page for one in linked)
    page = owner.get(f"/admin/queue/{german.id}").get_data(as_text=True)
    assert re.search(r'<a href="#words">[^<]*German', page)
    assert 'id="words"' in page
    settings = owner.get("/admin/settings").get_data(as_text=True)
    assert 'id="blocked_words"' in settings
    assert 'id="competitor_names"' in settings
