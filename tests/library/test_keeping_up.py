"""Whatever is done in whatever order, the library's rows are what making them anew gives."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Invalid
from reviewapp.library import projecting
from reviewapp.library.marking import add_excerpt, star
from reviewapp.media import service as media
from reviewapp.models.catalog import Product
from reviewapp.models.library_asset import LibraryAsset, LibraryWord
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.outbox.messages import emit
from reviewapp.reactions import AFTER
from reviewapp.rights.ledger import Act, Subject, Terms
from reviewapp.rights.service import grant, withdraw
from tests import factories
from tests.library.shelf import NOW, asset_of, shown_review

ACT = Act("en", {"action": "test"})
ACTS = ("grant", "term", "withdraw", "hide", "refuse", "publish", "redact", "rename", "star",
        "excerpt", "day", "erase")  # fmt: skip


class Shelf:
    """A shop with two reviews, and the acts that may befall them."""

    def __init__(self, kit, session, shop, member):
        self.kit, self.session, self.shop, self.member = kit, session, shop, member
        self.product = factories.product(session, shop, title="Blue mug", tags=["Tea"])
        self.reviews = []
        for number in range(2):
            review = shown_review(
                session, shop, self.product, body=f"Number {number} keeps the tea warm.",
                customer_id=factories.customer(session, shop).id,
            )  # fmt: skip
            asset_of(session, review)
            self.reviews.append(review.id)
            self._tell("review.published", review_id=review.id)

    def do(self, act, which):
        """One act, then the reactions that follow it in the product."""
        review = self.session.get(Review, self.reviews[which])
        if review is not None:
            getattr(self, f"_{act}")(review)
            self.session.flush()

    def _tell(self, name, **told):
        event = emit(self.session, name, shop_id=self.shop.id, **told)
        self._follow(event)

    def _follow(self, event):
        for reaction in AFTER[event.name]:
            if reaction.__module__ == projecting.__name__:
                reaction(self.session, self.kit, event)

    def _asset(self, review):
        found = select(MediaAsset).where(MediaAsset.review_id == review.id)
        return self.session.scalars(found).one()

    def _grant(self, review, terms=None, use="ads"):
        subject = Subject(self._asset(review).sha256)
        grant(self.session, review, use, [subject], ACT, terms)
        self._tell("permission.granted", review_id=review.id, use=use)

    def _term(self, review):
        terms = Terms(clock.now() + timedelta(days=2), clock.now() + timedelta(days=4))
        self._grant(review, terms, "print")

    def _withdraw(self, review):
        withdraw(self.session, review, ACT)
        self._tell("permission.withdrawn", review_id=review.id, use="ads")

    def _hide(self, review):
        asset = self._asset(review)
        if asset.state == "ready":
            media.hide(self.session, asset, "unrelated")
            self._tell("media.hidden", review_id=review.id)

    def _refuse(self, review):
        review.state = "refused"
        self._tell("review.refused", review_id=review.id)

    def _publish(self, review):
        review.state = "published"
        self._tell("review.published", review_id=review.id)

    def _redact(self, review):
        review.redactions = [{"field": "body", "start": 0, "end": 12, "reason": "unrelated"}]
        self._tell("review.redacted", review_id=review.id)

    def _rename(self, review):
        product = self.session.get_one(Product, self.product.id)
        product.title = f"{product.title} again"
        self._tell("product.changed", product_id=product.id)

    def _star(self, review):
        found = select(LibraryAsset).where(LibraryAsset.review_id == review.id)
        star(self.session, self.session.scalars(found).all(), on=True, by=self.member)

    def _excerpt(self, review):
        with suppress(Invalid):  # redacted words are not there to be marked
            add_excerpt(self.session, review, "keeps the tea", by=self.member)

    def _day(self, review):
        clock._frozen_at += timedelta(days=1)
        self.due()

    def _erase(self, review):
        self.session.execute(text("SELECT set_config('reviewapp.erasing', 'on', true)"))
        self.session.execute(delete(MediaAsset).where(MediaAsset.review_id == review.id))
        self.session.execute(delete(Review).where(Review.id == review.id))
        self.session.expire_all()

    def due(self):
        """What the errand "library" would do by now."""
        found = select(LibraryAsset.review_id).where(LibraryAsset.due_at <= clock.now())
        if due := self.session.scalars(found.distinct()).all():
            projecting.keep_pieces(self.session, due)

    def rows(self):
        """Everything the library looks through."""
        tables = (LibraryAsset.__table__, LibraryWord.__table__)
        return [sorted(map(repr, self.session.execute(select(table)))) for table in tables]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1)), max_size=12))
def test_the_rows_are_what_making_them_anew_gives(kit, acts):
    with kit.database.open(EVERY_SHOP) as session, clock.frozen(NOW):
        shop = factories.shop(session)
        shelf = Shelf(kit, session, shop, factories.member(session, shop, "marketer"))
        for act, which in acts:
            shelf.do(act, which)
        shelf.due()
        kept = shelf.rows()
        session.execute(delete(LibraryAsset))
        session.execute(delete(LibraryWord))
        projecting.keep_pieces(session, session.scalars(select(Review.id)).all())
        assert shelf.rows() == kept
        session.rollback()
