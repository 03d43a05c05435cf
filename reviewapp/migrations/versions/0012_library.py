"""Asks for permission, exports and take-downs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from reviewapp.migrations.guards import wall_off

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

USES = "use IN ('site', 'email', 'homepage', 'social', 'ads', 'marketplace', 'print', 'partners')"
TABLES = ("permission_ask", "export", "export_item", "take_down")


def upgrade() -> None:
    """Four tables of the library."""
    _create_ask()
    _create_export()
    _create_item()
    _create_take_down()
    for table in TABLES:
        for statement in wall_off(table):
            op.execute(statement)


def downgrade() -> None:
    """What left and where it runs would be forgotten."""
    raise RuntimeError("there is no way back from recorded exports; restore a backup instead")


def _of_shop(table: str) -> list[Any]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f(f"fk_{table}_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _member(table: str, column: str) -> list[Any]:
    return [
        sa.Column(column, sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint([column], ["member.id"], name=op.f(f"fk_{table}_{column}")),
    ]


def _create_ask() -> None:
    op.create_table(
        "permission_ask",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("subjects", postgresql.JSONB(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False, server_default=sa.text("'open'")),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        *_member("permission_ask", "member_id"),
        *_of_shop("permission_ask"),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["review.id"],
            name=op.f("fk_permission_ask_review_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(USES, name=op.f("ck_permission_ask_use")),
        sa.CheckConstraint(
            "state IN ('open', 'granted', 'declined', 'expired')",
            name=op.f("ck_permission_ask_state"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'expired') OR answered_at IS NOT NULL",
            name=op.f("ck_permission_ask_answered"),
        ),
        sa.UniqueConstraint("review_id", "use", name=op.f("uq_permission_ask_review_id_use")),
    )
    op.create_index("ix_permission_ask_shop", "permission_ask", ["shop_id", "asked_at", "id"])
    op.create_index(
        "ix_permission_ask_open",
        "permission_ask",
        ["asked_at"],
        postgresql_where=sa.text("state = 'open'"),
    )


def _create_export() -> None:
    op.create_table(
        "export",
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False, server_default=sa.text("'waiting'")),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("byte_count", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        *_member("export", "member_id"),
        *_of_shop("export"),
        sa.CheckConstraint(USES, name=op.f("ck_export_use")),
        sa.CheckConstraint(
            "state IN ('waiting', 'made', 'failed')", name=op.f("ck_export_state")
        ),
        sa.CheckConstraint("length(btrim(place)) > 0", name=op.f("ck_export_place")),
    )
    op.create_index("ix_export_shop", "export", ["shop_id", "created_at", "id"])
    op.create_index(
        "ix_export_waiting",
        "export",
        ["created_at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _create_item() -> None:
    op.create_table(
        "export_item",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("subject_sha256", sa.String(), nullable=False),
        sa.Column("permission_hash", sa.String(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("focus", postgresql.JSONB(), nullable=False),
        sa.Column("files", postgresql.JSONB(), nullable=False),
        *_of_shop("export_item"),
        sa.ForeignKeyConstraint(
            ["export_id"],
            ["export.id"],
            name=op.f("fk_export_item_export_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "export_id", "subject_sha256", name=op.f("uq_export_item_export_id_subject_sha256")
        ),
    )
    op.create_index("ix_export_item_review_id", "export_item", ["review_id"])
    op.create_index("ix_export_item_subject", "export_item", ["subject_sha256"])


def _create_take_down() -> None:
    op.create_table(
        "take_down",
        sa.Column("export_item_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof", sa.String(), nullable=False, server_default=sa.text("''")),
        *_member("take_down", "owner_id"),
        *_member("take_down", "done_by"),
        *_of_shop("take_down"),
        sa.ForeignKeyConstraint(
            ["export_item_id"],
            ["export_item.id"],
            name=op.f("fk_take_down_export_item_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "reason IN ('withdrawn', 'expired', 'superseded', 'erased', 'term')",
            name=op.f("ck_take_down_reason"),
        ),
        sa.CheckConstraint(
            "done_at IS NULL OR length(btrim(proof)) > 0", name=op.f("ck_take_down_proven")
        ),
        sa.UniqueConstraint("export_item_id", name=op.f("uq_take_down_export_item_id")),
    )
    op.create_index(
        "ix_take_down_open",
        "take_down",
        ["shop_id", "due_on"],
        postgresql_where=sa.text("done_at IS NULL"),
    )
