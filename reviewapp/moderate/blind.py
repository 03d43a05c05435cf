"""A review as a moderator sees it before deciding: there is no place for stars in it (G12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any
from uuid import UUID

from babel import Locale

from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Flag, Review
from reviewapp.moderate.candidate import Candidate
from reviewapp.moderate.media_rules import BY_AUTHOR
from reviewapp.moderate.passages import FIELDS, Piece, marked
from reviewapp.moderate.signals import Span, merged
from reviewapp.moderate.texts import CHOICES, QUESTIONS

SHOWN_MEDIA = ("attached", "ready")


@dataclass(frozen=True)
class FlagLine:
    """A flag as evidence: its sentence and the words it is about."""

    kind: str
    explanation: str
    field: str | None
    words: str
    mark: str
    """What a form sends to name the place: "field:start:end"; "" where there is none."""
    anchor: str
    """The id of the marked words on the page; "" for a flag about the whole."""
    reviews: Sequence[str]
    """Ids of other reviews it is about."""
    reasons: Sequence[tuple[str, str]]
    """What a model went by, each with the id of the marked words; "" about the whole text."""
    language: str
    """The language it seems to be in, by its English name; "" for other flags."""
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """A question of the form and what the author answered."""

    question: str
    pieces: Sequence[Piece]
    field: str
    """The question's id, which flags name."""


@dataclass(frozen=True)
class BlindReview:
    """Everything about the present version but its stars."""

    id: UUID
    version: int
    state: str
    display_name: str
    product: str
    product_url: str | None
    product_image: str | None
    title: Sequence[Piece]
    body: Sequence[Piece]
    answers: Sequence[Answer]
    photos: Sequence[MediaAsset]
    """Photos and films."""
    taken_out: Sequence[MediaAsset]
    """Files that a moderator hid; those the author took away are nobody's to look at."""
    flags: Sequence[FlagLine]
    submitted_at: datetime
    edited_at: datetime | None
    is_edit: bool
    """An earlier version is decided on and stays shown meanwhile."""
    decide_by: datetime | None
    verified_buyer: bool
    incentivized: bool
    source: str
    staff: bool


def blind(review: Review, words: Candidate, labels: Mapping[str, str] | None = None) -> BlindReview:
    """`review` (with product, flags and media loaded) in `words`, without its stars.

    `labels` name the shop's own questions by id.
    """
    flags = [flag for flag in review.flags if flag.version == words.version]
    answers = {
        name: CHOICES.get((name, str(value)), str(value))
        for name, value in words.answers.items()
        if value not in ("", None)
    }
    return BlindReview(
        id=review.id,
        version=words.version,
        state=words.state,
        display_name=words.display_name,
        product=review.product.title,
        product_url=review.product.url,
        product_image=review.product.image_url,
        title=_pieces(words.title, "title", flags),
        body=_pieces(words.body, "body", flags),
        answers=_answers(answers, labels or {}, flags),
        photos=[asset for asset in review.media if asset.state in SHOWN_MEDIA],
        taken_out=_taken_out(review.media),
        flags=_lines(flags, words.texts | answers),
        submitted_at=review.submitted_at,
        edited_at=words.written_at if words.version > 1 else None,
        is_edit=words.is_edit,
        decide_by=review.decide_by,
        verified_buyer=review.verified_buyer,
        incentivized=review.incentivized,
        source=review.source,
        staff=review.relation == "staff",
    )


def _answers(
    answers: Mapping[str, str], labels: Mapping[str, str], flags: Sequence[Flag]
) -> list[Answer]:
    return [
        Answer(labels.get(name) or QUESTIONS.get(name, name), _pieces(text, name, flags), name)
        for name, text in answers.items()
    ]


def _taken_out(media: Sequence[MediaAsset]) -> list[MediaAsset]:
    hidden = (asset for asset in media if asset.state == "hidden")
    return [asset for asset in hidden if asset.hidden_reason != BY_AUTHOR]


def question_labels(questions: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """Labels of a shop's own questions by id, from its settings."""
    return {
        str(question["id"]): str(question.get("label", question["id"]))
        for group in questions.values()
        for question in group
        if "id" in question
    }


def _pieces(text: str, field: str, flags: Sequence[Flag]) -> list[Piece]:
    return marked(text, _marks(field, flags))


def _marks(field: str, flags: Sequence[Flag]) -> list[tuple[Span, str]]:
    """What is marked in this text, and for which kind of flag."""
    marks = [
        (Span(flag.start, flag.end), flag.kind)
        for flag in flags
        if flag.field == field and flag.start is not None and flag.end is not None
    ]
    if field == "body":
        marks += [(span, flag.kind) for flag in flags for span in _places(flag) if span]
    return marks


def _places(flag: Flag) -> list[Span | None]:
    """Where the reasons of a flag about the style of the body stand."""
    return [Span(*place) if place else None for place in flag.detail.get("places", ())]


def _anchor(field: str | None, start: int | None, flags: Sequence[Flag]) -> str:
    """The marked run that holds what begins here: overlapping flags share one."""
    if field is None or start is None:
        return ""
    spans = merged([span for span, _ in _marks(field, flags)])
    first = next((span.start for span in spans if span.end > start), start)
    return f"mark-{field}-{first}"


def _reasons(flag: Flag, flags: Sequence[Flag]) -> list[tuple[str, str]]:
    places = _places(flag)
    told = flag.detail.get("reasons", ())
    return [
        (reason, _anchor("body", place.start if place else None, flags))
        for reason, place in zip_longest(told, places[: len(told)])
    ]


def _language(flag: Flag) -> str:
    code = flag.detail.get("language", "")
    return str(Locale("en").languages.get(code, code))


def _lines(flags: Sequence[Flag], texts: Mapping[str, str]) -> list[FlagLine]:
    """The flags in the order of the text, those about the whole review first."""
    order = {name: place for place, name in enumerate(texts)}
    ordered = sorted(
        flags,
        key=lambda flag: (order.get(flag.field or "", -1), flag.start or 0, flag.kind),
    )
    return [
        FlagLine(
            kind=flag.kind,
            explanation=flag.explanation,
            field=flag.field,
            words=texts.get(flag.field or "", "")[flag.start : flag.end] if flag.field else "",
            mark=f"{flag.field}:{flag.start}:{flag.end}" if flag.field in FIELDS else "",
            anchor=_anchor(flag.field, flag.start, flags),
            reviews=flag.detail.get("reviews", ()),
            reasons=_reasons(flag, flags),
            language=_language(flag),
            detail=flag.detail,
        )
        for flag in ordered
    ]
