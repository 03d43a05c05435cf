"""Versions of a shop's policies; the log's entries by what they are about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.guards import make_append_only, wall_off

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One append-only table and an index; nothing that the running code reads changes."""
    table = "policy_version"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("in_force_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f(f"fk_{table}_shop_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f(f"fk_{table}_member_id")),
        sa.UniqueConstraint(
            "shop_id",
            "kind",
            "language",
            "number",
            name=op.f(f"uq_{table}_shop_id_kind_language_number"),
        ),
        sa.CheckConstraint(
            "kind IN ('returns', 'shipping', 'refunds', 'terms', 'privacy')",
            name=op.f(f"ck_{table}_kind"),
        ),
    )
    for statement in (*wall_off(table), *make_append_only(table)):
        op.execute(statement)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["shop_id", "subject", "number"])


def downgrade() -> None:
    """Evidence names versions that would be gone."""
    raise RuntimeError("there is no way back from policy versions; restore a backup instead")
