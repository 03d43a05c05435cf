"""What questions to people in a picture look like in the JSON API."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from reviewapp.core.i18n import LANGUAGES
from reviewapp.library.depicted import MOST_NOTE
from reviewapp.library.schemas import CHANNEL
from reviewapp.models.release_ask import RELEASE_PARTIES, RELEASE_STATES
from reviewapp.models.rights import USES
from reviewapp.web.api import PageArgs
from reviewapp.web.api_fields import Text

PARTY = {"description": "`depicted`: somebody who can be recognised; `guardian`: of a child."}


class ReleaseAskArgs(PageArgs):
    """Filters of the list of questions."""

    asset = fields.UUID(load_default=None)
    channel = fields.String(load_default=None, validate=validate.OneOf(USES))
    state = fields.String(load_default=None, validate=validate.OneOf(RELEASE_STATES))


class AskPersonArgs(ma.Schema):
    """One person to ask for one use of one file."""

    asset = fields.UUID(required=True, metadata={"description": "Of a photo or film."})
    channel = fields.String(required=True, validate=validate.OneOf(USES), metadata=CHANNEL)
    party = fields.String(required=True, validate=validate.OneOf(RELEASE_PARTIES), metadata=PARTY)
    email = Text(
        254, load_default=None, allow_none=True,
        metadata={"description": "null: nobody is written to, hand the `link` over."},
    )  # fmt: skip
    language = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(LANGUAGES),
        metadata={"description": "Of the letter and the page; null: the review's."},
    )  # fmt: skip
    where = Text(
        MOST_NOTE, load_default="", least=0, metadata={"description": "Shown to whoever is asked."}
    )


class ReleaseAskSchema(ma.Schema):
    """A question to one person, and how it stands."""

    id = fields.UUID(required=True)
    asset = fields.UUID(required=True)
    review = fields.UUID(required=True)
    sha256 = fields.String(required=True, metadata={"description": "Of the file they saw."})
    channel = fields.String(required=True)
    party = fields.String(required=True, metadata=PARTY)
    language = fields.String(required=True)
    where = fields.String(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(RELEASE_STATES),
        metadata={"description": "`withdrawn`: a yes they took back; `taken_back`: by you."},
    )
    by_mail = fields.Boolean(required=True)
    link = fields.String(
        allow_none=True, required=True,
        metadata={"description": "To hand over to that person alone; null: a letter has it, or it "
                                 "is settled."},
    )  # fmt: skip
    asked_at = fields.AwareDateTime(required=True)
    answered_at = fields.AwareDateTime(allow_none=True, required=True)
