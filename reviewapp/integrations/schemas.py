"""Products, orders and events as programs send and read them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

import marshmallow as ma
from marshmallow import ValidationError, fields, validate

from reviewapp.integrations.rules import mail_address
from reviewapp.models.catalog import EVENT_TYPES
from reviewapp.web.api_fields import Amount, Instant, Text, WebAddress, Whole

ID_CHARACTERS = 200
PRODUCT_ID_BYTES = 149
"""A product's documents lie in a folder named after it, as base64url where need be."""
LINES_AT_MOST = 500


def fits_a_folder(external_id: str) -> None:
    """Refuse a product id whose folder no file system could name."""
    if len(external_id.encode("utf-8", "surrogatepass")) > PRODUCT_ID_BYTES:
        raise ValidationError(f"Longer than maximum length {PRODUCT_ID_BYTES} bytes.")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def known_zone(value: str) -> None:
    """Refuse what is not an IANA time zone (ValidationError)."""
    if value not in _zones():
        raise ValidationError("Not an IANA time zone such as Europe/Berlin.")


def known_address(value: str) -> None:
    """Refuse an address no letter could reach (ValidationError)."""
    if mail_address(value) is None:
        raise ValidationError("Not a mail address.")


LOCALE = validate.Regexp(
    r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}\Z", error="Not a language such as de or pt-BR."
)
COUNTRY = validate.Regexp(r"[A-Z]{2}\Z", error="Two capital letters, ISO 3166, such as DE.")
CURRENCY = validate.Regexp(r"[A-Z]{3}\Z", error="Three capital letters, ISO 4217, such as EUR.")


class ProductFactsSchema(ma.Schema):
    """What a shop tells of a product; what is not told stays as it is."""

    title = Text(500)
    url = WebAddress(allow_none=True)
    image_url = WebAddress(allow_none=True)
    brand = Text(200, allow_none=True)
    gtin = fields.String(
        allow_none=True,
        validate=validate.Regexp(r"\d{8}(\d{4,6})?\Z", error="8, 12, 13 or 14 digits."),
        metadata={"description": "GTIN-8, -12, -13 or -14."},
    )
    mpn = Text(100, allow_none=True)
    sku = Text(100, allow_none=True)
    product_type = Text(200, allow_none=True)
    tags = fields.List(Text(100), validate=validate.Length(max=50))
    usage_days = Whole(
        0,
        365,
        allow_none=True,
        metadata={
            "description": "Days until an honest opinion exists; null: by type, tag or shop."
        },
    )
    excluded = fields.Boolean(
        truthy={True}, falsy={False}, metadata={"description": "Nobody is asked about it."}
    )
    item_group_id = Text(
        ID_CHARACTERS,
        allow_none=True,
        metadata={"description": "Variants with the same one show one set of reviews."},
    )


class SummarySchema(ma.Schema):
    """All published reviews of a product, or of its group, in numbers."""

    count = fields.Integer()
    average = fields.Float(metadata={"description": "To one decimal; 0 without a review."})
    histogram = fields.Function(
        lambda summary: {str(star): n for star, n in enumerate(summary.histogram, start=1)},
        metadata={
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "Counts by star, 1 to 5.",
        },
    )


class ProductSchema(ProductFactsSchema):
    """A product."""

    external_id = Text(ID_CHARACTERS)
    summary = fields.Nested(
        SummarySchema,
        allow_none=True,
        dump_only=True,
        metadata={"description": "null: nothing was published yet."},
    )
    created_at = Instant()
    updated_at = Instant()


class LineFactsSchema(ma.Schema):
    """One line as a shop tells it."""

    external_id = Text(ID_CHARACTERS, required=True)
    product = Text(
        PRODUCT_ID_BYTES,
        required=True,
        validate=[fits_a_folder],
        metadata={"description": "The product's external_id; an unknown one is created bare."},
    )
    quantity = Whole(1, 1_000_000)
    price = Amount(allow_none=True, metadata={"description": "Of one piece."})


class OrderFactsSchema(ma.Schema):
    """What a shop tells of an order; what is not told stays as it is."""

    email = fields.String(
        required=True,
        validate=known_address,
        metadata={"format": "email", "description": "The buyer; one person per address."},
    )
    name = Text(200, allow_none=True)
    locale = fields.String(allow_none=True, validate=LOCALE)
    country = fields.String(allow_none=True, validate=COUNTRY)
    time_zone = fields.String(allow_none=True, validate=known_zone)
    ordered_at = Instant(required=True)
    promised_at = Instant(
        allow_none=True, metadata={"description": "When the parcel was promised to arrive."}
    )
    currency = fields.String(allow_none=True, validate=CURRENCY)
    total = Amount(allow_none=True)
    tags = fields.List(Text(100), validate=validate.Length(max=50))
    lines = fields.List(
        fields.Nested(LineFactsSchema),
        required=True,
        validate=validate.Length(1, LINES_AT_MOST),
        metadata={"description": "Lines not named again stay; take one out by a cancelled event."},
    )

    @ma.validates_schema
    def lines_are_told_once(self, data: dict[str, Any], **options: Any) -> None:
        """Two lines of one id would leave open which is meant."""
        seen: set[str] = set()
        for place, line in enumerate(data.get("lines", ())):
            if line["external_id"] in seen:
                raise ValidationError({"lines": {place: {"external_id": ["Stands twice."]}}})
            seen.add(line["external_id"])


class OrderLineSchema(ma.Schema):
    """One line with what became of it; each instant is the earliest that was told."""

    external_id = fields.String()
    product = fields.String(attribute="product.external_id")
    quantity = fields.Integer()
    price = Amount(allow_none=True)
    shipped_at = Instant(allow_none=True)
    delivered_at = Instant(allow_none=True)
    cancelled_at = Instant(allow_none=True)
    lost_at = Instant(allow_none=True)
    refunded_at = Instant(allow_none=True)
    returned_at = Instant(allow_none=True)


class OrderSchema(ma.Schema):
    """An order."""

    external_id = fields.String()
    email = fields.String(attribute="customer.email", allow_none=True)
    name = fields.String(attribute="customer.name", allow_none=True)
    locale = fields.String(allow_none=True)
    country = fields.String(allow_none=True)
    time_zone = fields.String(allow_none=True)
    ordered_at = Instant()
    promised_at = Instant(allow_none=True)
    currency = fields.String(allow_none=True)
    total = Amount(allow_none=True)
    tags = fields.List(fields.String())
    tracking = fields.String(allow_none=True)
    lines = fields.List(fields.Nested(OrderLineSchema))
    created_at = Instant()


class OrderEventSchema(ma.Schema):
    """Something that happened to an order, told in any order and as often as you like."""

    type = fields.String(required=True, validate=validate.OneOf(EVENT_TYPES))
    at = Instant(required=True)
    lines = fields.List(
        Text(ID_CHARACTERS),
        load_default=list,
        validate=validate.Length(max=LINES_AT_MOST),
        metadata={"description": "external_id of the lines it is about; empty: the whole order."},
    )
    tracking = Text(200, allow_none=True, load_default=None)
