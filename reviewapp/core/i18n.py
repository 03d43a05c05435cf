"""Words and dates in the reader's language: gettext over committed .po files, read by Babel.

English is the source. Several domains (`mail`, `customer`, `widgets`, …) lie side by side in
`reviewapp/translations/{language}/{domain}.po` and are merged, so that each room keeps its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("en", "de", "fr", "es", "pt")
SOURCE_LANGUAGE = "en"
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"

_RANGE = re.compile(r"^\s*([A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*([0-9.]+))?")
_MOST_RANGES = 20
_NEAR = timedelta(days=7)


@dataclass(frozen=True)
class Translator:
    """One language's words and dates; made by `translator()`, safe to share between threads."""

    language: str
    catalog: NullTranslations

    @property
    def locale(self) -> Locale:
        """Babel's locale: plural rules, names of days, number signs."""
        return _locale(self.language)

    def languages(self) -> list[tuple[str, str]]:
        """Every language with a two-letter tag and its name in this one, by name."""
        named = ((tag, name) for tag, name in self.locale.languages.items() if len(tag) == 2)
        return sorted(named, key=lambda pair: pair[1].casefold())

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, for the `dir` attribute."""
        return self.locale.text_direction

    def gettext(self, message: str, **values: object) -> str:
        """Translate; `%(name)s` takes from `values` (KeyError when one is missing), `%%` is %."""
        return self.catalog.gettext(message) % values

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        """Translate by number; `%(count)s` and `%(num)s` are the number itself."""
        return self.catalog.ngettext(one, many, count) % {"num": count, "count": count, **values}

    def long_date(self, value: date, zone: str | tzinfo = UTC) -> str:
        """A day as people write it; an instant is first put into `zone` (the shop's)."""
        if isinstance(value, datetime):
            value = value.astimezone(zone_of(zone))
        return format_date(value, "long", locale=self.locale)

    def date_time(self, value: datetime, zone: str | tzinfo = UTC) -> str:
        """A day and time in `zone`."""
        return self.gettext(
            "%(date)s, %(time)s",
            date=self.long_date(value, zone),
            time=self.clock_time(value, zone),
        )

    def clock_time(self, value: datetime, zone: str | tzinfo = UTC) -> str:
        """Hours and minutes in `zone`."""
        return format_time(value, "short", tzinfo=zone_of(zone), locale=self.locale)

    def when(self, value: datetime, now: datetime, zone: str | tzinfo = UTC) -> str:
        """As people say it: `tomorrow, 9:00 AM`, `in 2 days, Tuesday 9:00 AM`, else the date."""
        there = zone_of(zone)
        at, today = value.astimezone(there), now.astimezone(there).date()
        days = (at.date() - today).days
        time = self.clock_time(value, there)
        near = {-1: "yesterday, %(time)s", 0: "today, %(time)s", 1: "tomorrow, %(time)s"}
        if days in near:
            return self.gettext(near[days], time=time)
        if timedelta(days=abs(days)) >= _NEAR:
            return self.gettext("%(date)s, %(time)s", date=self.long_date(value, there), time=time)
        distance = format_timedelta(
            timedelta(days=days), "day", threshold=100, add_direction=True, locale=self.locale
        )
        weekday = format_date(at, "EEEE", locale=self.locale)
        return self.gettext(
            "%(distance)s, %(weekday)s %(time)s", distance=distance, weekday=weekday, time=time
        )


@cache
def translator(language: str) -> Translator:
    """The words of `language` (one of LANGUAGES; ValueError otherwise), read once a process."""
    if language not in LANGUAGES:
        raise ValueError(f"not a shipped language: {language!r}")
    merged: NullTranslations = NullTranslations()
    for file in sorted((TRANSLATIONS / language).glob("*.po")):
        merged = _merge(merged, _read(file, language))
    return Translator(language, merged)


def negotiate(wanted: str | None, default: str = SOURCE_LANGUAGE) -> str:
    """The best of LANGUAGES for an Accept-Language header or a locale such as `pt_BR`.

    Regions fall back to their base language (RFC 4647 3.4); anything unreadable gives `default`.
    """
    for language in _by_preference(wanted or ""):
        if language in LANGUAGES:
            return language
        if language == "*":
            break
    return default if default in LANGUAGES else SOURCE_LANGUAGE


def own_name(tag: str) -> str:
    """A language as its speakers call it, such as `Deutsch`; the tag where Babel knows none."""
    try:
        return Locale.parse(tag, sep="-").get_display_name() or tag
    except (ValueError, UnknownLocaleError):
        return tag


def zone_of(zone: str | tzinfo) -> tzinfo:
    """A zone by its IANA name; UTC where the name is unknown, since a letter must still go out."""
    if not isinstance(zone, str):
        return zone
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return UTC


def messages_in(paths: Iterable[Path]) -> Iterator[str | tuple[str, str]]:
    """Every message id in templates and Python files below `paths`; plurals are pairs."""
    from babel.messages.extract import extract_from_file

    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in (file for file in files if file.suffix in _METHODS):
            method, options = _METHODS[file.suffix]
            found = extract_from_file(method, file, options=options)
            for _line, message, _comments, _context in found:
                yield (message[0], message[1]) if isinstance(message, tuple) else message


def missing(paths: Iterable[Path], language: str) -> list[str]:
    """Message ids below `paths` that `language` does not translate, sorted; for the house guard."""
    if language == SOURCE_LANGUAGE:
        return []
    known = _translated(language)
    ids = {message[0] if isinstance(message, tuple) else message for message in messages_in(paths)}
    return sorted(ids - known)


_METHODS: dict[str, tuple[str, dict[str, Any]]] = {
    ".py": ("python", {}),
    ".html": ("jinja2", {"silent": "false"}),
    ".mjml": ("jinja2", {"silent": "false"}),
    ".txt": ("jinja2", {"silent": "false"}),
}


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (ValueError, UnknownLocaleError):
        return Locale.parse(SOURCE_LANGUAGE)


def _read(file: Path, language: str) -> GNUTranslations:
    with file.open("rb") as source:
        catalog = read_po(source, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _merge(first: NullTranslations, second: GNUTranslations) -> NullTranslations:
    """Look into `second`, then into what was read before it; each keeps its plural rule."""
    if isinstance(first, GNUTranslations):
        second.add_fallback(first)
    return second


def _translated(language: str) -> set[str]:
    known: set[str] = set()
    for file in (TRANSLATIONS / language).glob("*.po"):
        with file.open("rb") as source:
            catalog = read_po(source, locale=language, abort_invalid=True)
        for message in catalog:
            if message.id and not message.fuzzy and _complete(message):
                known.add(message.id if isinstance(message.id, str) else message.id[0])
    return known


def _complete(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return bool(strings) and all(strings)


def _by_preference(header: str) -> list[str]:
    ranges: list[tuple[float, str]] = []
    for part in header[:1000].split(",")[:_MOST_RANGES]:
        if match := _RANGE.match(part):
            quality = _quality(match[2])
            if quality > 0:
                ranges.append((quality, re.split("[-_]", match[1])[0].lower()))
    ranges.sort(key=itemgetter(0), reverse=True)
    return [language for _, language in ranges]


def _quality(text: str | None) -> float:
    try:
        return 1.0 if text is None else min(float(text), 1.0)
    except ValueError:
        return 0.0
