"""Icons and stars in pages: a list shows hundreds of the same few, so each is written once."""

from __future__ import annotations

from functools import lru_cache

from flask import request
from markupsafe import Markup

from reviewapp.web.language import page_translator
from reviewapp.web.static import static_url

SHARED = frozenset(
    str.split(
        "angry arrow-left arrow-right badge-check camera check chevron-down circle-alert "
        "circle-check clock download frown gift globe image images info laugh life-buoy lock mail "
        "meh pencil plus reply rotate-ccw smile star star-half store trash-2 triangle-alert user x"
    )
)
"""In the sheet that customers' pages load too; all others are in the admin's."""


def svg_icon(name: str, label: str = "", turns: bool = False) -> Markup:
    """An icon by name; decorative without a label, mirrored with `turns` where people read so."""
    return _icon(request.script_root, name, label, turns)


def shown_stars(value: float, label: str = "") -> Markup:
    """Five stars, `value` (0 to 5) of them full; the text for ears says the same."""
    said = page_translator().gettext("%(value)s out of 5 stars", value=value)
    return _stars(request.script_root, int(value + 0.5), label or said)


@lru_cache(maxsize=1024)
def _icon(root: str, name: str, label: str, turns: bool) -> Markup:
    sheet = static_url(f"{'shared' if name in SHARED else 'admin'}/icons.svg")
    hidden = Markup(' aria-hidden="true"')
    said = Markup(' role="img" aria-label="{}"').format(label) if label else hidden
    return Markup('<svg class="icon{}"{}><use href="{}#{}"></use></svg>').format(
        " icon-turns" if turns else "", said, sheet, name
    )


@lru_cache(maxsize=1024)
def _stars(root: str, full: int, said: str) -> Markup:
    star = Markup('<svg class="icon{}" aria-hidden="true"><use href="{}#star"></use></svg>')
    sheet = static_url("shared/icons.svg")
    stars = Markup().join(star.format(" is-full" if n < full else "", sheet) for n in range(5))
    return Markup('<span class="rating" role="img" aria-label="{}">{}</span>').format(said, stars)
