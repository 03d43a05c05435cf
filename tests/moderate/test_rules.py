from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.models.review import REASONS, REVIEW_STATES, Flag
from reviewapp.moderate import rules, signals, texts
from reviewapp.moderate.blind import BlindReview
from reviewapp.moderate.language import Guess
from reviewapp.moderate.queue_queries import Waiting
from reviewapp.moderate.rules import (
    REASONS_BY_ACTION,
    ScreenFacts,
    decision_options,
    hold_until,
    is_staff,
    must_be_decided_by,
    screen,
)

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SCORES = {"rating", "stars", "score", "sentiment", "mood", "nps", "csat", "counted_rating"}
PURE = ("rules", "profanity", "personal_data", "links", "similarity", "language", "signals",
        "passages", "service", "screening", "blind", "telling")  # fmt: skip


def facts(body: str, **values: object) -> ScreenFacts:
    return ScreenFacts(texts=(("title", ""), ("body", body)), **{"locale": "en"} | values)


def kinds(body: str, **values: object) -> list[str]:
    return [signal.kind for signal in screen(facts(body, **values))]


@pytest.mark.parametrize("module", PURE)
def test_nothing_that_screens_or_decides_names_a_score(module: str) -> None:
    folder = Path(inspect.getfile(rules)).parent
    tree = ast.parse((folder / f"{module}.py").read_text())
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    named |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    named |= {node.arg for node in ast.walk(tree) if isinstance(node, (ast.arg, ast.keyword))}
    assert named & SCORES == set()


@pytest.mark.parametrize("kind", [ScreenFacts, BlindReview, Waiting, rules.Options])
def test_what_a_moderator_or_a_rule_is_handed_has_no_place_for_a_score(kind: type) -> None:
    assert {field.name for field in fields(kind)} & SCORES == set()


def test_the_same_options_for_every_review_of_a_state() -> None:
    assert list(inspect.signature(decision_options).parameters) == ["state"]
    for state in REVIEW_STATES:
        assert decision_options(state) == decision_options(state)
    assert list(decision_options("pending").reasons) == ["publish", "refuse", "redact", "hold"]
    assert decision_options("withdrawn").reasons == {}


def test_reasons_are_those_of_the_closed_list_and_none_is_about_an_opinion() -> None:
    offered = {reason for reasons in REASONS_BY_ACTION.values() for reason in reasons}
    assert offered <= set(REASONS)
    assert set(REASONS) - offered == {"author_withdrew"}
    assert not any(word in reason for reason in REASONS for word in ("negativ", "low", "rating"))


def test_every_kind_of_signal_is_documented_with_its_table() -> None:
    kinds = {kind for kind in texts.FLAGS if kind in inspect.getsource(Flag)}
    assert kinds == set(texts.FLAGS)
    assert signals.Signal("link", rules.LINK).field is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Reach me: ada@quist.example", "personal_data"),
        ("ada (at) quist (dot) example", "personal_data"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "personal_data"),
        ("Card 4111 1111 1111 1111 was charged", "personal_data"),
        ("I live at 12 Baker Street, come by", "personal_data"),
        ("Ich wohne Lindenstraße 12", "personal_data"),
        ("Call me on 030 901820", "personal_data"),
        ("my ssn 123-45-6789", "personal_data"),
        ("Look at https://cheap.example/x", "link"),
        ("cheaper at bit.ly/abc", "link"),
        ("get it at mugs-online.com today", "link"),
        ("what a f u c k i n g joke", "profanity"),
        ("absolute sh1t", "profanity"),
        ("f**k this", "profanity"),
        ("fuuuuck", "profanity"),
    ],
)
def test_what_is_found(text: str, kind: str) -> None:
    assert kinds(text, countries=("DE",)) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "I ordered 2 mugs, 350 ml each, for 12.50 on 2026-11-03 at 10:45.",
        "Love the colours.it fits well",
        "The Scunthorpe cocktail glass is a classic; my grandmother's peacock pattern.",
        "Size 38-40, model 1234-5678, 5/5, worth 100% of it",
        "Card 4111 1111 1111 1112 is no card number",
        "A dickens of a mug, assembled in Essex, shiitake on top.",
    ],
)
def test_what_is_no_matter_for_a_moderator(text: str) -> None:
    assert kinds(text, countries=("DE", "US")) == []


@pytest.mark.parametrize(
    ("locale", "text", "found"),
    [
        ("de", "Der Henkel ist schön dick.", []),
        ("es", "Conozco la marca, muy buena.", []),
        ("fr", "C'est un con de vendeur.", ["profanity"]),
        ("es", "Jugué con el perro.", []),
        ("de", "So ein Scheißladen.", ["profanity"]),
        ("es", "Una mierda de taza.", ["profanity"]),
        ("pt", "Que merda de caneca.", ["profanity"]),
        ("fr", "Espèce de fils de pute.", ["profanity"]),
        ("nl", "This is shit.", ["profanity"]),
    ],
)
def test_words_are_judged_in_their_own_language(locale: str, text: str, found: list[str]) -> None:
    guess = Guess(locale, 0.99)
    assert kinds(text, locale=locale, guess=guess) == found


def test_the_shops_own_addresses_are_no_links() -> None:
    text = "Bought at www.kiln.example/mug and shop.kiln.example"
    assert kinds(text, own_domains=("kiln.example",)) == []
    assert kinds("See https://notkiln.example", own_domains=("kiln.example",)) == ["link"]


@given(st.text(max_size=400))
def test_any_text_is_screened_and_every_span_lies_in_it(text: str) -> None:
    for signal in screen(facts(text, blocked_words=("a", "ß"), order_number="1234")):
        if signal.kind not in ("spam", "machine_written"):
            assert signal.start is not None
            assert signal.end is not None
            assert 0 <= signal.start < signal.end <= len(text)


@pytest.mark.parametrize("filler", ["a", "1 ", "f.", "*", "a@", "[", "1-", "é", "aaaa.", "x_"])
def test_long_hostile_texts_are_screened_in_time(filler: str) -> None:
    assert isinstance(screen(facts(filler * (20_000 // len(filler)))), list)


def test_staff_are_known_by_address_or_domain() -> None:
    staff, domains = frozenset({"mod@mail.example"}), ("kiln.example",)
    for email, belongs in (
        ("Mod@mail.example", True),
        ("ada@kiln.example", True),
        ("ada@eu.kiln.example", True),
        ("ada@notkiln.example", False),
        ("kiln.example", False),
        (None, False),
    ):
        assert is_staff(email, staff, domains) is belongs


@given(written=st.integers(0, 100), own=st.none() | st.integers(-100, 100))
def test_no_pending_review_waits_longer_than_14_days(written: int, own: int | None) -> None:
    written_at = NOW - timedelta(days=written)
    by = must_be_decided_by(
        state="pending",
        decide_by=None if own is None else NOW + timedelta(days=own),
        written_at=written_at,
    )
    assert by <= written_at + timedelta(days=14)


@given(st.none() | st.integers(-1000, 1000))
def test_no_hold_is_longer_than_14_days(days: int | None) -> None:
    assert NOW < hold_until(NOW, days) <= NOW + timedelta(days=14)
