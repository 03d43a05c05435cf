"""The licence texts of a shop: shipped words with its own in their slots, every version kept.

A change is a new version; what was granted stays under the version that was shown (P2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.audit.service import record, take_turn
from reviewapp.core.errors import Invalid
from reviewapp.models.account import Shop
from reviewapp.models.rights import LicenceWording, PermissionEntry
from reviewapp.rights.differences import Piece, differences
from reviewapp.rights.release_texts import is_release, release_text
from reviewapp.rights.slots import NO_SLOTS, Slots, as_sentence, wrong_slots
from reviewapp.rights.texts import (
    VERSION,
    LicenceText,
    is_shipped,
    licence_text,
    licence_texts,
    shipped_versions,
)


@dataclass(frozen=True)
class Change:
    """One version of a shop's text in one language, and what it changed."""

    version: str
    text: LicenceText
    pieces: Sequence[Piece]
    """Against the version before it."""
    changed_at: datetime | None
    """None: as shipped."""
    changed_by: str


def texts_shown(
    session: Session, shop_id: UUID, language: str, version: str | None = None
) -> list[LicenceText]:
    """What an author of this shop reads now, one text a use; or read under an earlier `version`.

    A version that this shop never had is taken for the present one.
    """
    known, slots = _version(session, shop_id, language, version)
    return licence_texts(language, known, slots)


def text_shown(
    session: Session, shop_id: UUID, use: str, language: str, version: str | None = None
) -> LicenceText:
    """The text of one use, as in `texts_shown`."""
    known, slots = _version(session, shop_id, language, version)
    return licence_text(use, language, known, slots)


def text_of(session: Session, entry: PermissionEntry) -> LicenceText:
    """The very text an entry was made under: its SHA-256 is the entry's `text_sha256`."""
    if is_release(entry.text_version):
        return release_text(entry.party, entry.use, entry.text_language, entry.text_version)
    return text_shown(session, entry.shop_id, entry.use, entry.text_language, entry.text_version)


def slots_now(session: Session, shop_id: UUID, language: str) -> Slots:
    """The shop's own words in force; all empty: the standard text."""
    newest = _newest(session, shop_id, language)
    return _slots(newest) if newest else NO_SLOTS


def change_wording(
    session: Session, shop: Shop, language: str, slots: Slots, *, by: str
) -> LicenceWording | None:
    """Keep these words as the next version; all empty go back to the standard text.

    None: nothing changed. Invalid with each slot that is wrong. Grants stay under their version.
    """
    slots = Slots(slots.shop, slots.contact, as_sentence(slots.friendly))
    if wrong := wrong_slots(slots, shop.name):
        raise Invalid(fields={name: [fault] for name, fault in wrong.items()})
    take_turn(session, shop.id)
    newest = _newest(session, shop.id, language)
    if slots == (_slots(newest) if newest else NO_SLOTS):
        return None
    kept = LicenceWording(
        shop_id=shop.id,
        language=language,
        shipped_version=VERSION,
        edition=newest.edition + 1 if newest else 1,
        shop_name=slots.shop,
        contact=slots.contact,
        friendly=slots.friendly,
        changed_by=by,
    )
    session.add(kept)
    session.flush()
    record(
        session,
        shop_id=shop.id,
        actor=by,
        action="licence.changed",
        subject=f"licence_wording:{kept.id}",
        language=language,
        version=_name(kept),
        sha256=licence_text("site", language, _name(kept), slots).sha256,
    )
    return kept


def changes(session: Session, shop_id: UUID, language: str) -> list[Change]:
    """Every version in this language, the newest first, each with what it changed."""
    rows = session.scalars(
        select(LicenceWording)
        .where(LicenceWording.shop_id == shop_id, LicenceWording.language == language)
        .order_by(LicenceWording.edition)
    ).all()
    texts = [licence_text("site", language, version) for version in shipped_versions()]
    texts += [licence_text("site", language, _name(row), _slots(row)) for row in rows]
    by = [(None, "")] * len(shipped_versions()) + [(row.created_at, row.changed_by) for row in rows]
    before = ["", *(text.terms for text in texts)]
    found = [
        Change(text.version, text, differences(earlier, text.terms) if earlier else (), at, who)
        for text, earlier, (at, who) in zip(texts, before, by, strict=False)
    ]
    return found[::-1]


def _version(
    session: Session, shop_id: UUID, language: str, version: str | None
) -> tuple[str, Slots]:
    """The version's name and words: `version` where the shop had it, else the present one."""
    base, _dot, edition = (version or "").partition(".")
    if is_shipped(base):
        if not edition:
            return base, NO_SLOTS
        if row := _edition(session, shop_id, language, edition):
            return f"{base}.{row.edition}", _slots(row)
    newest = _newest(session, shop_id, language)
    return (f"{VERSION}.{newest.edition}", _slots(newest)) if newest else (VERSION, NO_SLOTS)


def _edition(session: Session, shop_id: UUID, language: str, edition: str) -> LicenceWording | None:
    if not (edition.isascii() and edition.isdigit() and len(edition) < 9):
        return None
    return session.scalars(
        select(LicenceWording).where(
            LicenceWording.shop_id == shop_id,
            LicenceWording.language == language,
            LicenceWording.edition == int(edition),
        )
    ).first()


def _newest(session: Session, shop_id: UUID, language: str) -> LicenceWording | None:
    return session.scalars(
        select(LicenceWording)
        .where(LicenceWording.shop_id == shop_id, LicenceWording.language == language)
        .order_by(LicenceWording.edition.desc())
        .limit(1)
    ).first()


def _name(row: LicenceWording) -> str:
    return f"{row.shipped_version}.{row.edition}"


def _slots(row: LicenceWording) -> Slots:
    return Slots(row.shop_name, row.contact, row.friendly)
