"""Shapes at the border of storefronts: live queries, votes, reports, questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from reviewapp.models.feedback import REPORT_REASONS
from reviewapp.outbox.addresses import BadAddress, path_of
from reviewapp.widgets.live_queries import Wanted
from reviewapp.widgets.rules import STARS

SORTS = ("newest", "oldest", "highest", "lowest", "helpful")
LIMIT = 20
TRAP_FILLED = "Leave this field empty: it is there to tell programs from people."


MEDIA = ("photo", "video", "1", "0")


@dataclass(frozen=True, slots=True)
class ReviewQuery:
    """What a shopper asked for, and how many at once."""

    wanted: Wanted
    limit: int


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
        rank, _, position = str(value).partition("-")
        if _is_number(rank, 15) and _is_number(position, 9):
            return int(rank), int(position)
        raise ValidationError("This cursor is not one of ours.")


class AttributeChoice(fields.Field[tuple[str, str]]):
    """`id:value`, as the head's `attributes` name them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        name, colon, choice = str(value).partition(":")
        if not (name and colon and choice) or len(str(value)) > 200 or "\0" in str(value):
            raise ValidationError("An attribute is its id, a colon and one of its values.")
        return name, choice


class Language(fields.Field[str]):
    """A language such as `en`; what comes behind a hyphen is not looked at."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = re.fullmatch(r"([A-Za-z]{2,8})([-_][A-Za-z0-9]{1,8}){0,3}", str(value), re.ASCII)
        if not found:
            raise ValidationError("A language is named by a code such as en.")
        return found[1].lower()


class ReviewQuerySchema(Schema):
    """The parameters of a live query; empty ones count as not given."""

    stars = Stars(load_default=STARS)
    media = fields.String(load_default="", validate=validate.OneOf(MEDIA))
    language = Language(load_default="")
    attribute = AttributeChoice(load_default=None, allow_none=True)
    q = fields.String(
        load_default="", validate=[validate.Length(max=200), validate.ContainsNoneOf("\0")]
    )
    sort = fields.String(load_default="newest", validate=validate.OneOf(SORTS))
    limit = fields.Integer(load_default=LIMIT, validate=validate.Range(1, 100))
    after = Cursor(data_key="cursor", load_default=None, allow_none=True)

    @post_load
    def build(self, values: dict[str, Any], **kwargs: Any) -> ReviewQuery:
        """The query as a value."""
        limit, words = values.pop("limit"), values.pop("q")
        values["media"] = values["media"].strip("0")
        return ReviewQuery(Wanted(words=words, **values), limit)


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= most


class Words(fields.String):
    """A text as people type it: no NUL, no blanks around, at most `most` characters."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=most), **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        cleaned = text.replace("\0", "").replace("\r\n", "\n").strip()
        if not cleaned and self.required:
            raise self.make_error("required")
        return cleaned


class MailAddress(fields.Field[str | None]):
    """An address an answer can be mailed to; empty counts as none."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str | None:
        address = str(value).strip()
        if not address:
            return None
        try:
            path = path_of(address)
        except BadAddress as error:
            raise ValidationError("This is no e-mail address.") from error
        if "." not in path.domain:
            raise ValidationError("This is no e-mail address.")
        return address


class VoteSchema(Schema):
    """`{"helpful": true | false}`."""

    helpful = fields.Boolean(required=True)


class ReportSchema(Schema):
    """`{"reason", "note", "email", "lang"}`; "other" needs a note."""

    reason = fields.String(required=True, validate=validate.OneOf(REPORT_REASONS))
    note = Words(2000, load_default="")
    email = MailAddress(load_default=None, allow_none=True)
    lang = Words(40, load_default="")

    @validates_schema
    def explained(self, values: dict[str, Any], **kwargs: Any) -> None:
        """Without one of the reasons a person needs words to look into."""
        if values.get("reason") == "other" and not values.get("note"):
            raise ValidationError("Say what is wrong.", "note")


class QuestionSchema(Schema):
    """`{"body", "author", "email", "lang"}`."""

    body = Words(1000, required=True)
    author = Words(80, load_default="")
    website = fields.String(load_default="", validate=validate.Length(max=0, error=TRAP_FILLED))
    """A field people do not see."""
    email = MailAddress(load_default=None, allow_none=True)
    lang = Words(40, load_default="")
