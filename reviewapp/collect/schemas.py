"""The forms behind a link: what each field takes, and what is said where it does not fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from reviewapp.models.case import ROUTES
from reviewapp.models.form_questions import Question
from reviewapp.models.rights import USES

MOST_CHARS = {"title": 120, "body": 5000, "display_name": 60, "message": 5000, "answer": 500}
SCORES = ("1", "2", "3", "4", "5")

NO_SCORE = "Choose one of the five answers, or skip the question."
NO_RATING = "Choose one to five stars."
NO_ROUTE = "Choose what it is about."
NO_MESSAGE = "Write a sentence or two, so that the shop can help."
NO_BODY = "Write a few words about it."
NO_NAME = "Choose a name to be shown with your review."
NO_SUCH_USE = "Choose from the list."
TOO_LONG = "This is longer than %(most)s characters. Please shorten it."
UNPRINTABLE = "This text holds characters that cannot be shown. Please type it anew."

_LINE_END = re.compile(r"\r\n?|\u2028|\u2029|\x85")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field: an English message id and its values."""

    text: str
    most: int = 0


class Typed(fields.Field[str]):
    """Text somebody typed: line ends unified, blanks around it dropped, nothing else changed."""

    def __init__(self, name: str, *, missing: str = "", lines: bool = False) -> None:
        super().__init__(load_default="")
        self.most_chars = MOST_CHARS[name]
        self.missing = missing
        self.lines = lines

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = _LINE_END.sub("\n", str(value)).strip()
        if not self.lines:
            text = " ".join(text.split())
        if any(unicodedata.category(char) in ("Cc", "Cs") for char in text if char not in "\n\t"):
            raise ValidationError(UNPRINTABLE)
        if len(text) > self.most_chars:
            raise ValidationError(TOO_LONG)
        if self.missing and not _says_something(text):
            raise ValidationError(self.missing)
        return text


class OneOf(fields.Field[str]):
    """One of the values the form offers; `missing` is said where none or another came."""

    def __init__(self, values: Iterable[str], missing: str) -> None:
        super().__init__(load_default="")
        self.values, self.missing = tuple(values), missing

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if value not in self.values:
            raise ValidationError(self.missing)
        return str(value)


class Form(Schema):
    """A form's fields; what it does not know is not read."""

    class Meta:
        """A browser may send more than was asked for."""

        unknown = EXCLUDE


class ExperienceForm(Form):
    """`form#experience`; no score at all skips the question (G7)."""

    score = OneOf(("", *SCORES), NO_SCORE)


class HelpForm(Form):
    """`form#help`."""

    route = OneOf(ROUTES, NO_ROUTE)
    message = Typed("message", missing=NO_MESSAGE, lines=True)


class ReviewForm(Form):
    """`form#review` without its product type's questions; every rating needs the same fields."""

    rating = OneOf(SCORES, NO_RATING)
    title = Typed("title")
    body = Typed("body", missing=NO_BODY, lines=True)
    display_name = Typed("display_name", missing=NO_NAME)
    permission = fields.List(OneOf(USES, NO_SUCH_USE), load_default=list)
    contents = fields.List(fields.String(), load_default=list)
    """What can be seen in the files (P5), known values only."""


def read_form(
    schema: type[Form], sent: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Fault]]:
    """The clean values and what is wrong, by field; a required field that never came is wrong."""
    form = schema()
    complete = {name: "" for name, field in form.fields.items() if isinstance(field, Typed | OneOf)}
    try:
        return dict(form.load(complete | dict(sent))), {}
    except ValidationError as error:
        faults = {name: _fault(name, told) for name, told in error.messages_dict.items()}
        return dict(error.valid_data or {}), faults


def read_answers(
    questions: Sequence[Question], sent: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, Fault]]:
    """Answers by question id, unanswered ones left out; `sent` and faults by `field_name`."""
    answers: dict[str, str] = {}
    faults: dict[str, Fault] = {}
    for question in questions:
        name = field_name(question)
        try:
            answer = _answer_field(question).deserialize(sent.get(name, ""))
        except ValidationError as error:
            faults[name] = Fault(str(error.messages[0]), MOST_CHARS["answer"])
            continue
        if answer:
            answers[question.id] = answer
    return answers, faults


def field_name(question: Question) -> str:
    """The form field of a question."""
    return f"question_{question.id}"


def _answer_field(question: Question) -> fields.Field[str]:
    if question.choices:
        return OneOf(("", *(choice.value for choice in question.choices)), NO_SUCH_USE)
    return Typed("answer", lines=True)


def _fault(name: str, told: Any) -> Fault:
    while not isinstance(told, str):
        told = next(iter(told.values() if isinstance(told, dict) else told))
    return Fault(told, MOST_CHARS.get(name, 0))


def _says_something(text: str) -> bool:
    """Whether anything can be seen: blanks and invisible format characters alone do not count."""
    return any(unicodedata.category(char)[0] not in "ZC" for char in text)
