"""Shapes at the border of the live queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from reviewapp.widgets.rules import STARS

SORTS = ("newest", "oldest", "highest", "lowest")
LIMIT = 20


@dataclass(frozen=True, slots=True)
class ReviewQuery:
    """What a shopper asked for; `after` is the last review seen, as (rating, position)."""

    stars: tuple[int, ...]
    media: bool
    q: str
    sort: str
    limit: int
    after: tuple[int, int] | None


class Stars(fields.Field[tuple[int, ...]]):
    """Stars separated by commas, each 1 to 5."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        parts = str(value).split(",")
        if len(parts) > len(STARS) or not set(parts) <= {str(star) for star in STARS}:
            raise ValidationError("Stars are numbers from 1 to 5, separated by commas.")
        return tuple(sorted({int(part) for part in parts}))


class Cursor(fields.Field[tuple[int, int]]):
    """An opaque place in a list, as a page before handed it out."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        rating, _, position = str(value).partition("-")
        if rating in ("1", "2", "3", "4", "5") and position.isdecimal() and len(position) < 10:
            return int(rating), int(position)
        raise ValidationError("This cursor is not one of ours.")


class ReviewQuerySchema(Schema):
    """`?stars=&media=&q=&sort=&cursor=&limit=`; empty values count as not given."""

    stars = Stars(load_default=STARS)
    media = fields.Boolean(load_default=False)
    q = fields.String(
        load_default="", validate=[validate.Length(max=200), validate.ContainsNoneOf("\0")]
    )
    sort = fields.String(load_default="newest", validate=validate.OneOf(SORTS))
    limit = fields.Integer(load_default=LIMIT, validate=validate.Range(1, 100))
    after = Cursor(data_key="cursor", load_default=None, allow_none=True)

    @post_load
    def build(self, values: dict[str, Any], **kwargs: Any) -> ReviewQuery:
        """The query as a value."""
        return ReviewQuery(**values)
