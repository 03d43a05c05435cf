"""Letters: which facts each one needs, and its subject, text and HTML in the reader's language.

Templates lie in `templates/mail/{letter}.{subject.txt,txt,mjml}`. A letter that lacks a fact, is
handed one it does not know, or still shows a placeholder raises LetterError and is not sent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import mrml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from reviewapp.core.i18n import TRANSLATIONS, translator
from reviewapp.outbox.letter_facts import LETTERS, LetterError, Shape, facts_of, with_markers
from reviewapp.outbox.splice import Spliced, html_of, quoted_printable

__all__ = ["LETTERS", "Letter", "LetterError", "Prepared", "fill", "render", "version"]

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "mail"
MOST_HTML_BYTES = 60_000

_PLACEHOLDER = re.compile(r"\{\{|\{%|%\(")


@dataclass(frozen=True)
class Letter:
    """What the reader gets: one line of subject, plain text, HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Prepared:
    """A letter laid out for one language and one shape of facts; only values are missing."""

    subject: Spliced
    text: Spliced
    html: Spliced


class Filled(NamedTuple):
    """A letter ready for the wire: subject, and both bodies in quoted-printable."""

    subject: str
    text: bytes
    html: bytes


def render(letter: str, language: str, params: Mapping[str, Any]) -> Letter:
    """The letter for people to read: previews, tests, the mailbox.

    `params` are the facts `letter_facts.LETTERS[letter]` lists. LetterError when they do not fit;
    ValueError for a language that is not shipped.
    """
    prepared, values = _lay_out(letter, language, params)
    html_values = [html_of(value) for value in values]
    return Letter(
        subject=_one_line(prepared.subject.fill(values)),
        text=prepared.text.fill(values),
        html=prepared.html.fill(html_values),
    )


def fill(letter: str, language: str, params: Mapping[str, Any]) -> Filled:
    """The same letter for sending, spliced into prepared and encoded pieces; tens of µs."""
    prepared, values = _lay_out(letter, language, params)
    text, html = [], []
    for value in values:
        markup = html_of(value)
        text.append(quoted_printable(value))
        html.append(text[-1] if markup is value else quoted_printable(markup))
    return Filled(
        subject=_one_line(prepared.subject.fill(values)),
        text=prepared.text.fill_encoded(text),
        html=prepared.html.fill_encoded(html),
    )


@cache
def version(letter: str, language: str) -> str:
    """12 hex digits that change with the letter's wording; every request records them."""
    words = TRANSLATIONS / language / "mail.po"
    mark = hashlib.sha256()
    for file in [*sorted(TEMPLATES.glob("_*")), *_files(letter), words]:
        if file.is_file():
            mark.update(file.read_bytes())
    return mark.hexdigest()[:12]


def _lay_out(letter: str, language: str, params: Mapping[str, Any]) -> tuple[Prepared, list[str]]:
    shape, values = facts_of(letter, params, translator(language))
    return _prepared(letter, language, shape), values


@lru_cache(maxsize=512)
def _prepared(letter: str, language: str, shape: Shape) -> Prepared:
    context = with_markers(shape)
    try:
        subject, text, mjml = _rendered(letter, language, context)
        html = mrml.to_html(mjml, render_options=mrml.RenderOptions(fonts={})).content
    except (TemplateError, KeyError, TypeError, OSError) as error:
        raise LetterError(f"{letter}/{language}: {error!r}") from error
    for part in (subject, text, html):
        if left := _PLACEHOLDER.search(part):
            raise LetterError(f"{letter}/{language}: unresolved {left[0]!r}")
    if len(html.encode()) > MOST_HTML_BYTES:
        raise LetterError(f"{letter}/{language}: HTML over {MOST_HTML_BYTES} bytes")
    return Prepared(Spliced.cut(subject), Spliced.cut(text), Spliced.cut(html))


def _rendered(letter: str, language: str, context: Mapping[str, Any]) -> Iterator[str]:
    plain, markup = _environment(language, markup=False), _environment(language, markup=True)
    yield plain.get_template(f"{letter}.subject.txt").render(context).strip()
    yield plain.get_template(f"{letter}.txt").render(context).strip() + "\n"
    yield markup.get_template(f"{letter}.mjml").render(context)


@cache
def _environment(language: str, *, markup: bool) -> Environment:
    words = translator(language)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=markup,  # noqa: S701 - subjects and plain text are not markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        words.catalog.gettext, words.catalog.ngettext, newstyle=True
    )
    environment.globals |= {"lang": language, "dir": words.direction}
    return environment


def _files(letter: str) -> list[Path]:
    return [TEMPLATES / f"{letter}.{suffix}" for suffix in ("subject.txt", "txt", "mjml")]


def _one_line(subject: str) -> str:
    return " ".join(subject.split())
