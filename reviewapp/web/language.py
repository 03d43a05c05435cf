"""Which language a page speaks, which one its reader picked, and its translator."""

from __future__ import annotations

from flask import g, request

from reviewapp.core.i18n import LANGUAGES, Translator, negotiate, translator


def speak(language: str) -> None:
    """Fix the language of this request's page, as the link or the member prefers it."""
    g.language = language


def chosen_language() -> str | None:
    """The language the reader picked at the foot of the page, where it is one of ours."""
    wanted = request.args.get("lang")
    return wanted if wanted in LANGUAGES else None


def page_language() -> str:
    """The fixed language; else what the browser asks for; else English."""
    fixed: str | None = g.get("language")
    return fixed or negotiate(request.headers.get("Accept-Language"), "en")


def page_translator() -> Translator:
    """The translator of this request's page."""
    return translator(page_language())
