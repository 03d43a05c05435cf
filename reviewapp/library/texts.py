"""Words of the library's pages: channels, states, reasons (English msgids)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from reviewapp.library.rules import ASK_REFUSALS, LEAVE_REFUSALS, RENEWAL_REFUSALS
from reviewapp.rights.rules import last_day

USES: Mapping[str, str] = {
    "site": "Other pages of the website",
    "email": "E-mail",
    "homepage": "Home page",
    "social": "Social media posts",
    "ads": "Paid adverts",
    "marketplace": "Marketplaces",
    "print": "Print",
    "partners": "Partners",
}
SEEN: Mapping[str, str] = {
    "people": "people",
    "children": "children",
    "brands": "other brands",
    "personal_data": "personal data",
}
SEEN_IN_IT: Mapping[str, tuple[str, str]] = {
    "people": ("People", "Somebody other than the author can be recognised."),
    "children": ("Children", "A child can be recognised, the author’s own too."),
    "brands": ("Other brands", "Names, logos or works of others catch the eye."),
    "personal_data": ("Personal data", "A name, an address, a number plate, a document."),
}
KINDS: Mapping[str, str] = {
    "photo": "Photos",
    "video": "Videos",
    "words": "Words",
    "excerpt": "Excerpts",
}
ORIENTATIONS: Mapping[str, str] = {
    "portrait": "Upright",
    "landscape": "Wide",
    "square": "Square",
}
LENGTHS: Mapping[str, str] = {"short": "Short", "medium": "Medium", "long": "Long"}
COLOURS: Mapping[str, str] = {
    "red": "Red",
    "orange": "Orange",
    "yellow": "Yellow",
    "green": "Green",
    "blue": "Blue",
    "purple": "Purple",
    "pink": "Pink",
    "brown": "Brown",
    "black": "Black",
    "white": "White",
    "grey": "Grey",
    "beige": "Beige",
}
RATINGS: Mapping[str, str] = {
    "4-5": "4 stars and more",
    "5": "5 stars",
    "4": "4 stars",
    "3": "3 stars",
    "2": "2 stars",
    "1": "1 star",
}
USED: Mapping[str, str] = {"no": "Not taken out yet", "yes": "Taken out before"}
EXPORT_STATES: Mapping[str, tuple[str, str]] = {
    "waiting": ("Being made", "info"),
    "made": ("Ready", "good"),
    "failed": ("Not made", "bad"),
}
ASK_STATES: Mapping[str, tuple[str, str]] = {
    "open": ("Waiting for an answer", "info"),
    "granted": ("Allowed", "good"),
    "declined": ("Declined", "warn"),
    "expired": ("No answer", ""),
    "moot": ("Ended before an answer", ""),
}
RELEASE_STATES: Mapping[str, tuple[str, str]] = {
    "open": ("Waiting for an answer", "info"),
    "granted": ("Allowed", "good"),
    "declined": ("Declined", "warn"),
    "withdrawn": ("Taken back by them", "warn"),
    "expired": ("No answer", ""),
    "taken_back": ("Taken back by us", ""),
}
LANGUAGE_NAMES: Mapping[str, str] = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
}
TAKE_DOWN_REASONS: Mapping[str, str] = {
    "withdrawn": "The author took the permission back.",
    "expired": "The permission has run out.",
    "superseded": "The author changed what was allowed.",
    "erased": "The author asked to be erased.",
    "term": "The last day you named is over.",
    "objected": "Somebody who is in it said no.",
    "unreleased": "Somebody in it has not been asked, or has not agreed.",
}
MENDING: Mapping[str, str] = {
    "not_allowed": "Ask its author for it.",
    "unchecked": "Look at it, and note who and what is in it.",
    "others": "Ask them, or take another picture.",
    "guardian": "Ask a guardian, or take another picture.",
    "ends_before": "Name an earlier last day, or ask its author for a longer time.",
    "unfinished": "Try again in a few minutes.",
}
"""What helps against a refusal."""
MENDED_AT: Mapping[str, tuple[str, str]] = {
    "unchecked": ("Look at it", "seen"),
    "others": ("Ask the people in it", "questions"),
    "guardian": ("Ask a guardian", "questions"),
}
"""Where on the page of a file's rights that is done: the link's words, the section."""


def day_through(ends_at: datetime) -> date:
    """The last day on which something may run, for people: its term ends as that day does."""
    return last_day(ends_at)


def why(code: str) -> str:
    """A refusal as a sentence."""
    return LEAVE_REFUSALS[code]


def why_not_asked(code: str) -> str:
    """Why an author is not asked, as a sentence."""
    return (ASK_REFUSALS | RENEWAL_REFUSALS)[code]
