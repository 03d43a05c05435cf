"""Telling a CDN what to forget: noted with the write, sent afterwards, tried until it works."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP, ping_after_commit
from reviewapp.core.errors import Invalid, OutsideFailed
from reviewapp.core.http_client import send
from reviewapp.core.json import canonical_bytes
from reviewapp.core.kit import Kit
from reviewapp.core.settings import Settings
from reviewapp.models.account import Shop
from reviewapp.models.widget import CachePurge
from reviewapp.widgets.writer import shop_folder, surrogate_key

ERRAND = "purge"
AT_ONCE = 30
"""Addresses of one request: what Cloudflare takes at least."""
LEASE = timedelta(minutes=2)
RETRY = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600))
"""The last one again and again: what a CDN was not told it would show for a day."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Due:
    """One address to be forgotten, as it was asked for."""

    shop_id: UUID
    path: str
    key: str
    url: str
    requested_at: datetime
    attempts: int


def request_purge(
    session: Session, settings: Settings, shop_id: UUID, paths: Iterable[str]
) -> None:
    """Ask for these published paths (without the shop's folder) to be forgotten.

    In the transaction that settles their write; nothing where no CDN was named.
    """
    if not settings.purge_url:
        return
    now, shop = clock.now(), session.get_one(Shop, shop_id)
    rows = [
        {
            "shop_id": shop_id,
            "path": path,
            "surrogate_key": surrogate_key(f"{shop_folder(shop.widget_key)}/{path}"),
            "requested_at": now,
            "due_at": now,
            "attempts": 0,
        }
        for path in sorted(set(paths))
    ]
    if not rows:
        return
    new = insert(CachePurge)
    again = {name: new.excluded[name] for name in ("requested_at", "due_at", "attempts")}
    session.execute(
        new.on_conflict_do_update(index_elements=[CachePurge.shop_id, CachePurge.path], set_=again),
        rows,
    )
    ping_after_commit(session, ERRAND)


def purge_due(kit: Kit) -> int:
    """The errand "purge": tell the CDN what is due; returns how many addresses it took."""
    told = 0
    while kit.settings.purge_url and (due := _claim(kit)):
        if not _tell(kit.settings, due):
            _postpone(kit, due)
            break
        _settle(kit, due)
        told += len(due)
    return told


def _claim(kit: Kit) -> list[Due]:
    now = clock.now()
    wanted = (
        select(CachePurge.shop_id, CachePurge.path)
        .where(CachePurge.due_at <= now)
        .order_by(CachePurge.due_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    with kit.database.transaction(EVERY_SHOP) as session:
        rows = session.execute(
            update(CachePurge)
            .where(
                CachePurge.shop_id == wanted.c.shop_id,
                CachePurge.path == wanted.c.path,
                Shop.id == CachePurge.shop_id,
            )
            .values(due_at=now + LEASE, attempts=CachePurge.attempts + 1)
            .returning(
                CachePurge.shop_id,
                CachePurge.path,
                CachePurge.surrogate_key,
                CachePurge.requested_at,
                CachePurge.attempts,
                Shop.widget_key,
            )
            .execution_options(synchronize_session=False)
        ).all()
    return [_due(kit.settings.public_url, row) for row in rows]


def _due(base: str, row: Any) -> Due:
    url = f"{base}/{shop_folder(row.widget_key)}/{row.path}"
    return Due(row.shop_id, row.path, row.surrogate_key, url, row.requested_at, row.attempts)


def _settle(kit: Kit, due: Sequence[Due]) -> None:
    """What was written again meanwhile has been asked for anew, and stays."""
    done = [(each.shop_id, each.path, each.requested_at) for each in due]
    row = tuple_(CachePurge.shop_id, CachePurge.path, CachePurge.requested_at)
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(delete(CachePurge).where(row.in_(done)))


def _postpone(kit: Kit, due: Sequence[Due]) -> None:
    worst = max(each.attempts for each in due)
    wait = RETRY[min(worst, len(RETRY)) - 1]
    rows = [(each.shop_id, each.path) for each in due]
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(
            update(CachePurge)
            .where(tuple_(CachePurge.shop_id, CachePurge.path).in_(rows))
            .values(due_at=func.greatest(clock.now() + wait, CachePurge.requested_at))
            .execution_options(synchronize_session=False)
        )


def _tell(settings: Settings, due: Sequence[Due]) -> bool:
    """Whether the CDN took it; what it said otherwise goes to the log."""
    try:
        for method, url, headers, body in STYLES[settings.purge_style](settings, due):
            answer = send(method, url, body=body, headers=headers, private_allowed=True)
            if answer.status >= 300:
                log.warning("purge.refused", status=answer.status, addresses=len(due))
                return False
    except (OutsideFailed, Invalid) as error:
        log.warning("purge.failed", error=error.message, addresses=len(due))
        return False
    return True


Request = tuple[str, str, dict[str, str], bytes | None]


def _keys(due: Sequence[Due]) -> list[str]:
    return sorted({each.key for each in due})


def _json(settings: Settings, due: Sequence[Due]) -> list[Request]:
    body = {"urls": [each.url for each in due], "surrogate_keys": _keys(due)}
    headers = {"Content-Type": "application/json", **_bearer(settings)}
    return [("POST", settings.purge_url or "", headers, canonical_bytes(body))]


def _fastly(settings: Settings, due: Sequence[Due]) -> list[Request]:
    headers = {"Content-Type": "application/json", "Fastly-Soft-Purge": "1"}
    if settings.purge_token:
        headers["Fastly-Key"] = settings.purge_token
    body = canonical_bytes({"surrogate_keys": _keys(due)})
    return [("POST", settings.purge_url or "", headers, body)]


def _cloudflare(settings: Settings, due: Sequence[Due]) -> list[Request]:
    body = canonical_bytes({"files": [each.url for each in due]})
    headers = {"Content-Type": "application/json", **_bearer(settings)}
    return [("POST", settings.purge_url or "", headers, body)]


def _varnish(settings: Settings, due: Sequence[Due]) -> list[Request]:
    """One PURGE an address, sent to the cache itself under the public name."""
    base = (settings.purge_url or "").rstrip("/")
    host = urlsplit(settings.public_url).netloc
    headers = {"Host": host, **_bearer(settings)}
    return [("PURGE", base + urlsplit(each.url).path, headers, None) for each in due]


def _bearer(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.purge_token}"} if settings.purge_token else {}


STYLES: dict[str, Callable[[Settings, Sequence[Due]], list[Request]]] = {
    "json": _json,
    "fastly": _fastly,
    "cloudflare": _cloudflare,
    "varnish": _varnish,
}
