"""How well the checks judge public answers, on answers they were tuned on and on others.

Run as `python -m bench.replies [--write]`; `--write` puts the figures into docs/answering.md,
`--show` prints every answer of the tuned set that is judged wrongly.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reviewapp.moderate.reply_rules import Objection, ReplyFacts, check_reply

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "answering.md"
DRAFTS = ROOT / "tests" / "moderate" / "drafts"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
IMPROVEMENT = "What changes stands here."
ALIKE = {"personal_data": ("personal_data", "contact_data"), "blame": ("blame", "defensive")}
"""Codes that say the same to the person who writes."""

_HEAD = re.compile(r"([a-z]{2}) (\w+) (\w+)(?: \| (.+))?")


@dataclass(frozen=True)
class Written:
    """An answer somebody wrote, and what is wrong with it ("fine": nothing)."""

    language: str
    kind: str
    expected: str
    words: str
    review: str
    body: str

    def objections(self) -> list[Objection]:
        """What the checks say."""
        facts = ReplyFacts(
            title="",
            body=self.review,
            product="Stoneware",
            display_name="Ada Q.",
            customer_name="Ada Quist",
            customer_email="ada@quist.example",
            order_number="10412",
            own_domains=("kiln.example",),
            locale=self.language,
        )
        return check_reply(self.kind, self.body, IMPROVEMENT, facts)

    def wrong(self) -> str:
        """Why the judgement is wrong; "" when it is right, at the very words."""
        found = self.objections()
        if self.expected == "fine":
            return ", ".join(f"{one.code} ({one.passage})" for one in found)
        codes = ALIKE.get(self.expected, (self.expected,))
        hits = [one for one in found if one.code in codes]
        if not hits:
            return "missed; found " + (", ".join(one.code for one in found) or "nothing")
        return "" if any(self._marks(one) for one in hits) else f"marks {hits[0].passage!r}"

    def _marks(self, one: Objection) -> bool:
        """Whether the marked words and the expected ones share some."""
        start = self.body.find(self.words) if self.words else 0
        end = start + len(self.words) if self.words else len(self.body)
        return one.start < end and start < one.end


def read_answers(path: Path) -> Iterator[Written]:
    """The answers of a file, block by block."""
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines and (head := _HEAD.fullmatch(lines[0])):
            language, kind, expected, words = head.groups()
            review = lines[1].removeprefix("> ")
            yield Written(language, kind, expected, words or "", review, "\n".join(lines[2:]))


def table(sets: Iterable[tuple[str, list[Written]]]) -> str:
    """Right and wrong judgements by what the answers hold."""
    lines = ["| answers | held out: right | tuned on: right |", "| --- | --- | --- |"]
    counts = {name: _counts(answers) for name, answers in sets}
    for expected in sorted(counts["held_out"][1], key=lambda code: (code != "fine", code)):
        cells = [
            f"{right[expected]} of {number[expected]}"
            for right, number in (counts["held_out"], counts["tuned"])
        ]
        lines.append(f"| {expected.replace('_', ' ')} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def main() -> None:
    """Print the figures; `--write` keeps them in the docs."""
    sets = [(name, list(read_answers(DRAFTS / f"{name}.txt"))) for name in ("held_out", "tuned")]
    if "--show" in sys.argv:
        for one in dict(sets)["tuned"]:
            if wrong := one.wrong():
                print(f"{one.language} {one.kind} {one.expected}: {wrong}\n    {one.body}")
    found = table(sets)
    print(found)
    if "--write" in sys.argv:
        text = DOCUMENT.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        after = rest.split(END)[1]
        DOCUMENT.write_text(f"{before}{BEGIN}\n{found}\n{END}{after}", encoding="utf-8")


def _counts(answers: Iterable[Written]) -> tuple[Counter[str], Counter[str]]:
    right: Counter[str] = Counter()
    number: Counter[str] = Counter()
    for one in answers:
        number[one.expected] += 1
        right[one.expected] += not one.wrong()
    return right, number


if __name__ == "__main__":
    main()
