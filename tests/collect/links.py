"""A customer at the pages behind a link: fixtures and the reading of pages."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from reviewapp.core.db import EVERY_SHOP, Base
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer, Order
from reviewapp.models.review_request import ReviewRequest
from tests import factories

REVIEW = {
    "rating": "4",
    "title": "Keeps the tea warm",
    "body": "The glaze is even and the handle fits my hand.",
    "display_name": "Ada Q.",
}


@dataclass
class Link:
    """One customer's link, with a browser behind it."""

    client: FlaskClient
    kit: Kit
    shop: Shop
    request: ReviewRequest
    order: Order
    lines: list[str] = field(default_factory=list)

    @property
    def token(self) -> str:
        return self.kit.links.sign("request", self.request.id)

    def get(self, path: str = "", **options: Any):
        return self.client.get(f"/r/{self.token}{path}", **options)

    def post(self, path: str, data: dict[str, Any], **options: Any):
        answer = self.client.post(f"/r/{self.token}{path}", data=data, **options)
        # The test client keeps large bodies in a file of its own.
        answer.request.environ["wsgi.input"].close()
        return answer

    def answer(self, score: str = "2"):
        return self.post("/experience", {"score": score}, follow_redirects=True)

    def send_review(self, number: int = 0, **values: Any):
        return self.post("/review", REVIEW | {"line": self.lines[number]} | values)

    def ask_for_help(self, **values: Any):
        return self.post("/help", {"route": "damaged", "message": "The handle is off."} | values)


def link_of(
    client: FlaskClient, kit: Kit, session: Session, shop: Shop, *products: Any, **values: Any
) -> Link:
    """A sent request for a delivered order of these products."""
    order = values.pop("order", None) or factories.order(
        session, shop, *products, delivered_days_ago=8
    )
    request = factories.request(session, shop, order, **values)
    rows = session.execute(
        text("SELECT id FROM order_line WHERE order_id = :id ORDER BY id"), {"id": order.id}
    )
    return Link(client, kit, shop, request, order, [str(row.id) for row in rows])


def section(page: str, name: str) -> str:
    """`section#name` of a page, white space evened out."""
    found = re.search(rf'<section[^>]*id="{name}".*?</section>', page, re.S)
    assert found, f"no section {name}"
    return " ".join(found[0].split())


def said(page: str) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"<head>.*?</head>", "", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def counts(kit: Kit) -> dict[str, int]:
    """Rows of every table."""
    with kit.database.transaction(EVERY_SHOP) as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def rows(kit: Kit, model: Any, *criteria: Any) -> list[Any]:
    """Rows of a table in the order of their birth."""
    with kit.database.transaction(EVERY_SHOP) as session:
        return list(session.scalars(select(model).where(*criteria).order_by(model.id)))


def buyer_of(kit: Kit, link: Link) -> Customer:
    """Who the link belongs to."""
    return rows(kit, Customer, Customer.id == link.request.customer_id)[0]
