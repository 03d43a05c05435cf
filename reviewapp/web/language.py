"""Which language a page speaks, and its translator."""

from __future__ import annotations

from flask import g, request

from reviewapp.core.i18n import Translator, negotiate, translator


def speak(language: str) -> None:
    """Fix the language of this request's page, as the link or the member prefers it."""
    g.language = language


def page_language() -> str:
    """The fixed language; else what the browser asks for; else English."""
    fixed: str | None = g.get("language")
    return fixed or negotiate(request.headers.get("Accept-Language"), "en")


def page_translator() -> Translator:
    """The translator of this request's page."""
    return translator(page_language())
