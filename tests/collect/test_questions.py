"""Questions by product type, and the forms' own reading of what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.collect.answering import help_look
from reviewapp.collect.schemas import (
    MOST_CHARS,
    Form,
    HelpForm,
    ReviewForm,
    field_name,
    read_answers,
    read_form,
)
from reviewapp.core.i18n import LANGUAGES, translator
from reviewapp.models.form_questions import BUILT_IN, MOST_QUESTIONS, questions_for

OWN = {
    "Mattress": [
        {"use": "result"},
        {"id": "nights", "label": {"en": "How many nights?", "de": "Wie viele Nächte?"}},
        {
            "id": "side",
            "label": "Which side?",
            "choices": [{"value": "l", "label": "Left"}, {"value": "r", "label": "Right"}],
        },
    ]
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("product_type", "ids"),
    [
        (None, ["use", "delivery"]),
        ("tableware", ["use", "delivery"]),
        ("Women's Clothing", ["fit", "use", "delivery"]),
        ("Skin care", ["result", "use", "delivery"]),
    ],
)
def test_a_product_type_brings_its_questions(product_type, ids):
    assert [question.id for question in questions_for(product_type, {}, "en")] == ids


def test_the_shops_own_questions_take_their_place_in_the_readers_language():
    shown = questions_for("mattress", OWN, "de")
    assert [question.label for question in shown[1:]] == ["Wie viele Nächte?", "Which side?"]
    assert questions_for("mattress", OWN, "fr")[1].label == "How many nights?"
    assert [choice.value for choice in shown[2].choices] == ["l", "r"]
    assert questions_for("pillow", OWN | {"*": []}, "en") == ()


@given(st.dictionaries(st.sampled_from(["*", "mug"]), ANYTHING))
def test_no_setting_breaks_the_form(configured):
    shown = questions_for("mug", configured, "en")
    assert len(shown) <= MOST_QUESTIONS
    assert len({question.id for question in shown}) == len(shown)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_built_in_questions_are_translated(language):
    for question in BUILT_IN.values():
        for label in (question.label, *(choice.label for choice in question.choices)):
            assert translator(language).gettext(label) != label


@given(st.text(max_size=200))
def test_typed_text_is_kept_but_for_blanks_and_line_ends(body):
    sent = {"route": "other", "message": body}
    values, faults = read_form(HelpForm, sent)
    if faults:
        assert set(faults) == {"message"}
        return
    assert "".join(values["message"].split()) == "".join(body.split())


@given(st.dictionaries(st.sampled_from([*ReviewForm().fields]), ANYTHING))
def test_every_kind_of_value_is_read_or_named_as_wrong(sent):
    values, faults = read_form(ReviewForm, sent)
    assert isinstance(values, dict)
    assert set(faults) <= set(ReviewForm().fields)


def test_line_ends_of_all_systems_become_one():
    sent = {"route": "other", "message": "one\r\ntwo\rthree\u2028four"}
    assert read_form(HelpForm, sent)[0]["message"] == "one\ntwo\nthree\nfour"


@pytest.mark.parametrize(("name", "most"), [("title", 120), ("body", 5000), ("display_name", 60)])
def test_the_longest_text_is_taken_and_one_more_is_not(name, most):
    assert MOST_CHARS[name] == most
    good = {"rating": "5", "body": "b", "display_name": "d"}
    assert read_form(ReviewForm, good | {name: "é" * most})[1] == {}
    assert set(read_form(ReviewForm, good | {name: "é" * (most + 1)})[1]) == {name}


def test_answers_are_optional_and_must_be_offered():
    questions = questions_for("clothing", {}, "en")
    fit, use, _delivery = (field_name(question) for question in questions)
    assert read_answers(questions, {fit: "", use: "Daily"}) == ({"use": "Daily"}, {})
    answers, faults = read_answers(questions, {fit: "gigantic", use: "x" * 501})
    assert answers == {}
    assert set(faults) == {fit, use}


def test_a_form_reads_nothing_it_does_not_know():
    assert read_form(Form, {"admin": "1"}) == ({}, {})


@pytest.mark.parametrize(
    ("setting", "answered", "score", "look"),
    [
        ("symmetric", False, None, "folded"),
        *[("symmetric", True, score, "open") for score in (1, 2, 3, 4, 5, None)],
        ("emphasis", True, 1, "problem"),
        ("emphasis", True, 2, "problem"),
        ("emphasis", True, 3, "open"),
        ("emphasis", True, 4, "folded"),
        ("emphasis", True, 5, "folded"),
        ("emphasis", True, None, "open"),
        ("hidden", True, 1, "open"),
    ],
)
def test_help_has_two_settings_and_no_third(setting, answered, score, look):
    assert help_look(setting, answered=answered, score=score) == look
