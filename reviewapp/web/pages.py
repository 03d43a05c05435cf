"""What templates are given: translation, dates, CSRF, static addresses."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import format_timedelta
from flask import Flask, g
from markupsafe import Markup, escape

from reviewapp.core import clock
from reviewapp.core.i18n import translator, zone_of
from reviewapp.web.forms import csrf_token
from reviewapp.web.icons import shown_stars, svg_icon
from reviewapp.web.language import page_language, page_translator


def bind_pages(app: Flask) -> None:
    """Undefined names are errors, not blanks; strings are translated at rendering time."""
    from jinja2 import StrictUndefined

    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        _=gettext, gettext=gettext, ngettext=ngettext, csrf_token=csrf_token, now=clock.now
    )
    app.jinja_env.globals.update(svg_icon=svg_icon, shown_stars=shown_stars)
    app.jinja_env.filters.update(when=when, day=day, span=span)
    app.context_processor(_page_values)


def gettext(message: str, **values: Any) -> str:
    """The page's translation of `message`; `%(name)s` filled, values escaped in templates.

    Where a value is markup, such as an instant, the others are escaped here.
    """
    if any(isinstance(value, Markup) for value in values.values()):
        return escape(page_translator().catalog.gettext(message)) % values
    return page_translator().gettext(message, **values)


def ngettext(one: str, many: str, number: int, **values: Any) -> str:
    """As gettext, in the plural form of `number`."""
    return page_translator().ngettext(one, many, number, **values)


def when(instant: datetime | None, time_zone: str = "UTC") -> Markup | str:
    """An instant as people say it, the exact time on hover."""
    if instant is None:
        return ""
    today = clock.now().astimezone(zone_of(time_zone)).date()
    return _spoken(page_language(), instant, today, time_zone)


@lru_cache(maxsize=8192)
def _spoken(language: str, instant: datetime, today: date, time_zone: str) -> Markup:
    """Told once a day: a list shows fifty, and most of them stood on the page before."""
    noon = datetime.combine(today, time(12), zone_of(time_zone))
    words = translator(language)
    exact, spoken = words.date_time(instant, time_zone), words.when(instant, noon, time_zone)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        instant.isoformat(), exact, spoken
    )


def day(instant: date | None, time_zone: str = "UTC") -> str:
    """A day as people write it; of an instant the one in the shop's zone."""
    return "" if instant is None else page_translator().long_date(instant, time_zone)


def span(seconds: float) -> str:
    """A length of time as people say it: "3 hours"."""
    locale = page_translator().locale
    return format_timedelta(timedelta(seconds=float(seconds)), threshold=1.5, locale=locale)


def _page_values() -> dict[str, Any]:
    translator = page_translator()
    actor = g.get("actor")
    return {
        "page_lang": page_language(),
        "page_dir": translator.direction,
        "actor": actor,
        "shop": actor.shop if actor else g.get("shop"),
    }
