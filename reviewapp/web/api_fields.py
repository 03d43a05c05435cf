"""Fields of the API's schemas, with the limits that keep hostile values out of the database."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
LARGEST_AMOUNT = Decimal("999999999999.9999")
DECIMALS = 4
LARGEST_WHOLE = 2_147_483_647


class Text(fields.String):
    """Text of 1 to `most` characters, kept as it is."""

    def __init__(self, most: int = 500, *, least: int = 1, **options: Any) -> None:
        length = validate.Length(least, most)
        super().__init__(validate=[length, *options.pop("validate", [])], **options)


class Instant(fields.AwareDateTime):
    """ISO 8601 with a zone, between 1990 and 2100; handed on and answered in UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        told = super()._deserialize(value, attr, data, **options)
        try:
            instant: datetime = told.astimezone(UTC)
        except OverflowError as error:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from error
        if not EARLIEST <= instant < LATEST:
            raise ValidationError("Must lie between 1990 and 2100.")
        return instant


class Amount(fields.Decimal):
    """Money: 0 to 10¹², at most four decimals; answered as text so that no digit is lost."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("metadata", {})
        options["metadata"] |= {"type": "string", "format": "decimal"}
        super().__init__(as_string=True, validate=amount_in_range, **options)


def amount_in_range(value: Decimal) -> None:
    """Refuse negative, huge and over-precise amounts (ValidationError)."""
    if not value.is_finite() or not 0 <= value <= LARGEST_AMOUNT:
        raise ValidationError("Must be between 0 and 10¹².")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -DECIMALS:
        raise ValidationError(f"At most {DECIMALS} decimals.")


class Whole(fields.Integer):
    """A whole number between `least` and `most`; 1.0 and "1" are not one."""

    def __init__(self, least: int = 0, most: int = LARGEST_WHOLE, **options: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(least, most), **options)


class WebAddress(fields.Url):
    """An http or https address."""

    def __init__(self, **options: Any) -> None:
        length = validate.Length(max=2_000)
        super().__init__(schemes={"http", "https"}, require_tld=False, validate=length, **options)
