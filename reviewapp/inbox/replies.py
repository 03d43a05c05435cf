"""What a person wrote anew: quoted letters and signatures cut off, and kept beside.

Every pattern looks at a bounded line or three, so that no text, however made, takes long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from justhtml import JustHTML

from reviewapp.inbox.parsing import Incoming

MOST_LINE_CHARS = 1_000
INTRO_LINES = 3
HEADER_BLOCK_LINES = 8
MOST_HTML_CHARS = 500_000

QUOTES_IN_HTML = (
    ".gmail_quote", ".gmail_quote_container", ".yahoo_quoted", ".protonmail_quote",
    ".moz-cite-prefix", ".zmail_extra", "#mail-editor-reference-message-container", "blockquote",
)  # fmt: skip

# How programs say whose words follow: begins so, ends so (English, German, French, Spanish,
# Portuguese, Italian, Dutch, Swedish).
_INTROS = (
    ("on ", ("wrote:",)),
    ("am ", ("schrieb:", ":")),
    ("le ", ("a écrit :", "a écrit:", "a écrit\xa0:")),
    ("el ", ("escribió:",)),
    ("em ", ("escreveu:",)),
    ("no dia ", ("escreveu:",)),
    ("a ", ("escreveu:",)),
    ("il ", ("ha scritto:",)),
    ("op ", ("schreef:", "het volgende geschreven:", ":")),
    ("den ", ("skrev:", ":")),
)
_NEEDED = {"am ": " schrieb", "op ": " schreef", "den ": " skrev"}
"""Where the verb stands before the name, it has to be there."""
_HEADER_NAMES = frozenset({
    "from", "sent", "to", "subject", "date", "cc", "von", "gesendet", "an", "betreff", "datum",
    "de", "envoyé", "envoyé le", "à", "objet", "enviado", "enviado el", "para", "asunto", "fecha",
    "enviado em", "enviada em", "assunto", "data", "da", "a", "oggetto", "inviato",
})  # fmt: skip
_HEADER = re.compile(r"^[*\s]{0,4}([A-Za-zÀ-ÿ-]{1,10}(?: [a-z]{2,3})?)\s?:[*\s]{0,3}\S")
_DIVIDER = re.compile(
    r"^-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht"
    r"|weitergeleitete nachricht|message d.origine|message original|mensaje original"
    r"|mensagem original|messaggio originale)\s*-{2,}$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[_=-]{10,}$")
_SIGNATURE = re.compile(r"^--\s?$|^—$|^_{2}$")
_MOBILE = re.compile(
    r"^(?:sent (?:from|via|with) |get outlook for |von meinem .{1,60} gesendet"
    r"|gesendet (?:von|mit|aus|über) |diese nachricht wurde von meinem |outlook für "
    r"|envoyé (?:de|depuis|à partir) |obtenir outlook |télécharger outlook "
    r"|enviado (?:desde|do|de|a partir|con|com) |obtener outlook |obter o outlook "
    r"|inviato da |verstuurd vanaf )",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Words:
    """What was said, and what stood under or between it: shown on demand, never lost."""

    said: str
    quoted: str = ""


def words_of(mail: Incoming) -> Words:
    """A mail's words; HTML is read where there is no plain text, images and styles left out."""
    if mail.plain.strip():
        return cut(mail.plain)
    if mail.html.strip():
        return _from_html(mail.html)
    return Words("")


def cut(text: str) -> Words:
    """Part plain text into new words and the rest."""
    lines = [line.rstrip() for line in text.split("\n")]
    start = next((n for n in range(len(lines)) if _quote_begins(lines, n)), len(lines))
    own, rest = lines[:start], lines[start:]
    between = _answers_between(rest)
    if between and not _joined(own):
        own, rest = _below(rest)
    elif between:
        own, rest = lines[: start + between], rest[between:]
    own, signature = _without_signature(own)
    said = _joined(own)
    if not said:
        return Words(_joined(lines))
    return Words(said, _joined([*signature, *rest]))


def text_of_html(html: str) -> str:
    """HTML as its reader sees it, block by block."""
    return _as_text(JustHTML(html[:MOST_HTML_CHARS]))


def _from_html(html: str) -> Words:
    page = JustHTML(html[:MOST_HTML_CHARS])
    taken = []
    for selector in QUOTES_IN_HTML:
        for node in page.query(selector):
            if node.parent is not None:
                taken.append(node.to_text(separator="\n", separator_blocks_only=True))
                node.parent.remove_child(node)
    own = cut(_as_text(page))
    if not own.said:
        return Words(text_of_html(html))
    return Words(own.said, "\n\n".join(filter(None, [own.quoted, *taken])).strip())


def _as_text(page: JustHTML) -> str:
    return page.to_text(separator="\n", separator_blocks_only=True).replace("\xa0", " ").strip()


def _quote_begins(lines: list[str], at: int) -> bool:
    line = lines[at][:MOST_LINE_CHARS]
    if not line:
        return False
    if line.startswith(">"):
        return True
    divided = _DIVIDER.match(line) or (_RULE.match(line) and _is_header_block(lines, at + 1))
    return bool(divided) or _is_intro(lines, at) or _is_header_block(lines, at)


def _is_intro(lines: list[str], at: int) -> bool:
    """`On …, … wrote:`, on one line or wrapped over up to three."""
    near = [line[:MOST_LINE_CHARS] for line in lines[at : at + INTRO_LINES]]
    first = near[0].lstrip("*_ ").casefold()
    for begin, ends in _INTROS:
        if not first.startswith(begin):
            continue
        for count in range(1, INTRO_LINES + 1):
            whole = " ".join(near[:count]).rstrip("*_ ").casefold()
            if whole.endswith(ends) and _NEEDED.get(begin, "") in whole and _has_date(whole):
                return True
    return False


def _has_date(line: str) -> bool:
    return any(character.isdigit() for character in line)


def _is_header_block(lines: list[str], at: int) -> bool:
    """`From:`, `Sent:`, `To:`, … as Outlook writes them, at least three together."""
    if at >= len(lines) or not _header_name(lines[at]):
        return False
    names = {_header_name(line) for line in lines[at : at + HEADER_BLOCK_LINES]} - {""}
    return len(names) >= 3


def _header_name(line: str) -> str:
    found = _HEADER.match(line[:MOST_LINE_CHARS])
    name = found[1].casefold().strip() if found else ""
    return name if name in _HEADER_NAMES else ""


def _answers_between(rest: list[str]) -> int:
    """How many lines of the quoted part reach to the last word of the writer's own; 0: none.

    Only where quotes are marked can that be known.
    """
    if not any(line.startswith(">") for line in rest):
        return 0
    ends = next((n for n, line in enumerate(rest) if _is_footer(line)), len(rest))
    quoted, last = False, 0
    for number, line in enumerate(rest[:ends]):
        quoted = quoted or line.startswith(">")
        new = line and not line.startswith(">") and not _is_intro(rest, number)
        if quoted and new and not _ends_intro(rest, number):
            last = number + 1
    return last


def _ends_intro(lines: list[str], at: int) -> bool:
    return any(_is_intro(lines, start) for start in range(max(0, at - INTRO_LINES + 1), at))


def _below(rest: list[str]) -> tuple[list[str], list[str]]:
    """An answer under the one quote it answers, or among several, which it needs to be read."""
    end = _answers_between(rest)
    marks = [n for n, line in enumerate(rest[:end]) if line.startswith(">")]
    if marks and not _joined([line for line in rest[marks[0] : marks[-1]] if line[:1] != ">"]):
        return rest[marks[-1] + 1 : end], [*rest[: marks[-1] + 1], *rest[end:]]
    return rest[:end], rest[end:]


def _is_footer(line: str) -> bool:
    return bool(_SIGNATURE.match(line)) or (len(line) < 200 and bool(_RULE.match(line)))


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    for number, line in enumerate(lines):
        if _SIGNATURE.match(line) and _joined(lines[:number]):
            return lines[:number], lines[number:]
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for number in filled[-3:]:
        if _MOBILE.match(lines[number].strip()) and number != filled[0]:
            return lines[:number], lines[number:]
    return lines, []


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n").strip()
