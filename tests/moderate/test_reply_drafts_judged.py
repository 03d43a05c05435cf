"""Sixty answers in five languages, half of them fine: all judged right, at the very words."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.replies import DRAFTS, Written, read_answers, table
from reviewapp.core.i18n import LANGUAGES

TUNED = list(read_answers(DRAFTS / "tuned.txt"))
HELD_OUT = list(read_answers(DRAFTS / "held_out.txt"))
ASKED_FOR = {"blame", "pressure", "reward", "personal_data", "bare", "promise"}


@pytest.mark.parametrize("answers", [TUNED, HELD_OUT], ids=["tuned", "held out"])
def test_both_sets_are_what_they_say(answers: list[Written]) -> None:
    assert len(answers) == 60
    assert sum(one.expected == "fine" for one in answers) == 30
    assert {one.language for one in answers} == set(LANGUAGES)
    bad = Counter((one.language, one.expected) for one in answers if one.expected != "fine")
    assert set(bad) == {(language, code) for language in LANGUAGES for code in ASKED_FOR}
    assert all(one.words in one.body for one in answers)


def test_every_tuned_answer_is_judged_right_at_its_words() -> None:
    wrong = {one.body: told for one in TUNED if (told := one.wrong())}
    assert wrong == {}


def test_answers_nobody_tuned_on_are_mostly_judged_right() -> None:
    right = sum(not one.wrong() for one in HELD_OUT)
    assert right >= 54, "docs/answering.md tells these figures"


def test_the_docs_tell_the_figures_as_they_are() -> None:
    text = (DRAFTS.parents[2] / "docs" / "answering.md").read_text(encoding="utf-8")
    assert table([("held_out", HELD_OUT), ("tuned", TUNED)]) in text


def test_the_two_sets_share_no_answer() -> None:
    assert not {one.body for one in TUNED} & {one.body for one in HELD_OUT}
