"""The review form of a storefront: its fields, what is said where one does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from babel.numbers import format_decimal
from marshmallow import ValidationError, fields

from reviewapp.collect.schemas import (
    NO_BODY,
    NO_NAME,
    NO_RATING,
    SCORES,
    Form,
    OneOf,
    Typed,
    field_name,
    read_answers,
    read_form,
)
from reviewapp.collect.versions import Words
from reviewapp.core.i18n import Translator
from reviewapp.models.form_questions import Question
from reviewapp.outbox.addresses import BadAddress, path_of

NO_EMAIL = "Write your e-mail address, so that you can confirm the review."
BAD_EMAIL = "This is no e-mail address. It should look like name@example.com."
TRAP_FILLED = "Leave this field empty: it is there to tell programs from people."
TRAP = "website"
"""A field people do not see; whatever fills it in is told so, since a browser may have done it."""
FIELDS = ("rating", "title", "body", "display_name", "email", TRAP)


class MailAddress(fields.Field[str]):
    """An address a confirmation can be sent to, as it was typed."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        address = str(value).strip()
        if not address:
            raise ValidationError(NO_EMAIL)
        try:
            path = path_of(address)
        except BadAddress as error:
            raise ValidationError(BAD_EMAIL) from error
        if "." not in path.domain:
            raise ValidationError(BAD_EMAIL)
        return address


class StorefrontForm(Form):
    """Every rating needs the same fields."""

    rating = OneOf(SCORES, NO_RATING)
    title = Typed("title")
    body = Typed("body", missing=NO_BODY, lines=True)
    display_name = Typed("display_name", missing=NO_NAME)
    email = MailAddress()
    website = OneOf(("",), TRAP_FILLED)


@dataclass(frozen=True)
class Filled:
    """A form that was read: values where they fit, and faults in the reader's words by field."""

    words: Words | None
    email: str
    faults: Mapping[str, str] = field(default_factory=dict)


def read(questions: tuple[Question, ...], sent: Mapping[str, Any], say: Translator) -> Filled:
    """What was filled in; `words` is None where anything is wrong."""
    values, faults = read_form(StorefrontForm, {"email": ""} | dict(sent))
    answers, wrong_answers = read_answers(questions, sent)
    told = {
        name: say.gettext(fault.text, most=format_decimal(fault.most, locale=say.locale))
        for name, fault in (faults | wrong_answers).items()
    }
    if told:
        return Filled(None, "", told)
    words = Words(
        rating=int(values["rating"]),
        title=values["title"],
        body=values["body"],
        answers=answers,
        display_name=values["display_name"],
    )
    return Filled(words, values["email"])


def description(questions: tuple[Question, ...], say: Translator) -> list[dict[str, Any]]:
    """The product type's questions as a tag draws them, in the reader's language."""
    return [
        {
            "name": field_name(question),
            "label": _label(question, question.label, say),
            "choices": [
                {"value": choice.value, "label": _label(question, choice.label, say)}
                for choice in question.choices
            ],
        }
        for question in questions
    ]


def _label(question: Question, label: str, say: Translator) -> str:
    return say.gettext(label) if question.built_in else label
