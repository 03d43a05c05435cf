"""Captions: a WebVTT or SubRip file in, clean WebVTT out; pure, and strict: no word is lost.

Kept are times, words, and the marks that mean something to a reader: `<b>`, `<i>`, `<u>` and who
speaks (`<v Name>`). Style sheets, regions, notes, classes, colours and positions of subtitle
editors are dropped. What is neither is refused with its line, never skipped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LARGEST_BYTES = 256 * 1024
MOST_CUES = 600
"""Ten a second of the longest film."""
MOST_CHARACTERS = 500
"""Of one cue: more cannot be read in the time it stands."""
SPILL_MS = 2_000
"""A last cue may end so long behind the film; it is cut there."""
CONTENT_TYPE = "text/vtt"
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")

_HEADER = re.compile(r"WEBVTT(?:[ \t].*)?")
_TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s+(.*))?")
_SETTING = re.compile(
    r"vertical:(rl|lr)"
    r"|line:(-?\d{1,3}|\d{1,3}(\.\d+)?%)(,(start|center|end))?"
    r"|position:\d{1,3}(\.\d+)?%(,(line-left|center|line-right))?"
    r"|size:\d{1,3}(\.\d+)?%"
    r"|align:(start|center|end|left|right)"
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:\.[^\s<>.]+)*)(?:[ \t]+([^<>]*))?>")
_CLOCK_TAG = re.compile(r"<\d{1,3}:[\d:.]+>")
_EDITORS_MARK = re.compile(r"\{\\[^{}\n]*\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_KEPT = frozenset({"b", "i", "u", "v"})
_DROPPED = frozenset({"c", "lang", "ruby", "rt", "font", "s"})
"""Marks whose words stay and whose looks do not."""
_SET_ASIDE = ("NOTE", "STYLE", "REGION")


class CaptionsError(Exception):
    """Why a file is not taken: an English `sentence`, and the `line` it may name (from 1)."""

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence % {"line": line})
        self.sentence = sentence
        self.line = line


@dataclass(frozen=True)
class Cue:
    """Words and when they stand, in milliseconds from the film's start."""

    start_ms: int
    end_ms: int
    settings: str
    text: str


def clean_captions(data: bytes, duration_ms: int) -> bytes:
    """The file as clean WebVTT in UTF-8, for a film of this length.

    The same words and times give the same bytes, and what is clean stays as it is. Raises
    CaptionsError with what is wrong and where.
    """
    cues = sorted(_cues(_text(data), duration_ms), key=lambda cue: (cue.start_ms, cue.end_ms))
    if not cues:
        raise CaptionsError("There is not a single caption in this file.")
    return "\n\n".join(["WEBVTT", *map(_written, cues)]).encode() + b"\n"


def count_cues(clean: bytes) -> int:
    """How many captions a clean file holds."""
    return clean.count(b" --> ")


def _text(data: bytes) -> str:
    if len(data) > LARGEST_BYTES:
        raise CaptionsError("This file is too large for the captions of a minute.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CaptionsError(
            "Line %(line)d is not UTF-8. Please save the file as UTF-8.", line
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise CaptionsError("Line %(line)d holds characters that are no text.", line)
    return text


def _cues(text: str, duration_ms: int) -> Iterator[Cue]:
    count = 0
    for number, lines in _blocks(text):
        if _set_aside(number, lines):
            continue
        count += 1
        if count > MOST_CUES:
            raise CaptionsError("Line %(line)d: these are too many captions for a minute.", number)
        cue = _cue(number, lines, duration_ms)
        if cue.text:
            yield cue


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines between empty ones, each with the number of its first."""
    block: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _set_aside(number: int, lines: Sequence[str]) -> bool:
    """Whether a block is none that is read: the header, a note, a style sheet, a region."""
    if any("-->" in line for line in lines):
        return False
    first = lines[0].rstrip()
    header = number == 1 and _HEADER.fullmatch(first) is not None
    return header or first.split(maxsplit=1)[0] in _SET_ASIDE


def _cue(number: int, lines: list[str], duration_ms: int) -> Cue:
    at = next((at for at, line in enumerate(lines[:2]) if "-->" in line), None)
    if at is None:
        raise CaptionsError("Line %(line)d: there is no time above these words.", number)
    where, found = number + at, _TIMES.fullmatch(lines[at].rstrip())
    if found is None:
        raise CaptionsError(
            "Line %(line)d: the times have to look like 00:00:01.000 --> 00:00:02.500.", where
        )
    start, end = _milliseconds(found.groups()[:4]), _milliseconds(found.groups()[4:8])
    if end <= start:
        raise CaptionsError("Line %(line)d: this caption ends before it begins.", where)
    if start >= duration_ms or end > duration_ms + SPILL_MS:
        raise CaptionsError("Line %(line)d: the film is over by then.", where)
    settings = " ".join(one for one in (found[9] or "").split() if _SETTING.fullmatch(one))
    text = _words(where + 1, lines[at + 1 :])
    return Cue(start, min(end, duration_ms), settings, text)


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _words(number: int, lines: Sequence[str]) -> str:
    for at, line in enumerate(lines):
        if "-->" in line:
            raise CaptionsError("Line %(line)d: an empty line is missing above.", number + at)
    text = "\n".join(line.strip() for line in lines)
    text = _CLOCK_TAG.sub("", _EDITORS_MARK.sub("", text))
    out: list[str] = []
    opened: list[str] = []
    rest = 0
    for tag in _TAG.finditer(text):
        out.append(_plain(text[rest : tag.start()]))
        out.append(_mark(tag, opened, number + text.count("\n", 0, tag.start())))
        rest = tag.end()
    out.append(_plain(text[rest:]))
    out += [f"</{name}>" for name in reversed(opened)]
    # Marks that were dropped may leave an empty line, which would end the cue.
    words = "\n".join(line for line in "".join(out).split("\n") if line.strip())
    if len(words) > MOST_CHARACTERS:
        raise CaptionsError("Line %(line)d: this caption is too long to be read.", number)
    return words if _TAG.sub("", words).strip() else ""


def _plain(text: str) -> str:
    """Words with `<`, `>` and `&` written so that they are read as such."""
    return "\n".join(
        # A line break written as a reference must not become one: it could end the cue.
        html.escape(" ".join(html.unescape(line).splitlines()), quote=False)
        for line in text.split("\n")
    )


def _mark(tag: re.Match[str], opened: list[str], line: int) -> str:
    """What stays of a mark; `opened` are those that are not closed yet."""
    closing, name, _, said = tag.groups()
    name = name.lower()
    if name in _DROPPED:
        return ""
    if name not in _KEPT:
        raise CaptionsError(
            "Line %(line)d: only bold, italics, underlined and who speaks are taken.", line
        )
    if closing:
        if name not in opened:
            return ""
        cut = opened.index(name)
        closed, opened[cut:] = opened[cut:], []
        return "".join(f"</{one}>" for one in reversed(closed))
    opened.append(name)
    speaker = f" {_plain(' '.join(said.split()))}" if name == "v" and said else ""
    return f"<{name}{speaker.rstrip()}>"


def _written(cue: Cue) -> str:
    times = f"{_stamp(cue.start_ms)} --> {_stamp(cue.end_ms)}"
    return f"{times} {cue.settings}".rstrip() + f"\n{cue.text}"


def _stamp(milliseconds: int) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{thousandths:03d}"
