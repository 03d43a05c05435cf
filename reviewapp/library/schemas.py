"""What content, exports and questions to authors look like in the JSON API."""

from __future__ import annotations

from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from reviewapp.library.exporting import MOST_ITEMS
from reviewapp.models.library import EXPORT_STATES
from reviewapp.models.library_asset import PIECE_KINDS
from reviewapp.models.rights import USES
from reviewapp.web.api import PageArgs
from reviewapp.web.api_fields import Text

CHANNEL = {"description": "Where it is to be used."}
ASSETS = {"description": "Ids of assets; words have the id of their review."}
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)


class AssetArgs(PageArgs):
    """Filters of the list of assets."""

    channel = fields.String(
        load_default=None,
        validate=validate.OneOf(USES),
        metadata={"description": "Only what may be used there now."},
    )
    kind = fields.String(load_default=None, validate=validate.OneOf(PIECE_KINDS[:3]))


class RightSchema(ma.Schema):
    """One use an asset is allowed for."""

    channel = fields.String(required=True)
    until = fields.AwareDateTime(
        allow_none=True, required=True, metadata={"description": "null: until it is taken back."}
    )


class AssetSchema(ma.Schema):
    """A photo, a film or the words of a published review."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    sha256 = fields.String(required=True, metadata={"description": "What permissions bind to."})
    review = fields.UUID(required=True)
    product = fields.String(required=True, metadata={"description": "Its external id."})
    rating = fields.Integer(required=True)
    title = fields.String(required=True)
    body = fields.String(required=True)
    credit = fields.String(required=True, metadata={"description": "The name shown with it."})
    submitted_at = fields.AwareDateTime(required=True)
    width = fields.Integer(allow_none=True)
    height = fields.Integer(allow_none=True)
    duration_ms = fields.Integer(allow_none=True)
    rights = fields.List(
        fields.Nested(RightSchema),
        required=True,
        metadata={"description": "What its author allows. Whether a person looked at it, and "
                                 "whose release is missing, is asked when it is exported."},
    )  # fmt: skip
    used = fields.Boolean(required=True, metadata={"description": "Taken out before."})


class Day(fields.Date):
    """A day, ISO 8601."""

    def __init__(self, **options: Any) -> None:
        span = validate.Range(FIRST_DAY, LAST_DAY)
        super().__init__(format="iso", validate=span, **options)


class PlanArgs(ma.Schema):
    """What content is wanted for."""

    channel = fields.String(required=True, validate=validate.OneOf(USES), metadata=CHANNEL)
    assets = fields.List(
        fields.UUID(),
        required=True,
        validate=validate.Length(1, MOST_ITEMS),
        metadata=ASSETS,
    )
    until = Day(
        load_default=None, allow_none=True, metadata={"description": "The last day, inclusive."}
    )


class NewExportSchema(PlanArgs):
    """Content to take out."""

    where = Text(200, required=True, metadata={"description": "Where it will run."})


class AskArgs(PlanArgs):
    """Authors to ask for a permission."""

    where = Text(200, load_default="", least=0, metadata={"description": "Shown to the author."})
    longer = fields.Boolean(
        load_default=False,
        metadata={"description": "Whether what is allowed with an end may run until `until`."},
    )


class ExportItemSchema(ma.Schema):
    """One piece of an export."""

    review = fields.UUID(attribute="review_id", required=True)
    asset = fields.UUID(attribute="asset_id", allow_none=True, required=True)
    sha256 = fields.String(attribute="subject_sha256", required=True)
    permission = fields.String(
        attribute="permission_hash",
        required=True,
        metadata={"description": "Hash of the ledger entry under which it left."},
    )


class ExportSchema(ma.Schema):
    """What was taken out, for what and until when."""

    id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(EXPORT_STATES))
    channel = fields.String(attribute="use", required=True)
    where = fields.String(attribute="place", required=True)
    until = fields.Date(allow_none=True, required=True)
    created_at = fields.AwareDateTime(required=True)
    failure = fields.String(allow_none=True)
    sha256 = fields.String(allow_none=True, metadata={"description": "Of the bundle."})
    items = fields.List(fields.Nested(ExportItemSchema), required=True)


class AskedSchema(ma.Schema):
    """A question that was sent to an author."""

    id = fields.UUID(required=True)
    review = fields.UUID(attribute="review_id", required=True)
    channel = fields.String(attribute="use", required=True)
    state = fields.String(required=True)
    until = fields.Date(attribute="ends_on", allow_none=True, required=True)
    asked_at = fields.AwareDateTime(required=True)


class NotAskedSchema(ma.Schema):
    """An author who was not asked, and why."""

    review = fields.UUID(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)


class AskingSchema(ma.Schema):
    """Who was asked and who was not."""

    asked = fields.List(fields.Nested(AskedSchema), required=True)
    not_asked = fields.List(fields.Nested(NotAskedSchema), required=True)
