"""A shopper who writes a review from a product's page: what is sent, mailed and confirmed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.outbox import Mail
from tests.collect.links import rows

ADA = "ada@customers.example"
WRITTEN = {
    "rating": "2",
    "title": "Smaller than it looks",
    "body": "It holds one cup and no more. The glaze is even.",
    "display_name": "Ada Q.",
    "email": ADA,
    "lang": "en",
}


@dataclass
class Shopper:
    """Somebody on a product's page, without cookies or a link."""

    client: FlaskClient
    kit: Kit
    shop: Shop
    product: Product

    @property
    def address(self) -> str:
        return f"/w/v1/{self.shop.widget_key}/products/{self.product.external_id}"

    def send(self, **values: Any):
        return self.client.post(f"{self.address}/reviews", data=WRITTEN | values)

    def letters(self) -> list[Mail]:
        return rows(self.kit, Mail, Mail.letter == "review_confirm")

    def confirm_path(self, number: int = -1) -> str:
        url = self.letters()[number].params["confirm_url"]
        return re.sub(r"^http://localhost", "", url)

    def confirm(self, number: int = -1):
        return self.client.post(self.confirm_path(number))
