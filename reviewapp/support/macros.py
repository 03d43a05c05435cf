"""Saved answers for cases: shipped in five languages, a shop's own beside them, every version kept.

`{name}`, `{order}`, `{item}` and `{date}` are filled from the case. What is not known stays as
`[name]`, and what a person must write stands in brackets: both stop the sending.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core.errors import Invalid
from reviewapp.core.i18n import LANGUAGES, SOURCE_LANGUAGE
from reviewapp.models.account import Shop
from reviewapp.models.macro import Macro
from reviewapp.outbox.letter_rules import objections
from reviewapp.support.answering import By

WORDS = Path(__file__).resolve().parent / "words" / "macros.txt"
FIELDS = ("name", "order", "item", "date")
LONGEST_BODY, LONGEST_NAME, LONGEST_KEY = 5_000, 80, 40
MOST_OWN = 200

_HEAD = re.compile(r"\[([a-z]{2}) ([a-z_]+)\] (.+)")
_FIELD = re.compile(r"\{([^{}\n]*)\}")
_KEY = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


@dataclass(frozen=True)
class SavedAnswer:
    """One macro in force; version 0 is the shipped text."""

    key: str
    language: str
    version: int
    name: str
    body: str

    @property
    def mark(self) -> str:
        """How a message names the macro it began with."""
        return f"{self.key}/{self.language}/{self.version}"


@cache
def shipped() -> Mapping[str, Mapping[str, SavedAnswer]]:
    """Language → key → macro, as they come with the product."""
    found: dict[str, dict[str, SavedAnswer]] = {language: {} for language in LANGUAGES}
    head: tuple[str, str, str] | None = None
    lines: list[str] = []

    def keep() -> None:
        if head:
            language, key, name = head
            found[language][key] = SavedAnswer(key, language, 0, name, "\n".join(lines).strip())

    for line in WORDS.read_text(encoding="utf-8").splitlines():
        if read := _HEAD.fullmatch(line):
            keep()
            head, lines = (read[1], read[2], read[3]), []
        elif not line.startswith("#"):
            lines.append(line)
    keep()
    return found


def in_force(session: Session, shop_id: object, language: str) -> dict[str, SavedAnswer]:
    """Key → macro in this language (English where it is not shipped), the shop's own included."""
    language = language if language in LANGUAGES else SOURCE_LANGUAGE
    found = dict(shipped()[language])
    newest = (
        select(Macro)
        .where(Macro.shop_id == shop_id, Macro.language == language)
        .order_by(Macro.key, Macro.version.desc())
        .ext(distinct_on(Macro.key))
    )
    for row in session.scalars(newest):
        if row.body:
            found[row.key] = SavedAnswer(row.key, language, row.version, row.name, row.body)
        elif row.key not in shipped()[language]:
            found.pop(row.key, None)
    return found


def versions(session: Session, shop_id: object, language: str, key: str) -> list[Macro]:
    """Every version the shop kept of one macro, the newest first."""
    return list(
        session.scalars(
            select(Macro)
            .where(Macro.shop_id == shop_id, Macro.language == language, Macro.key == key)
            .order_by(Macro.version.desc())
        )
    )


def save_macro(
    session: Session, shop: Shop, key: str, language: str, name: str, body: str, by: By
) -> Macro | None:
    """Keep a new version; None when nothing changed. An empty body goes back to the shipped text,
    or takes a shop's own macro out of use.

    Invalid for a field nobody fills, or wording that a rule forbids (G6, G8).
    """
    kept = in_force(session, shop.id, language).get(key)
    if body and kept and (kept.name, kept.body) == (name, body):
        return None
    if wrong := _wrong(key, language, name, body):
        raise Invalid(fields={field: [told] for field, told in wrong.items()})
    before = versions(session, shop.id, language, key)
    if not body and not before:
        return None
    row = Macro(
        shop_id=shop.id, key=key, language=language, version=before[0].version + 1 if before else 1,
        name=name or (kept.name if kept else key), body=body, member_id=by.member_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, shop_id=shop.id, actor=by.label, action="macro.saved",
        subject=f"macro:{key}/{language}", version=row.version,
    )  # fmt: skip
    return row


def fill(body: str, facts: Mapping[str, str]) -> str:
    """The text with its fields in place; one that is not known stays as `[field]`."""
    return _FIELD.sub(lambda place: facts.get(place[1]) or f"[{place[1]}]", body)


def new_key(name: str) -> str:
    """A key for a macro of this name."""
    key = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    return f"own_{key}"[:LONGEST_KEY].rstrip("_")


def _wrong(key: str, language: str, name: str, body: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if language not in LANGUAGES or not _KEY.fullmatch(key) or len(key) > LONGEST_KEY:
        wrong["name"] = "One of the macros in the list, or a new one with a short name."
    if body and not 0 < len(name) <= LONGEST_NAME:
        wrong["name"] = f"A name of at most {LONGEST_NAME} characters."
    if len(body) > LONGEST_BODY:
        wrong["body"] = f"At most {LONGEST_BODY:,} characters."
    unknown = sorted({field for field in _FIELD.findall(body) if field not in FIELDS})
    if unknown:
        told = ", ".join(f"{{{field}}}" for field in unknown)
        known = ", ".join(f"{{{field}}}" for field in FIELDS)
        wrong["body"] = f"Nobody fills {told}; there are {known}, and [brackets] for a person."
    if found := objections(body):
        wrong["body"] = f"“{found[0].passage}” may not be said to a customer ({found[0].rule})."
    return wrong
