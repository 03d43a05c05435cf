"""Every letter in every language: complete, honest, small, and refused when it is not finished."""

from __future__ import annotations

import quopri
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from reviewapp.core.i18n import LANGUAGES, SOURCE_LANGUAGE, missing
from reviewapp.outbox import letters
from reviewapp.outbox.letter_facts import REFUSALS, readable_on
from reviewapp.outbox.letter_rules import objections
from reviewapp.outbox.letters import LETTERS, LetterError, fill, render
from reviewapp.outbox.team_letters import ROLES
from tests.outbox.letter_samples import FACTS, MUG, PAGE

EVERY = [(letter, language) for letter in LETTERS for language in LANGUAGES]
ASKS = ("request", "reminder")


class Markup(HTMLParser):
    """Collects what a mail client would fetch, follow or run."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.sources: list[str] = []
        self.tags: list[str] = []
        self.root: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        if tag == "html":
            self.root = named
        if tag == "a":
            self.links.append(named["href"] or "")
        if src := named.get("src") or named.get("background"):
            self.sources.append(src)
        if tag == "link":
            self.sources.append(named.get("href") or "")


def parsed(html: str) -> Markup:
    markup = Markup()
    markup.feed(html)
    return markup


@pytest.mark.parametrize(("letter", "language"), EVERY)
def test_every_letter_is_whole_in_every_language(letter: str, language: str) -> None:
    written = render(letter, language, FACTS[letter])
    assert 5 < len(written.subject) < 120
    assert "\n" not in written.subject
    assert "Kiln & Clay" in written.subject + written.text
    assert len(written.html.encode()) <= 60_000
    markup = parsed(written.html)
    assert markup.root["lang"] == language
    assert markup.root["dir"] == "ltr"
    assert 'name="color-scheme" content="light dark"' in written.html
    assert "prefers-color-scheme: dark" in written.html
    assert not {"script", "form", "iframe", "object"} & set(markup.tags)
    assert "None" not in written.text
    assert not re.search(r"zq\d+qz", written.subject + written.text + written.html)


@pytest.mark.parametrize(("letter", "language"), EVERY)
def test_no_letter_fetches_anything_or_tracks_its_reader(letter: str, language: str) -> None:
    facts = FACTS[letter] | ({"products": MUG} if LETTERS[letter].items else {})
    facts.pop(
        "picture_url", None
    )  # a published picture is shown like a product's, where there is one
    assert parsed(render(letter, language, facts).html).sources == []


@pytest.mark.parametrize(("letter", "language"), EVERY)
def test_the_wire_form_decodes_to_the_very_letter(letter: str, language: str) -> None:
    written, wire = render(letter, language, FACTS[letter]), fill(letter, language, FACTS[letter])
    assert wire.subject == written.subject
    for encoded, plain in ((wire.text, written.text), (wire.html, written.html)):
        assert max(map(len, encoded.split(b"\r\n"))) <= 76
        assert quopri.decodestring(encoded).decode().replace("\r\n", "\n") == plain


@pytest.mark.parametrize(("letter", "language"), EVERY)
def test_our_own_letters_pass_our_own_rules(letter: str, language: str) -> None:
    written = render(letter, language, FACTS[letter])
    assert objections(f"{written.subject}\n{written.text}") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_translated_not_copied(language: str) -> None:
    assert missing([letters.TEMPLATES], language) == []
    if language != SOURCE_LANGUAGE:
        facts = FACTS["request"]
        assert render("request", language, facts).text != render("request", "en", facts).text


@pytest.mark.parametrize("letter", ASKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_ask_has_five_equal_star_links_a_direct_review_and_a_way_out(
    letter: str, language: str
) -> None:
    written = render(letter, language, FACTS[letter])
    links = parsed(written.html).links
    stars = [link for link in links if "?score=" in link]
    assert stars == [f"{PAGE}?score={score}" for score in range(1, 6)]
    assert links.count(PAGE) == 1
    assert links.count(f"{PAGE}#review") == 1
    assert "https://kiln.example/u/abc" in links
    for link in links:
        assert link in written.text
    cells = re.findall(r'<td align="center" width="20%".*?</td>', written.html, re.DOTALL)
    without_score = {
        re.sub(r"[1-5](?=(&#160;|\u00a0| von| of| de| sur|\"|: ))", "N", c) for c in cells
    }
    assert len(cells) == 5
    assert len({re.sub(r"\d", "N", cell) for cell in without_score}) == 1
    assert "10115 Berlin" in written.text
    assert "10115 Berlin" in written.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_estimates_are_worded_as_estimates_and_incentives_disclosed(language: str) -> None:
    sure = render("request", language, FACTS["request"]).text
    estimated = render("request", language, FACTS["request"] | {"estimated": True}).text
    assert estimated != sure
    disclosure = "Everybody who writes takes part in a draw."
    assert disclosure in render("reminder", language, FACTS["reminder"]).html
    assert disclosure not in sure


def test_the_reminder_cannot_even_be_told_a_score() -> None:
    with pytest.raises(LetterError, match="unknown score"):
        render("reminder", "en", FACTS["reminder"] | {"score": 1})


@pytest.mark.parametrize("reason", REFUSALS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_listed_reason_is_said_in_a_sentence(reason: str, language: str) -> None:
    facts = FACTS["review_refused"]
    text = render("review_refused", language, facts | {"reason": reason}).text
    others = [r for r in REFUSALS if r != reason]
    assert text not in [
        render("review_refused", language, facts | {"reason": r}).text for r in others
    ]
    assert "call me: 0123" in text
    assert f"{PAGE}/mine" in text


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_explained_to_whom_it_is_offered(role: str) -> None:
    text = render("invitation", "en", FACTS["invitation"] | {"role": role}).text
    assert f"As a{'n' if role[0] in 'oa' else ''} {role}" in text


@pytest.mark.parametrize(
    ("letter", "change", "complaint"),
    [
        ("request", {"shop_name": None}, "shop_name is missing"),
        ("request", {"shop_address": ""}, "shop_address is missing"),
        ("request", {"products": []}, "products is missing"),
        ("request", {"products": "mug"}, "products is missing"),
        ("request", {"products": ["mug"]}, "not name and picture"),
        ("request", {"products": [{"name": ""}]}, "products is missing"),
        ("request", {"products": [{"name": "Mug {{ size }}"}]}, "still holds"),
        ("request", {"to_name": "%(first_name)s"}, "still holds"),
        ("request", {"page_url": "javascript:alert(1)"}, "not a web address"),
        ("request", {"page_url": "https://kiln.example/r/a b"}, "not a web address"),
        ("request", {"page_url": "https:///oops"}, "not a web address"),
        ("request", {"shop_color": "red;}"}, "not a colour"),
        ("request", {"to_name": 7}, "is not text"),
        ("request", {"surprise": "x"}, "unknown surprise"),
        ("review_refused", {"reason": "too_negative"}, "cannot be 'too_negative'"),
        ("review_refused", {"note": "Dear [[name]], …"}, "still holds"),
        ("sign_in", {"minutes": "15"}, "cannot be '15'"),
        ("sign_in", {"minutes": True}, "cannot be True"),
        ("help_received", {"answer_by": "soon"}, "not an instant"),
        ("help_received", {"answer_by": "2026-11-24T09:00:00"}, "not an instant"),
        ("love_letter", {}, "no such letter"),
    ],
)
def test_an_unfinished_letter_stops(letter: str, change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(LetterError, match=re.escape(complaint)):
        render(letter, "en", FACTS.get(letter, {}) | change)


def test_a_language_that_is_not_shipped_is_refused() -> None:
    with pytest.raises(ValueError, match="tlh"):
        render("request", "tlh", FACTS["request"])


def test_hostile_words_stay_words() -> None:
    name = "<script>alert(1)</script>\r\nBcc: all@example.com\u2028\x00 \"'&amp;"
    written = render("request", "en", FACTS["request"] | {"products": [{"name": name}]})
    assert "script" not in parsed(written.html).tags
    assert "\n" not in written.subject
    assert "&lt;script&gt;" in written.html
    assert "\x00" not in written.html + written.text


def test_the_customers_own_words_are_left_as_they_are() -> None:
    text = render("help_received", "en", FACTS["help_received"]).text
    assert "It broke.\n{{ really }} <b>" in text


def test_a_long_order_shows_some_and_counts_the_rest() -> None:
    many = [{"name": f"Mug {n}"} for n in range(1, 12)]
    text = render("request", "en", FACTS["request"] | {"products": many}).text
    assert "- Mug 8\n- and 3 more" in text
    assert "Mug 9" not in text


def test_a_long_product_name_is_cut_in_the_subject_only() -> None:
    name = "Very " * 30 + "long mug"
    written = render("request", "en", FACTS["request"] | {"products": [{"name": name}]})
    assert "…" in written.subject
    assert len(written.subject) < 90
    assert name in written.text


def test_the_template_version_changes_with_language_and_letter() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", letters.version("request", "de"))
    marks = {letters.version(letter, language) for letter, language in EVERY}
    assert len(marks) == len(EVERY)


def test_a_template_that_asks_for_an_unknown_fact_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "with_markers", lambda shape: {"shop_name": "x"})
    letters._prepared.cache_clear()
    with pytest.raises(LetterError, match="UndefinedError"):
        render("sign_in", "en", FACTS["sign_in"])
    letters._prepared.cache_clear()


@pytest.mark.parametrize(
    "color", ["#000000", "#ffffff", "#3b5bdb", "#ffd43b", "#8a3b12", "#777777"]
)
def test_the_words_on_a_button_are_readable_on_any_colour(color: str) -> None:
    def luminance(hexed: str) -> float:
        parts = [int(hexed[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(color), luminance(readable_on(color))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.2
