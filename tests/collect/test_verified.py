from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.models.catalog import OrderLine
from reviewapp.models.review import Review
from tests.collect.links import rows


def test_an_expired_link_takes_a_review_unverified(open_link):
    link = open_link(expires_at=clock.now() - timedelta(days=1))
    assert "This link is old" in link.get().text
    assert link.send_review().status_code == 303
    assert not rows(link.kit, Review)[0].verified_buyer


def test_a_shipped_order_verifies_where_no_delivery_is_told(open_link, committed):
    link = open_link()
    with committed() as session:
        for line in session.scalars(select(OrderLine)):
            line.shipped_at, line.delivered_at = line.delivered_at, None
    link.send_review()
    assert rows(link.kit, Review)[0].verified_buyer


def test_a_lost_parcel_verifies_nobody(open_link, committed):
    link = open_link()
    with committed() as session:
        for line in session.scalars(select(OrderLine)):
            line.shipped_at, line.delivered_at = line.delivered_at, None
            line.lost_at = clock.now()
    link.send_review()
    assert not rows(link.kit, Review)[0].verified_buyer
