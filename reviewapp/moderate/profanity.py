"""Finding abusive words behind disguises: f.u.c.k, fuuuck, sh1t, f**k; lists in `words/*.txt`.

A word is looked up in the lists of the text's own languages only: "dick" is German for thick.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from reviewapp.moderate.signals import Span, merged

WORDS = Path(__file__).resolve().parent / "words"
LANGUAGES = ("de", "en", "es", "fr", "pt")
LONGEST_TOKEN = 60
MOST_MASKS = 3

_LOOKALIKE = str.maketrans(
    {
        "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g",
        "@": "a", "$": "s", "!": "i", "|": "i", "€": "e", "£": "l", "+": "t", "(": "c",
        "а": "a", "е": "e", "о": "o", "с": "c", "р": "p", "х": "x", "у": "y", "к": "k",
        "і": "i", "ѕ": "s", "ß": "s", "æ": "a", "œ": "o", "ø": "o", "ı": "i",
    }
)  # fmt: skip
_SOUND = str.maketrans("cqzv", "kksu")
_TOKEN = re.compile(r"[\w@$!|€£+(*#%&^]+(?:['’][\w@$!|*#]+)*")
_SPACED = re.compile(r"(?<![\w@$*])(?:[^\W\d][\s._*\-/~,]{1,3}){2,12}[^\W\d](?![\w@$])")
_JOINED = re.compile(r"(?<![\w@$])[\w@$!*#]+(?:[._*~/\-][\w@$!*#]+)+(?![\w@$])")
_MASK = re.compile(r"[*#%&^_@]")


@dataclass(frozen=True, eq=False)
class WordList:
    """Whole words, beginnings of words, parts that count anywhere in a word, and phrases."""

    words: frozenset[str]
    beginnings: frozenset[str]
    parts: frozenset[str]
    phrases: frozenset[tuple[str, ...]]
    sounds: frozenset[str]
    shortest_beginning: int

    def has(self, token: str) -> bool:
        """Whether a plain token (folded, no disguise) is on the list."""
        if token in self.words:
            return True
        longest = min(len(token), LONGEST_TOKEN)
        if any(token[:n] in self.beginnings for n in range(self.shortest_beginning, longest + 1)):
            return True
        if any(part in token for part in self.parts):
            return True
        sound = _sound(token)
        return any(part in sound for part in self.sounds)


def find_profanity(text: str, languages: Iterable[str]) -> list[Span]:
    """Spans of abusive words in `text` by the lists of `languages` (unknown ones are ignored)."""
    lists = [word_list(language) for language in sorted(set(languages)) if language in LANGUAGES]
    found = [
        Span(start, end)
        for start, end, token in _candidates(text)
        if any(_listed(token, words) for words in lists)
    ]
    for words in lists:
        found += _phrases(text, words)
    return merged(found)


@cache
def word_list(language: str) -> WordList:
    """The list of one language, an entry a line; `#` starts a remark.

    `word` · `beginning*` · `*part*` · `some phrase` · `~sound` (however it is spelled).
    """
    lines = (WORDS / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.partition("#")[0].strip() for line in lines]
    words, beginnings, parts, phrases, sounds = set(), set(), set(), set(), set()
    for entry in filter(None, entries):
        folded = fold(entry.strip("*"))
        if entry.startswith("~"):
            sounds.add(_sound(folded[1:]))
        elif " " in folded:
            phrases.add(tuple(folded.split()))
        elif entry.startswith("*"):
            parts.add(folded)
        elif entry.endswith("*"):
            beginnings.add(folded)
        else:
            words.add(folded)
    shortest = min((len(entry) for entry in beginnings), default=1)
    return WordList(
        words=frozenset(words),
        beginnings=frozenset(beginnings),
        parts=frozenset(parts),
        phrases=frozenset(phrases),
        sounds=frozenset(sounds),
        shortest_beginning=shortest,
    )


def fold(text: str) -> str:
    """Lower case, compatibility forms and accents gone: "Conneríe" and "connerie" are one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _candidates(text: str) -> Iterator[tuple[int, int, str]]:
    """Tokens and what spelled-out or joined letters may mean, each with its place."""
    for match in _TOKEN.finditer(text):
        if match.end() - match.start() <= LONGEST_TOKEN:
            yield match.start(), match.end(), match[0]
    for match in _SPACED.finditer(text):
        yield match.start(), match.end(), re.sub(r"[\W_]", "", match[0])
    for match in _JOINED.finditer(text):
        if match.end() - match.start() <= LONGEST_TOKEN:
            yield match.start(), match.end(), re.sub(r"[._~/\-*]", "", match[0])


def _phrases(text: str, words: WordList) -> Iterator[Span]:
    tokens = [(match.start(), match.end(), fold(match[0])) for match in _TOKEN.finditer(text)]
    starts = {phrase[0] for phrase in words.phrases}
    for at, (start, _, token) in enumerate(tokens):
        if token not in starts:
            continue
        for phrase in words.phrases:
            said = tuple(word for _, _, word in tokens[at : at + len(phrase)])
            if said == phrase:
                yield Span(start, tokens[at + len(phrase) - 1][1])


@lru_cache(maxsize=20_000)
def _listed(token: str, words: WordList) -> bool:
    return any(words.has(form) for form in _forms(token)) or _masked(token, words)


def _forms(token: str) -> set[str]:
    """Readings of a token: as it is, look-alikes replaced, drawn-out letters shortened."""
    plain = fold(token).strip("!()*|+'’")
    letters = sum(char.isalpha() for char in plain)
    seen = plain.translate(_LOOKALIKE) if letters > 1 else plain
    seen = re.sub(r"[^\w]", "", seen)
    forms = {plain, seen}
    for form in (plain, seen):
        forms.add(_shortened(form, 1))
        forms.add(_shortened(form, 2))
    if "v" in seen or "ph" in seen:
        forms.add(re.sub(r"(?<=[^aeiou])v(?=[^aeiou])", "u", seen).replace("ph", "f"))
    return {form for form in forms if len(form) > 1}


def _sound(token: str) -> str:
    """A coarse spelling: c, k and q alike, z as s, ph as f, every letter once in a row."""
    alike = token.replace("ph", "f").replace("ck", "k").translate(_SOUND)
    return "".join(letter for letter, _ in groupby(alike))


def _shortened(token: str, most: int) -> str:
    """Runs of three and more of a letter cut to `most`: "fuuuck" → "fuck"."""
    runs = ((letter, len(list(run))) for letter, run in groupby(token))
    return "".join(letter * (length if length < 3 else most) for letter, length in runs)


def _masked(token: str, words: WordList) -> bool:
    """f**k, sh*t: one to three hidden letters between shown ones, one word of that length fits."""
    folded = fold(token).strip("!.,'’")
    hidden = len(_MASK.findall(folded))
    shown = len(folded) - hidden
    if not 1 <= hidden <= MOST_MASKS or shown < 2 or _MASK.match(folded):
        return False
    pattern = re.compile(".".join(re.escape(part) for part in _MASK.split(folded)))
    return any(pattern.fullmatch(word) for word in words.words | words.beginnings)
