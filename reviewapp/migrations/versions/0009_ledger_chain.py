"""The permission ledger becomes a hash chain with terms; what is personal moves apart."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from reviewapp.migrations.guards import wall_off

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REFERENCES = ("review_id", "asset_id", "customer_id")


def upgrade() -> None:
    """Chain the rows that are there, oldest first, then require what every row must have."""
    op.execute("SET LOCAL reviewapp.shop_id = '*'")
    _add_columns()
    op.execute("ALTER TABLE permission_entry DISABLE TRIGGER permission_entry_append_only")
    op.execute("UPDATE permission_entry SET starts_at = created_at")
    _chain_rows()
    op.execute("ALTER TABLE permission_entry ENABLE TRIGGER permission_entry_append_only")
    for column in ("number", "starts_at", "previous_hash", "hash"):
        op.alter_column("permission_entry", column, nullable=False)
    _constrain()
    _create_detail()


def downgrade() -> None:
    """A ledger without its chain proves nothing."""
    raise RuntimeError("there is no way back from the chained ledger; restore a backup instead")


def _add_columns() -> None:
    text, now = sa.String(), sa.DateTime(timezone=True)
    for column in (
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("party", text, nullable=False, server_default="author"),
        sa.Column(
            "territory", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{001}"
        ),
        sa.Column("starts_at", now, nullable=True),
        sa.Column("ends_at", now, nullable=True),
        sa.Column(
            "edits", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{crop,resize}"
        ),
        sa.Column("ai_training", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("proof_sha256", text, nullable=True),
        sa.Column("credit_sha256", text, nullable=True),
        sa.Column("previous_hash", text, nullable=True),
        sa.Column("hash", text, nullable=True),
    ):
        op.add_column("permission_entry", column)


def _chain_rows() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT * FROM permission_entry ORDER BY shop_id, created_at, id")
    ).mappings()
    for _, entries in groupby(rows.all(), key=lambda row: row["shop_id"]):
        previous = "0" * 64
        for number, row in enumerate(entries, start=1):
            hashed = _hash(previous, _body(row, number))
            connection.execute(
                sa.text(
                    "UPDATE permission_entry SET number = :number, previous_hash = :previous,"
                    " hash = :hash WHERE id = :id"
                ),
                {"number": number, "previous": previous, "hash": hashed, "id": row["id"]},
            )
            previous = hashed


def _body(row: Any, number: int) -> dict[str, Any]:
    at = row["created_at"].astimezone(UTC).isoformat()
    return {
        "number": number,
        "id": str(row["id"]),
        "shop_id": str(row["shop_id"]),
        "at": at,
        "kind": row["kind"],
        "use": row["use"],
        "party": "author",
        "customer_id": str(row["customer_id"]) if row["customer_id"] else None,
        "review_id": str(row["review_id"]),
        "asset_id": str(row["asset_id"]) if row["asset_id"] else None,
        "subject_sha256": row["subject_sha256"],
        "text_version": row["text_version"],
        "text_language": row["text_language"],
        "text_sha256": row["text_sha256"],
        "territory": ["001"],
        "starts_at": at,
        "ends_at": None,
        "edits": ["crop", "resize"],
        "ai_training": False,
        "proof": row["proof"],
        "proof_sha256": None,
        "credit_sha256": None,
    }


def _hash(previous: str, body: dict[str, Any]) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous.encode() + canonical.encode()).hexdigest()


def _constrain() -> None:
    table = "permission_entry"
    op.create_unique_constraint(op.f("uq_permission_entry_shop_id_number"), table, ["shop_id", "number"])
    op.create_check_constraint(
        op.f("ck_permission_entry_party"), table, "party IN ('author', 'depicted', 'guardian')"
    )
    op.create_check_constraint(
        op.f("ck_permission_entry_term"), table, "ends_at IS NULL OR ends_at > starts_at"
    )
    op.create_index(
        "ix_permission_entry_ends_at",
        table,
        ["ends_at"],
        postgresql_where=sa.text("kind = 'granted' AND ends_at IS NOT NULL"),
    )
    for column in REFERENCES:  # the ledger outlives what it speaks of
        op.drop_constraint(op.f(f"fk_permission_entry_{column}"), table)


def _create_detail() -> None:
    op.create_table(
        "permission_detail",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("credit_line", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["permission_entry.id"],
            name=op.f("fk_permission_detail_entry_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_permission_detail_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_permission_detail")),
    )
    op.create_index("ix_permission_detail_shop_id", "permission_detail", ["shop_id"])
    op.create_index(
        "ix_permission_detail_kept_until",
        "permission_detail",
        ["kept_until"],
        postgresql_where=sa.text("address IS NOT NULL OR agent IS NOT NULL"),
    )
    for statement in wall_off("permission_detail"):
        op.execute(statement)
