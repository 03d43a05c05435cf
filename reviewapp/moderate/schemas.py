"""What decisions and answers look like at the border: forms of the admin, JSON of the API."""

from __future__ import annotations

import re
from collections.abc import Iterable

import marshmallow as ma
from marshmallow import validate

from reviewapp.core.errors import Invalid
from reviewapp.models.review import REVIEW_STATES
from reviewapp.moderate.candidate import Candidate
from reviewapp.moderate.carrying_out import Decision
from reviewapp.moderate.passages import FIELDS, Passage, find_passages
from reviewapp.moderate.replies import REPLY_PLACES
from reviewapp.moderate.reply_rules import LONGEST_IMPROVEMENT, LONGEST_REPLY, REPLY_KINDS
from reviewapp.moderate.rules import MOST_DAYS, REASONS_BY_ACTION
from reviewapp.moderate.service import LONGEST_NOTE

LONGEST_PASSAGE = 5_000
MOST_PASSAGES = 50
NOT_FOUND = "These words do not stand in the review: “{}”. Copy them exactly."

_MARK = re.compile(r"(title|body):(\d{1,6}):(\d{1,6})")
_REASONS = sorted({reason for reasons in REASONS_BY_ACTION.values() for reason in reasons})


def decision_of(
    words: Candidate,
    *,
    action: str,
    reason: str | None = None,
    note: str = "",
    typed: Iterable[str] = (),
    marks: Iterable[str] = (),
    hold_days: int | None = None,
) -> Decision:
    """The decision that was asked for, its passages found in the review's words.

    `typed` are quoted words, `marks` places of flags ("body:4:9"). Invalid names words that do
    not stand in the review.
    """
    texts = words.texts
    passages, unknown = [], []
    for quoted in [line.strip() for line in typed if line.strip()][:MOST_PASSAGES]:
        found = find_passages(texts, quoted[:LONGEST_PASSAGE])
        passages += found
        unknown += [] if found else [NOT_FOUND.format(quoted[:80])]
    for mark in list(marks)[:MOST_PASSAGES]:
        match = _MARK.fullmatch(mark)
        passage = match and Passage(match[1], int(match[2]), int(match[3]))
        if passage and passage.start < passage.end <= len(texts[passage.field]):
            passages.append(passage)
    if unknown:
        raise Invalid(fields={"passage": unknown})
    return Decision(action, reason or None, note, tuple(passages), hold_days)


class PassageSchema(ma.Schema):
    """A passage that was taken out, in code points of the field."""

    field = ma.fields.String(validate=validate.OneOf(FIELDS), required=True)
    start = ma.fields.Integer(required=True)
    end = ma.fields.Integer(required=True)
    reason = ma.fields.String(required=True)


class DecisionArgs(ma.Schema):
    """A decision on a review."""

    action = ma.fields.String(
        required=True,
        validate=validate.OneOf(list(REASONS_BY_ACTION)),
        metadata={"description": "`redact` publishes without the passages named."},
    )
    reason = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(_REASONS),
        metadata={"description": "Needed for all but `publish`. There is none for an opinion."},
    )
    note = ma.fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_NOTE),
        metadata={"description": "Needed for all but `publish`. A refused author reads it."},
    )
    passages = ma.fields.List(
        ma.fields.String(validate=validate.Length(1, LONGEST_PASSAGE)),
        load_default=list,
        validate=validate.Length(max=MOST_PASSAGES),
        metadata={
            "description": "Exact words. `redact`: what is taken out, wherever it stands; "
            "`refuse`: what the refusal is about, quoted to the author."
        },
    )
    hold_days = ma.fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, MOST_DAYS),
        metadata={"description": "With `hold`: after so many days it is published by itself."},
    )
    version = ma.fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        metadata={"description": "The version you decided on; 409 when the author changed it."},
    )


class DecisionSchema(ma.Schema):
    """A decision as it is on record."""

    action = ma.fields.String()
    reason = ma.fields.String(allow_none=True)
    note = ma.fields.String()
    actor = ma.fields.String(metadata={"description": "member, api, clock or author."})
    version = ma.fields.Integer()
    decided_at = ma.fields.AwareDateTime()
    rules_version = ma.fields.String()


class FlagSchema(ma.Schema):
    """A signal for a person, never a verdict; computed without the stars."""

    kind = ma.fields.String()
    explanation = ma.fields.String()
    field = ma.fields.String(allow_none=True)
    start = ma.fields.Integer(allow_none=True)
    end = ma.fields.Integer(allow_none=True)


class ReplyArgs(ma.Schema):
    """The shop's public answer."""

    body = ma.fields.String(required=True, validate=validate.Length(1, LONGEST_REPLY))
    improvement = ma.fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_IMPROVEMENT),
        metadata={"description": "What changes because of this review; for the team only."},
    )
    kind = ma.fields.String(required=True, validate=validate.OneOf(REPLY_KINDS))
    place = ma.fields.String(
        load_default="other",
        validate=validate.OneOf(REPLY_PLACES),
        metadata={"description": "Where it changes; `nothing`: the words say why nothing does."},
    )


class ReplySchema(ma.Schema):
    """The answer that stands under the review, or waits for a second person."""

    body = ma.fields.String()
    improvement = ma.fields.String()
    kind = ma.fields.String()
    place = ma.fields.String()
    published_at = ma.fields.AwareDateTime(
        allow_none=True, metadata={"description": "null while it waits for a second person."}
    )
    warnings = ma.fields.List(
        ma.fields.String(), metadata={"description": "What a person should look at again."}
    )


class EditSchema(ma.Schema):
    """A change of a published review that waits for a decision."""

    version = ma.fields.Integer()
    state = ma.fields.String()
    title = ma.fields.String()
    body = ma.fields.String()
    display_name = ma.fields.String()
    sent_at = ma.fields.AwareDateTime()


class ReviewSchema(ma.Schema):
    """A review. `rating` is left out while it waits, for keys that may decide on it."""

    id = ma.fields.UUID()
    product = ma.fields.String(metadata={"description": "The product's external id."})
    state = ma.fields.String(validate=validate.OneOf(REVIEW_STATES))
    rating = ma.fields.Integer(
        metadata={"description": "1 to 5; absent until decided, for keys that may decide (blind)."}
    )
    title = ma.fields.String()
    body = ma.fields.String()
    answers = ma.fields.Dict(keys=ma.fields.String())
    display_name = ma.fields.String()
    language = ma.fields.String()
    version = ma.fields.Integer()
    edit = ma.fields.Nested(
        EditSchema,
        allow_none=True,
        metadata={
            "description": "The author's newer version; this one stays shown until it is decided."
        },
    )
    submitted_at = ma.fields.AwareDateTime()
    edited_at = ma.fields.AwareDateTime(allow_none=True)
    decide_by = ma.fields.AwareDateTime(
        allow_none=True, metadata={"description": "When it is published by itself."}
    )
    published_at = ma.fields.AwareDateTime(allow_none=True)
    verified_buyer = ma.fields.Boolean()
    incentivized = ma.fields.Boolean()
    source = ma.fields.String()
    photos = ma.fields.Integer(metadata={"description": "How many photos came with it."})
    redactions = ma.fields.List(ma.fields.Nested(PassageSchema))
    flags = ma.fields.List(ma.fields.Nested(FlagSchema))
    decisions = ma.fields.List(ma.fields.Nested(DecisionSchema))
    reply = ma.fields.Nested(ReplySchema, allow_none=True)
