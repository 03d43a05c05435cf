"""Words, dates and language choice."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from reviewapp.core import i18n
from reviewapp.core.i18n import LANGUAGES, TRANSLATIONS, negotiate, translator

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("pt-BR", "pt"),
        ("pt_BR", "pt"),
        ("de-AT,en;q=0.5", "de"),
        ("en;q=0.3, fr;q=0.9", "fr"),
        ("ja, es;q=0.1", "es"),
        ("fr;q=0, de;q=0.2", "de"),
        ("xx", "en"),
        ("*", "en"),
        ("", "en"),
        (None, "en"),
        ("q=;;,\r\n", "en"),
        ("de;q=1.2.3", "en"),
        ("a," * 5000, "en"),
    ],
)
def test_the_best_shipped_language_is_chosen(wanted: str | None, language: str) -> None:
    assert negotiate(wanted) == language


def test_an_unknown_wish_gets_the_shops_own_language() -> None:
    assert negotiate("ja-JP", default="de") == "de"
    assert negotiate("*", default="fr") == "fr"
    assert negotiate("ja", default="tlh") == "en"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="tlh"):
        translator("tlh")


def test_dates_are_said_as_people_say_them() -> None:
    berlin, english = ZoneInfo("Europe/Berlin"), translator("en")
    assert english.when(NOW + timedelta(days=2), NOW, berlin) == "in 2 days, Tuesday 10:00\u202fAM"
    assert english.when(NOW + timedelta(days=1), NOW, berlin) == "tomorrow, 10:00\u202fAM"
    assert translator("de").when(NOW, NOW, "Europe/Berlin") == "heute, 10:00"
    assert translator("fr").when(NOW - timedelta(days=1), NOW) == "hier, 09:00"
    assert translator("es").when(NOW - timedelta(days=3), NOW) == "hace 3 días, jueves 9:00"
    assert translator("pt").when(NOW + timedelta(days=9), NOW) == "1 de dezembro de 2026, 09:00"


def test_the_day_is_the_shops_day_not_utcs() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert translator("en").when(late, NOW, "Europe/Berlin").startswith("tomorrow")
    assert translator("de").long_date(late, "Europe/Berlin") == "23. November 2026"
    assert translator("de").long_date(late.date()) == "22. November 2026"


def test_an_unknown_zone_prints_in_utc() -> None:
    assert translator("de").date_time(NOW, "Mars/Olympus") == "22. November 2026, 09:00"
    assert translator("de").date_time(NOW, "../etc/passwd") == "22. November 2026, 09:00"


def test_percent_signs_are_written_double_and_missing_values_raise() -> None:
    assert translator("en").gettext("100%% of %(what)s", what="cotton") == "100% of cotton"
    with pytest.raises(KeyError):
        translator("en").gettext("Hello %(name)s")


def test_numbers_choose_the_plural() -> None:
    assert translator("en").ngettext("%(num)s day", "%(num)s days", 2) == "2 days"
    assert translator("en").ngettext("%(num)s day", "%(num)s days", 1) == "1 day"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_which_way_it_runs(language: str) -> None:
    assert translator(language).direction == "ltr"


def test_messages_are_found_in_templates_and_code(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("{% trans %}Hello{% endtrans %} {{ _('Bye %(x)s', x=1) }}")
    (tmp_path / "b.py").write_text("ngettext('one', 'many', 2)\n_('today, %(time)s')")
    (tmp_path / "c.md").write_text("_('not looked at')")
    assert set(i18n.messages_in([tmp_path])) == {
        "Hello",
        "Bye %(x)s",
        ("one", "many"),
        "today, %(time)s",
    }
    assert i18n.missing([tmp_path], "de") == ["Bye %(x)s", "Hello", "one"]
    assert i18n.missing([tmp_path], "en") == []


@pytest.mark.parametrize(
    "file", sorted(TRANSLATIONS.glob("*/*.po")), ids=lambda f: f"{f.parent.name}/{f.name}"
)
def test_every_translation_keeps_its_placeholders(file: Path) -> None:
    with file.open("rb") as source:
        catalog = read_po(source, locale=file.parent.name, abort_invalid=True)
    for message in catalog:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        allowed = {name for text in ids for name in PLACEHOLDER.findall(text)}
        for text in strings:
            assert text, f"{ids[0]!r} is not translated"
            assert set(PLACEHOLDER.findall(text)) <= allowed | {"num"}, ids[0]
            assert set(PLACEHOLDER.findall(ids[0])) - {"num", "count"} <= set(
                PLACEHOLDER.findall(text)
            ), ids[0]
