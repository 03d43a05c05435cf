"""Imports with their row reports, idempotency keys of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from reviewapp.models.base import Base, OwnedByShop


class ImportRun(OwnedByShop, Base):
    """One import of one file: counts, and every row that was not taken, with its reason."""

    __tablename__ = "import_run"

    kind: Mapped[str]
    """orders | reviews"""
    layout: Mapped[str]
    file_name: Mapped[str]
    row_count: Mapped[int] = mapped_column(default=0)
    created_count: Mapped[int] = mapped_column(default=0)
    updated_count: Mapped[int] = mapped_column(default=0)
    unchanged_count: Mapped[int] = mapped_column(default=0)
    bad_count: Mapped[int] = mapped_column(default=0)
    bad_rows: Mapped[list[Any]] = mapped_column(default=list)
    """[{"line", "column", "reason"}], the first 1,000."""
    finished_at: Mapped[datetime | None]


class IdempotencyKey(OwnedByShop, Base):
    """An answer kept for a repeated POST (draft-ietf-httpapi-idempotency-key)."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("shop_id", "key"),)

    key: Mapped[str]
    fingerprint: Mapped[str]
    status: Mapped[int | None]
    """None while the first request still runs."""
    content_type: Mapped[str | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
