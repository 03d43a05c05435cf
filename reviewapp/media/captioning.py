"""The captions of a film: put beside it, replaced, taken away; each in the log."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.audit.service import record
from reviewapp.core import clock
from reviewapp.core.errors import Conflict, Invalid, NotFound
from reviewapp.core.ids import new_id
from reviewapp.core.kit import Kit
from reviewapp.core.storage import content_key
from reviewapp.media.captions import CONTENT_TYPE, LANGUAGE
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.outbox.messages import emit

MOST_LANGUAGES = 20


def store_captions(kit: Kit, clean: bytes) -> str:
    """Put clean captions into private storage, outside any transaction; their key."""
    key = content_key(hashlib.sha256(clean).hexdigest(), ".vtt")
    kit.storage.put(key, clean, content_type=CONTENT_TYPE)
    return key


def set_captions(
    session: Session, film: MediaAsset, language: str, key: str, byte_count: int, *, actor: str
) -> None:
    """Show the stored captions with the film, in place of those it had in this language.

    Invalid for what is no language tag (`en`, `pt-BR`) or one language too many; Conflict for a
    picture.
    """
    if film.kind != "video":
        raise Conflict
    if not LANGUAGE.fullmatch(language):
        raise Invalid(fields={"language": ["Choose the language of the captions."]})
    before = _key_of(session, film.id, language)
    if before is None and _count(session, film.id) >= MOST_LANGUAGES:
        raise Invalid(fields={"language": ["There are captions in very many languages already."]})
    file = {"key": key, "byte_count": byte_count, "created_at": clock.now()}
    row = insert(Rendition).values(
        id=new_id(),
        shop_id=film.shop_id,
        asset_id=film.id,
        role="captions",
        language=language,
        width=0,
        height=0,
        content_type=CONTENT_TYPE,
        **file,
    )
    parts = ["asset_id", "role", "width", "content_type", "language"]
    session.execute(row.on_conflict_do_update(index_elements=parts, set_=file))
    _tell(session, film, before if before != key else None)
    _log(session, film, "media.captioned", language, key, actor)


def remove_captions(session: Session, film: MediaAsset, language: str, *, actor: str) -> None:
    """Take the film's captions in this language away; NotFound where there are none."""
    key = _key_of(session, film.id, language)
    if key is None:
        raise NotFound
    session.execute(delete(Rendition).where(*_captions(film.id, language)))
    _tell(session, film, key)
    _log(session, film, "media.captions_removed", language, key, actor)


def _captions(asset_id: UUID, language: str | None = None) -> list[ColumnElement[bool]]:
    found = [Rendition.asset_id == asset_id, Rendition.role == "captions"]
    return [*found, Rendition.language == language] if language else found


def _key_of(session: Session, asset_id: UUID, language: str) -> str | None:
    return session.scalar(select(Rendition.key).where(*_captions(asset_id, language)))


def _count(session: Session, asset_id: UUID) -> int:
    rows = select(func.count()).select_from(Rendition).where(*_captions(asset_id))
    return session.scalar(rows) or 0


def _tell(session: Session, film: MediaAsset, replaced: str | None) -> None:
    emit(
        session,
        "media.captioned",
        shop_id=film.shop_id,
        asset_id=film.id,
        review_id=film.review_id,
        keys=[replaced] if replaced else [],
    )


def _log(
    session: Session, film: MediaAsset, action: str, language: str, key: str, actor: str
) -> None:
    record(
        session,
        shop_id=film.shop_id,
        actor=actor,
        action=action,
        subject=f"media:{film.id}",
        language=language,
        captions=key,
    )
