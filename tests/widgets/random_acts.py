"""A shop to which anything may happen, by the services that do it in the product."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from reviewapp.collect.erasing import ask_to_erase, erase_owed
from reviewapp.collect.pages import open_visit
from reviewapp.collect.reviewing import Sent, Words, edit_review, submit_written, withdraw_review
from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.integrations.products import put_product
from reviewapp.models.catalog import Customer, Product
from reviewapp.models.review import Review
from reviewapp.moderate.passages import Passage
from reviewapp.moderate.replies import Draft, publish_reply, withdraw_reply
from reviewapp.moderate.service import By, Decision, decide
from reviewapp.outbox.relay import relay_events
from reviewapp.reactions import AFTER
from reviewapp.rights.ledger import Act
from reviewapp.widgets.counting import recount_listing
from reviewapp.widgets.product_writer import publish_products
from reviewapp.widgets.service import refresh_review
from tests import factories

KEYS = ("MUG", "CUP")
API = By("api", "api:test")
SAID = (
    "I am sorry that the rim was chipped. We have asked our packers to pad the rim. "
    "Please write to hello@kiln.example, and we will replace it."
)
ACT = Act("en", {"action": "test"})
SHOWING = {
    name: [each for each in reactions if each.__module__.startswith("reviewapp.widgets")]
    for name, reactions in AFTER.items()
}
"""What follows an act on the storefront; screening and mail have tests of their own."""


class Story:
    """A shop with two products and whatever happens to their reviews."""

    def __init__(self, kit: Kit, seed: int) -> None:
        self.kit, self.random, self.at = kit, random.Random(seed), datetime(2036, 1, 1, tzinfo=UTC)
        with kit.database.transaction("*") as session:
            self.shop = factories.shop(session)
            self.key = factories.api_key(session, self.shop)
        for key in KEYS:
            self.product(key, None)

    def product(self, key: str, group: str | None) -> None:
        facts = {"title": f"Stoneware {key}", "url": f"https://kiln.example/{key}"}
        with self.kit.database.transaction(self.shop.id) as session:
            put_product(session, self.shop.id, key, facts | {"item_group_id": group})

    def pick(self, session: Any, *states: str) -> Review | None:
        found = session.scalars(
            select(Review).where(Review.state.in_(states)).order_by(Review.id)
        ).all()
        return self.random.choice(found) if found else None

    def words(self, name: str) -> Sent:
        stars = self.random.randint(1, 5)
        return Sent(
            Words(stars, "Chipped rim", f"The rim was chipped, says {name}: {stars}", {}, name),
            (),
            (),
            "en",
            "x",
        )

    # The acts, each by the service that does it in the product.

    def submit(self, session: Any) -> None:
        wanted = Product.external_id == self.random.choice(KEYS)
        product = session.scalars(select(Product).where(wanted)).one()
        asked = factories.request(session, self.shop)
        visit = open_visit(session, asked.id)
        review = submit_written(session, visit, product, None, self.words(f"A{self.at:%H%M%S}"))
        decide(session, review, Decision("publish"), by=API)

    def refuse(self, session: Any) -> None:
        if review := self.pick(session, "pending", "published"):
            decide(session, review, Decision("refuse", "unrelated", "about another shop"), by=API)

    def publish(self, session: Any) -> None:
        if review := self.pick(session, "pending"):
            decide(session, review, Decision("publish"), by=API)

    def redact(self, session: Any) -> None:
        if review := self.pick(session, "published"):
            passage = (Passage("body", 0, 5),)
            told = Decision("redact", "personal_information", "a name", passage)
            decide(session, review, told, by=API)

    def edit(self, session: Any) -> None:
        review = self.pick(session, "published", "refused")
        if review and review.request_id:
            visit = open_visit(session, review.request_id)
            session.refresh(review, ["product", "media"])
            edit_review(session, visit, review, self.words("Edited"))
            if review.state == "pending" and self.random.random() < 0.7:
                decide(session, review, Decision("publish"), by=API)

    def withdraw(self, session: Any) -> None:
        if review := self.pick(session, "published", "pending"):
            session.refresh(review, ["media"])
            withdraw_review(session, review, ACT)

    def reply(self, session: Any) -> None:
        review = self.pick(session, "published")
        if review is None or "chipped" not in review.body:
            return
        session.refresh(review, ["product", "customer"])
        if self.random.random() < 0.3:
            withdraw_reply(session, review, by=API)
        else:
            told = Draft("quality", SAID, "Padding ring in the box from batch 23.", "supplier")
            publish_reply(session, review, told, by=API)

    def erase(self, session: Any) -> None:
        review = self.pick(session, "published", "withdrawn")
        if review and review.customer_id:
            customer = session.get_one(Customer, review.customer_id)
            ask_to_erase(session, customer, ACT, actor="test")

    def import_some(self, session: Any) -> None:
        """As the demo takes over its older reviews: rows first, then one count."""
        product = session.scalars(select(Product).order_by(Product.external_id)).first()
        for _ in range(3):
            values = {"rating": self.random.randint(1, 5), "source": "judgeme"}
            factories.review(
                session, self.shop, product, state="published", published_at=self.at, **values
            )
        recount_listing(session, product.listing_id or product.id)

    def regroup(self, session: Any) -> None:
        group = self.random.choice((None, "pottery"))
        for key in KEYS:
            put_product(session, self.shop.id, key, {"item_group_id": group})

    def twice(self, session: Any) -> None:
        """An event that is told again."""
        if review := self.pick(session, "published", "withdrawn"):
            refresh_review(session, review.id)

    def step(self) -> None:
        """One act, and all that follows from it."""
        self.at += timedelta(seconds=2)
        acts: list[tuple[Callable[[Any], None], int]] = [
            (self.submit, 40), (self.refuse, 6), (self.publish, 8), (self.redact, 6),
            (self.edit, 16), (self.withdraw, 8), (self.reply, 8), (self.erase, 3),
            (self.import_some, 2), (self.regroup, 2), (self.twice, 4),
        ]  # fmt: skip
        (act,) = self.random.choices(*zip(*acts, strict=True))
        with clock.frozen(self.at):
            with self.kit.database.transaction(self.shop.id) as session:
                act(session)
            relay_events(self.kit, SHOWING)
            erase_owed(self.kit, lambda *_: None)
            publish_products(self.kit)
