"""The errand that makes bundles: claimed, made outside any transaction, settled (P4)."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO, cast

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Gone, NotFound, OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.library.bundle import Made, Piece, write_bundle
from reviewapp.library.contents import seen_in
from reviewapp.library.exporting import Checked, one_export, recheck
from reviewapp.models.account import Shop
from reviewapp.models.library import Export, ExportItem, TakeDown
from reviewapp.models.rights import PermissionDetail
from reviewapp.outbox.messages import emit
from reviewapp.rights.certificate import certificate
from reviewapp.rights.rules import RELEASED_BY, Seen
from reviewapp.rights.wording import text_of
from reviewapp.rights.xmp import FileRights

BATCH = 200
LEASE = timedelta(minutes=10)
"""How long a claimed export waits before another worker may make it."""

log = structlog.get_logger()


def make_exports(kit: Kit) -> int:
    """The errand "exports": make the bundles that wait; returns how many were settled."""
    settled = 0
    while (made := _claim(kit)) is not None:
        _make(kit, made)
        settled += 1
    return settled


def forget_bundles(kit: Kit) -> int:
    """The errand "bundles": delete what may not be fetched any more, since something in it ended.

    The file goes first: a process that dies in between does the same again.
    """
    with kit.database.transaction(EVERY_SHOP) as session:
        ended = (
            select(TakeDown.id)
            .join(ExportItem, ExportItem.id == TakeDown.export_item_id)
            .where(ExportItem.export_id == Export.id, TakeDown.lifted_at.is_(None))
        )
        found = session.execute(
            select(Export.id, Export.key)
            .where(Export.key.is_not(None), ended.exists())
            .limit(BATCH)
        ).all()
    for export_id, key in found:
        kit.storage.delete(str(key))
        with kit.database.transaction(EVERY_SHOP) as session:
            session.execute(update(Export).where(Export.id == export_id).values(key=None))
    return len(found)


def _claim(kit: Kit) -> Export | None:
    now = clock.now()
    with kit.database.transaction(EVERY_SHOP) as session:
        waiting = (
            select(Export.id)
            .where(
                Export.state == "waiting",
                or_(Export.claimed_at.is_(None), Export.claimed_at < now - LEASE),
            )
            .order_by(Export.created_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return session.scalars(
            update(Export)
            .where(Export.id == waiting.scalar_subquery())
            .values(claimed_at=now)
            .returning(Export)
        ).first()


def _make(kit: Kit, claimed: Export) -> None:
    try:
        pieces, about = _prepare(kit, claimed)
        with tempfile.TemporaryFile() as file:
            made = write_bundle(kit, claimed.use, pieces, about, cast(BinaryIO, file))
            values = _keep(kit, claimed, cast(BinaryIO, file))
    except (Gone, NotFound) as error:
        _settle(kit, claimed, {}, {"state": "failed", "failure": error.code})
    except OutsideFailed as error:
        log.warning("export.waits", export=str(claimed.id), code=error.code)
        _settle(kit, claimed, {}, {"claimed_at": clock.now()})  # again when the lease is over
    else:
        _settle(kit, claimed, made, values)


def _prepare(kit: Kit, claimed: Export) -> tuple[list[Piece], dict[str, Any]]:
    with kit.database.transaction(claimed.shop_id) as session:
        shop = session.get_one(Shop, claimed.shop_id)
        made = one_export(session, shop.id, claimed.id)
        checked = recheck(session, shop, made)
        if any(one.refusals for one in checked):
            raise Gone("export_ended")
        pieces = [_piece(session, kit, shop, made, one) for one in checked]
    about = {
        "export": str(made.id),
        "shop": shop.name,
        "use": made.use,
        "place": made.place,
        "until": made.until and made.until.isoformat(),
        "made_at": clock.now().isoformat(),
    }
    return pieces, about


def _piece(session: Session, kit: Kit, shop: Shop, made: Export, one: Checked) -> Piece:
    assert one.entry is not None
    entry = one.entry
    detail = session.get(PermissionDetail, entry.id)
    text = text_of(session, entry)
    policy = f"{kit.settings.public_url}/p/v1/{shop.widget_key}/policy.html"
    seen = seen_in(session, one.content) or Seen()
    rights = FileRights(
        credit=(detail.credit_line if detail else None) or one.review.display_name,
        shop=shop.name,
        terms=f"{text.sentence}. {text.terms}",
        terms_url=policy,
        licensor_url=shop.url or policy,
        constraints=f"Only: {text.sentence}. {made.place}",
        people=bool(seen.contents & RELEASED_BY.keys()),
        children="children" in seen.contents,
        ends_on=_last_day(entry.ends_at, made.until),
    )
    return Piece(
        one.content, one.review, rights, certificate(session, entry, in_force=True), one.focus
    )


def _last_day(ends_at: datetime | None, until: date | None) -> date | None:
    days = [until] if until else []
    if ends_at:
        days.append((ends_at - timedelta(microseconds=1)).date())
    return min(days, default=None)


def _keep(kit: Kit, claimed: Export, file: BinaryIO) -> dict[str, Any]:
    file.seek(0)
    sha256 = hashlib.file_digest(cast(Any, file), "sha256").hexdigest()
    size = file.seek(0, 2)
    file.seek(0)
    key = f"exports/{claimed.id.hex}.zip"
    kit.storage.put(key, file, content_type="application/zip")
    return {"state": "made", "failure": None, "key": key, "sha256": sha256, "byte_count": size}


def _settle(
    kit: Kit, claimed: Export, made: Mapping[str, Sequence[Made]], values: dict[str, Any]
) -> None:
    with kit.database.transaction(claimed.shop_id) as session:
        session.execute(
            update(Export)
            .where(Export.id == claimed.id, Export.state == "waiting")
            .values(**values)
        )
        for sha256, files in made.items():
            session.execute(
                update(ExportItem)
                .where(ExportItem.export_id == claimed.id, ExportItem.subject_sha256 == sha256)
                .values(files=[{"name": one.name, "sha256": one.sha256} for one in files])
            )
        if values.get("state") == "made":
            emit(session, "content.exported", shop_id=claimed.shop_id, export_id=claimed.id)
