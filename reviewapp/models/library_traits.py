"""What a piece of the library is, one bit each: what its indexes carry along for the filters.

Whoever walks an index in the order of the list sees by `traits` which pieces cannot fit, without
a look at their rows. A bit that is set says "perhaps" (a permission may have ended a minute ago,
languages without a bit of their own share one); one that is not set says "no".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

LANGUAGES = (
    "en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv", "da", "nb", "fi", "cs", "hu", "ro",
    "el", "tr", "ja", "ko", "zh", "ar",
)  # fmt: skip
"""Those with a bit of their own; all others share one."""
OTHER_LANGUAGE = "other"
_TOLD = {
    "kind": ("photo", "video", "words", "excerpt"),
    "orientation": ("portrait", "landscape", "square"),
    "length": ("short", "medium", "long"),
    "colour": (
        "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white",
        "grey", "beige",
    ),
    "rating": ("1", "2", "3", "4", "5"),
    "used": ("no", "yes"),
    "picked": ("yes",),
    "ends": ("yes",),
    "use": (
        "site", "email", "homepage", "social", "ads", "marketplace", "print", "partners",
    ),
    "language": (*LANGUAGES, OTHER_LANGUAGE),
}  # fmt: skip
"""The order is kept for ever: the bits stand in the rows."""


def _numbered() -> Iterator[tuple[tuple[str, str], int]]:
    pairs = [(name, value) for name, values in _TOLD.items() for value in values]
    return ((pair, 1 << number) for number, pair in enumerate(pairs))


BITS: Mapping[tuple[str, str], int] = dict(_numbered())
"""Filter and value → its bit; all of them fit into 63."""


def bit_of(name: str, value: str) -> int:
    """The bit of a filter's value."""
    if name == "language" and value not in LANGUAGES:
        return BITS["language", OTHER_LANGUAGE]
    return BITS[name, value]


def _chosen(name: str, otherwise: int = 0) -> str:
    cases = " ".join(
        f"WHEN '{value}' THEN {BITS[name, value]}"
        for value in _TOLD[name]
        if (name, value) != ("language", OTHER_LANGUAGE)
    )
    return f"CASE {name} {cases} ELSE {otherwise} END"


def _switched(condition: str, name: str, value: str) -> str:
    return f"CASE WHEN {condition} THEN {BITS[name, value]} ELSE 0 END"


TRAITS_SQL = " | ".join(
    f"({part})::bigint"
    for part in (
        *(_chosen(name) for name in ("kind", "orientation", "length", "colour", "rating")),
        _switched("used", "used", "yes"),
        _switched("NOT used", "used", "no"),
        _switched("picked", "picked", "yes"),
        _switched("ends_at IS NOT NULL", "ends", "yes"),
        *(_switched(f"{use}_until IS NOT NULL", "use", use) for use in _TOLD["use"]),
        _chosen("language", BITS["language", OTHER_LANGUAGE]),
    )
)
"""A row's traits out of its other columns."""
