"""How much may come through one link and from one address; held under parallel requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select, text
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.errors import Invalid, TooMany
from reviewapp.media.service import MOST_PHOTOS, STAGED_FOR
from reviewapp.models.media import MediaAsset
from reviewapp.models.upload import Upload

QUOTA_SPAN = timedelta(hours=24)
_ON_THE_WAY = ("open", "received")


@dataclass(frozen=True)
class Quota:
    """Bounds within QUOTA_SPAN: files begun, bytes said or sent, uploads open at once."""

    files: int
    bytes: int
    open: int


LINK_QUOTA = Quota(files=60, bytes=2 * 1024**3, open=12)
"""An order of ten products with six photos each, and both forms open at once."""
ADDRESS_QUOTA = Quota(files=600, bytes=20 * 1024**3, open=120)
"""Ten times that: phones of one network share an address."""


@dataclass(frozen=True)
class Sender:
    """Who sends: a link of a shop, from an address of which only a keyed digest is kept."""

    shop_id: UUID
    request_id: UUID
    address_digest: str


@dataclass(frozen=True)
class Wanted:
    """A file as its sender announces it; `form` names the form it is for."""

    form: str
    filename: str
    content_type: str
    length: int


def reserve(session: Session, sender: Sender, wanted: Wanted) -> Upload:
    """Make the row of an upload, within all quotas; `session` sees every shop.

    Requests of one link come in turn, then those of one address (always in this order, so that
    none waits in a circle). Raises Invalid when the form is full, TooMany over a quota.
    """
    link, address = str(sender.request_id), sender.address_digest
    for key in (link, address):
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key}
        )
    if _held_by_form(session, sender.request_id, wanted.form) >= MOST_PHOTOS:
        raise Invalid("uploads_of_form")
    _check(session, LINK_QUOTA, Upload.request_id == sender.request_id, wanted.length)
    _check(session, ADDRESS_QUOTA, Upload.address_digest == address, wanted.length)
    upload = Upload(
        shop_id=sender.shop_id,
        request_id=sender.request_id,
        address_digest=address,
        form=wanted.form,
        filename=wanted.filename,
        content_type=wanted.content_type,
        length=wanted.length,
        expires_at=clock.now() + STAGED_FOR,
    )
    session.add(upload)
    session.flush()
    return upload


def _held_by_form(session: Session, request_id: UUID, form: str) -> int:
    """Files of a form that are on their way, or here and not used."""
    found = session.scalar(
        select(func.count())
        .select_from(Upload)
        .outerjoin(MediaAsset, MediaAsset.id == Upload.asset_id)
        .where(
            Upload.request_id == request_id,
            Upload.form == form,
            Upload.expires_at > clock.now(),
            or_(Upload.state.in_(_ON_THE_WAY), MediaAsset.state == "staged"),
        )
    )
    return found or 0


def _check(session: Session, quota: Quota, whose: ColumnElement[bool], length: int) -> None:
    now = clock.now()
    on_the_way = Upload.state.in_(_ON_THE_WAY) & (Upload.expires_at > now)
    files, size, opened = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((on_the_way, Upload.length), else_=Upload.received)), 0),
            func.count().filter(on_the_way),
        ).where(whose, Upload.created_at > now - QUOTA_SPAN)
    ).one()
    if opened >= quota.open:
        raise TooMany("uploads_open", retry_after_seconds=60)
    wait_seconds = int(QUOTA_SPAN.total_seconds())
    if files >= quota.files:
        raise TooMany("uploads_count", retry_after_seconds=wait_seconds)
    if size + length > quota.bytes:
        raise TooMany("uploads_bytes", retry_after_seconds=wait_seconds)
