"""How well each signal of screening finds what it is for, and how fast; writes docs/screening.md.

Reads the shared development data; run as `python -m bench.screening [--write]`. For the two style
models what they were trained or their thresholds chosen on is left out: only the test part counts
(see `bench.corpora`). The other signals are rules and are measured on everything read.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.corpora import (
    food_reviews,
    indonesian_reviews,
    machine_texts,
    part,
    persons,
    portuguese_reviews,
    reviews,
    spam_texts,
    table,
)
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
from reviewapp.moderate.style import probability, reads_like

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "screening.md"
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
    """Measure and print; with --write put the tables into docs/screening.md."""
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
    for score in (*_profanity(), *_personal_data(), _links(), *_language(), _near_copies()):
        yield score.row()
    for score in _style():
        yield score.row()
    yield ""
    yield "| threshold | precision | recall | false finds |"
    yield "| --- | --- | --- | --- |"
    yield from _thresholds()


def _profanity() -> Iterable[Score]:
    words = Score("abusive words", "1,006 spellings of abusive words, English")
    for row in table("moderation/profanity_en.csv"):
        if find_profanity(row["text"], ["en"]):
            words.found += 1
        else:
            words.missed += 1
    severe = Score("… of them rated strong or severe", "the same list")
    for row in table("moderation/profanity_en.csv"):
        if row["severity_description"] != "Mild":
            hit = bool(find_profanity(row["text"], ["en"]))
            severe.found, severe.missed = severe.found + hit, severe.missed + (not hit)
    toxic = Score("abusive words as a sign of toxic posts", "469 posts, English")
    for row in table("moderation/toxicity_en.csv"):
        _count(toxic, row["is_toxic"] == "Toxic", bool(find_profanity(row["text"], ["en"])))
    return words, severe, toxic, _profanity_inreviews()


def _profanity_inreviews() -> Score:
    score = Score("abusive words in ordinary reviews", "11,400 product reviews, English")
    for text in reviews():
        _count(score, False, bool(find_profanity(text, ["en"])))
    return score


def _personal_data() -> list[Score]:
    scores = {kind: Score(NAMES[kind], "835 invented texts with persons") for kind in NAMES}
    for row in persons():
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
    for row in persons():
        found = find_links(row["full_text"])
        spans = [s for s in row["spans"] if s["entity_type"] in ("URL", "DOMAIN_NAME")]
        hits = sum(any(_overlaps(link, span) for link in found) for span in spans)
        score.found, score.missed = score.found + hits, score.missed + len(spans) - hits
        score.false += sum(not any(_overlaps(link, span) for span in spans) for link in found)
        score.clean += not spans
    return score


def _language() -> list[Score]:
    scores = []
    for name, texts in (("Indonesian", indonesian_reviews()), ("Portuguese", portuguese_reviews())):
        score = Score(f"another language than the page: {name}", "reviews of 40 letters and more")
        for text in texts[:1000]:
            if guess_language(text):
                _count(score, True, "language" in _kinds(text))
        for text in reviews()[:1000]:
            _count(score, False, "language" in _kinds(text))
        scores.append(score)
    return scores


def _style() -> Iterator[Score]:
    """The test part only; then what the models say of reviews by people from elsewhere."""
    for name, on, texts in (
        ("spam", "messages and reviews kept apart", spam_texts()),
        ("machine_written", "reviews by GPT-2 and by people, kept apart", machine_texts()),
    ):
        score = Score(name.replace("_", "-"), on)
        for one in texts:
            if part(one.text) == "test":
                _count(score, one.label, reads_like(one.text, name) is not None)
        yield score
        elsewhere = Score(f"… in reviews nobody trained on ({name})", "494 reviews of food")
        for text in food_reviews():
            _count(elsewhere, False, reads_like(text, name) is not None)
        yield elsewhere


def _thresholds() -> Iterator[str]:
    """What other thresholds would do, on the part they are chosen on."""
    for name, texts in (("spam", spam_texts()), ("machine_written", machine_texts())):
        chosen = [one for one in texts if part(one.text) == "choose"]
        read = [(one.label, probability(one.text, name)) for one in chosen]
        for threshold in (0.5, 0.6, 0.7, 0.8, 0.9):
            score = Score(f"{name} {threshold}", "")
            for label, value in read:
                _count(score, label, value >= threshold)
            yield score.row().replace("|  |", "|")
    texts_ = [text for text in reviews() if len(text.split()) >= 20][:500]
    for threshold in (0.3, 0.4, NEAR_COPY, 0.5, 0.6):
        score = Score(f"near-copy {threshold}", "")
        for place, text in enumerate(texts_):
            words = text.split()
            words[5::10] = ["another"] * len(words[5::10])
            _count(score, True, similarity(text, " ".join(words)) >= threshold)
            _count(score, False, similarity(text, texts_[place - 1]) >= threshold)
        yield score.row().replace("|  |", "|")


def _near_copies() -> Score:
    """Each text with a tenth of its words changed is a near-copy; two reviews are none."""
    score = Score("near-copy", "2,000 reviews, each with every tenth word replaced")
    texts = [text for text in reviews() if len(text.split()) >= 20][:2000]
    bands = [set(enumerate(sketch(text))) for text in texts]
    for place, text in enumerate(texts):
        words = text.split()
        words[5::10] = ["another"] * len(words[5::10])
        copy = " ".join(words)
        known = bool(bands[place] & set(enumerate(sketch(copy))))
        _count(score, True, known and similarity(text, copy) >= NEAR_COPY)
        other = texts[place - 1]
        _count(
            score,
            False,
            bool(bands[place] & bands[place - 1]) and similarity(text, other) >= NEAR_COPY,
        )
    return score


def _speed() -> Iterator[str]:
    texts = reviews()[:1000]
    guess_language(texts[0])
    yield "| step | time a review | reviews a second and core |"
    yield "| --- | --- | --- |"
    steps: dict[str, Callable[[str], object]] = {
        "rules over the words": lambda t: screen(ScreenFacts((("body", t),), "en")),
        "language": guess_language,
        "sketch for near-copies": sketch,
    }
    whole = 0.0
    for name, step in steps.items():
        runs = []
        for _ in range(3):
            began = time.process_time()
            for text in texts:
                step(text)
            runs.append((time.process_time() - began) / len(texts) * 1e3)
        whole += (took := sorted(runs)[1])
        yield f"| {name} | {took:.2f} ms | {1e3 / took:,.0f} |"
    yield f"| all together | {whole:.2f} ms | {1e3 / whole:,.0f} |"


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


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


if __name__ == "__main__":
    main()
