"""How well each signal of screening finds what it is for, and how fast; writes docs/moderation.md.

Reads the shared development data; run as `python -m bench.screening [--write]`.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reviewapp.moderate.language import guess_language
from reviewapp.moderate.links import find_links
from reviewapp.moderate.personal_data import (
    CARD,
    IBAN,
    IDENTITY,
    MAIL,
    PHONE,
    STREET,
    find_personal_data,
)
from reviewapp.moderate.profanity import find_profanity
from reviewapp.moderate.rules import ScreenFacts, screen
from reviewapp.moderate.similarity import NEAR_COPY, similarity, sketch

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "moderation.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PERSONAL = {
    "EMAIL_ADDRESS": MAIL,
    "PHONE_NUMBER": PHONE,
    "IBAN_CODE": IBAN,
    "CREDIT_CARD": CARD,
    "US_SSN": IDENTITY,
    "STREET_ADDRESS": STREET,
}
NAMES = {
    MAIL: "e-mail address",
    PHONE: "phone number",
    IBAN: "bank account (IBAN)",
    CARD: "payment card",
    IDENTITY: "US identity number",
    STREET: "postal address",
}


@dataclass
class Score:
    """True and false finds and misses of one signal."""

    name: str
    on: str
    found: int = 0
    missed: int = 0
    false: int = 0
    clean: int = 0
    """Texts in which there was nothing to find."""

    def row(self) -> str:
        """A line of the table."""
        recall = _percent(self.found, self.found + self.missed)
        real = self.found + self.missed
        precision = _percent(self.found, self.found + self.false) if real else "–"
        alarms = f"{self.false} in {self.clean:,}" if self.clean else "–"
        return f"| {self.name} | {self.on} | {precision} | {recall} | {alarms} |"


def main() -> None:
    """Measure and print; with --write put the tables into docs/moderation.md."""
    lines = [*_quality(), "", *_speed()]
    print("\n".join(lines))
    if "--write" in sys.argv:
        text = DOCUMENT.read_text(encoding="utf-8")
        head, _, rest = text.partition(BEGIN)
        tail = rest.partition(END)[2]
        measured = "\n".join(lines)
        DOCUMENT.write_text(f"{head}{BEGIN}\n{measured}\n{END}{tail}", encoding="utf-8")


def _quality() -> Iterator[str]:
    yield "| signal | measured on | precision | recall | false finds |"
    yield "| --- | --- | --- | --- | --- |"
    for score in (*_profanity(), *_personal_data(), _links(), _language(), _near_copies()):
        yield score.row()


def _profanity() -> Iterable[Score]:
    words = Score("abusive words", "1,006 spellings of abusive words, English")
    for row in _table("moderation/profanity_en.csv"):
        if find_profanity(row["text"], ["en"]):
            words.found += 1
        else:
            words.missed += 1
    severe = Score("… of them rated strong or severe", "the same list")
    for row in _table("moderation/profanity_en.csv"):
        if row["severity_description"] != "Mild":
            hit = bool(find_profanity(row["text"], ["en"]))
            severe.found, severe.missed = severe.found + hit, severe.missed + (not hit)
    toxic = Score("abusive words as a sign of toxic posts", "469 posts, English")
    for row in _table("moderation/toxicity_en.csv"):
        _count(toxic, row["is_toxic"] == "Toxic", bool(find_profanity(row["text"], ["en"])))
    return words, severe, toxic, _profanity_in_reviews()


def _profanity_in_reviews() -> Score:
    score = Score("abusive words in ordinary reviews", "11,400 product reviews, English")
    for text in _reviews():
        _count(score, False, bool(find_profanity(text, ["en"])))
    return score


def _personal_data() -> list[Score]:
    scores = {kind: Score(NAMES[kind], "835 invented texts with persons") for kind in NAMES}
    for row in _lines("moderation/pii_in_text_synthetic.jsonl"):
        found = find_personal_data(row["full_text"], countries=("US", "GB"))
        spans = [(PERSONAL.get(s["entity_type"]), s) for s in row["spans"]]
        for kind, span in spans:
            if kind is not None:
                hit = any(f.explanation == kind and _overlaps(f.span, span) for f in found)
                scores[kind].found += hit
                scores[kind].missed += not hit
        for finding in found:
            if not any(k == finding.explanation and _overlaps(finding.span, s) for k, s in spans):
                scores[finding.explanation].false += 1
        for kind, score in scores.items():
            score.clean += all(k != kind for k, _ in spans)
    return list(scores.values())


def _links() -> Score:
    score = Score("web address", "835 invented texts with persons")
    for row in _lines("moderation/pii_in_text_synthetic.jsonl"):
        found = find_links(row["full_text"])
        spans = [s for s in row["spans"] if s["entity_type"] in ("URL", "DOMAIN_NAME")]
        hits = sum(any(_overlaps(link, span) for link in found) for span in spans)
        score.found, score.missed = score.found + hits, score.missed + len(spans) - hits
        score.false += sum(not any(_overlaps(link, span) for span in spans) for link in found)
        score.clean += not spans
    return score


def _language() -> Score:
    score = Score("another language than the page", "reviews in Indonesian and in English")
    file = DATA / "reviews/prdect_id_product_reviews_indonesian.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        foreign = [row["Customer Review"] for row in csv.DictReader(lines, delimiter=";")][:1000]
    for text, other in ((t, True) for t in foreign):
        if guess_language(text):
            _count(score, other, "language" in _kinds(text))
    for text in list(_reviews())[:2000]:
        _count(score, False, "language" in _kinds(text))
    return score


def _near_copies() -> Score:
    """Each text with a tenth of its words changed is a near-copy; two reviews are none."""
    score = Score("near-copy", "2,000 reviews, each with every tenth word replaced")
    texts = [text for text in _reviews() if len(text.split()) >= 20][:2000]
    bands = [set(enumerate(sketch(text))) for text in texts]
    for place, text in enumerate(texts):
        words = text.split()
        words[5::10] = ["another"] * len(words[5::10])
        copy = " ".join(words)
        known = bool(bands[place] & set(enumerate(sketch(copy))))
        if similarity(text, copy) >= NEAR_COPY:
            score.found, score.missed = score.found + known, score.missed + (not known)
        other = texts[place - 1]
        score.clean += 1
        score.false += bool(bands[place] & bands[place - 1]) and (
            similarity(text, other) >= NEAR_COPY
        )
    return score


def _speed() -> Iterator[str]:
    texts = list(_reviews())[:2000]
    guess_language(texts[0])
    yield "| step | time a review (median of five runs over 2,000 reviews) |"
    yield "| --- | --- |"
    steps: dict[str, Callable[[str], object]] = {
        "all of screening but the language": lambda t: screen(ScreenFacts((("body", t),), "en")),
        "language": guess_language,
        "sketch for near-copies": sketch,
    }
    for name, step in steps.items():
        runs = []
        for _ in range(5):
            began = time.process_time()
            for text in texts:
                step(text)
            runs.append((time.process_time() - began) / len(texts) * 1e3)
        yield f"| {name} | {sorted(runs)[2]:.2f} ms |"


def _kinds(text: str) -> list[str]:
    guess = guess_language(text)
    return [s.kind for s in screen(ScreenFacts((("body", text),), "en", guess=guess))]


def _count(score: Score, is_one: bool, flagged: bool) -> None:
    score.found += is_one and flagged
    score.missed += is_one and not flagged
    score.false += flagged and not is_one
    score.clean += not is_one


def _overlaps(span: object, told: dict[str, int]) -> bool:
    start, end = span.start, span.end
    return bool(start < told["end_position"] and told["start_position"] < end)


def _reviews() -> Iterator[str]:
    with gzip.open(DATA / "reviews/womens_clothing_reviews.csv.gz", "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["Review Text"]:
                yield row["Review Text"]


def _table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _lines(name: str) -> Iterator[dict[str, object]]:
    with (DATA / name).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


if __name__ == "__main__":
    main()
