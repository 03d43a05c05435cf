"""Cases with all their clocks, priorities, merging, splitting and escalation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
PROMISE_DUE = """
CASE
  WHEN state = 'solved' THEN '9999-01-01 00:00:00+00'::timestamptz
  WHEN first_responded_at IS NULL THEN first_response_due_at
  WHEN state = 'waiting' THEN
    coalesce(next_update_due_at, '9999-01-01 00:00:00+00'::timestamptz)
  ELSE least(
    coalesce(next_update_due_at, '9999-01-01 00:00:00+00'::timestamptz),
    coalesce(resolution_due_at, '9999-01-01 00:00:00+00'::timestamptz))
END
"""
CHECKS = {
    "priority": "priority IN ('low', 'normal', 'high', 'urgent')",
    "refund_kind": "refund_kind IN ('before_shipping', 'shipping_exception', 'damage', 'quality', "
    "'preference', 'refused')",
    "escalation": "escalation IN ('chargeback', 'threat', 'refund', 'cluster', 'high_value', "
    "'repeat', 'upset', 'rule', 'hand')",
    "merged_into_another": "merged_into_id <> id",
}


def upgrade() -> None:
    """New columns, all with a default; nothing that the running code reads changes."""
    for column in _columns():
        op.add_column("case", column)
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_case_{name}"), "case", condition)
    _relations()
    _pauses()
    op.add_column("case_message", sa.Column("macro", sa.String(), nullable=True))


def downgrade() -> None:
    """Whom a case was escalated to and what it was merged into would be forgotten."""
    raise RuntimeError("there is no way back from merged cases; restore a backup instead")


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("resolution_due_at", _INSTANT, nullable=True),
        sa.Column("promised_at", _INSTANT, nullable=True),
        sa.Column("next_update_promised_at", _INSTANT, nullable=True),
        sa.Column("unanswered_since", _INSTANT, nullable=True),
        sa.Column("waiting_since", _INSTANT, nullable=True),
        sa.Column("waited_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reopened_at", _INSTANT, nullable=True),
        sa.Column("reopened_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("priority", sa.String(), server_default="normal", nullable=False),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column(
            "order_line_ids",
            postgresql.ARRAY(sa.Uuid()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("refund_kind", sa.String(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("split_from_id", sa.Uuid(), nullable=True),
        sa.Column("escalated_at", _INSTANT, nullable=True),
        sa.Column("escalation", sa.String(), nullable=True),
        sa.Column(
            "automation_stopped", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column(
            "promise_due_at", _INSTANT, sa.Computed(PROMISE_DUE, persisted=True), nullable=False
        ),
    ]


def _relations() -> None:
    op.create_index(
        "ix_case_follow_up",
        "case",
        ["shop_id", "follow_up_on", "id"],
        postgresql_where=sa.text("follow_up_on IS NOT NULL"),
    )
    op.create_index(
        "ix_case_merged",
        "case",
        ["merged_into_id"],
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index("ix_case_order_id", "case", ["order_id"])
    op.create_index("ix_case_promise", "case", ["shop_id", "state", "promise_due_at", "id"])
    op.create_index(
        "ix_case_split",
        "case",
        ["split_from_id"],
        postgresql_where=sa.text("split_from_id IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_case_split_from_id"),
        "case",
        "case",
        ["split_from_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_foreign_key(
        op.f("fk_case_merged_into_id"),
        "case",
        "case",
        ["merged_into_id"],
        ["id"],
        ondelete="SET NULL",
    )


def _pauses() -> None:
    op.add_column("pause", sa.Column("case_id", sa.Uuid(), nullable=True))
    op.add_column("pause", sa.Column("source", sa.String(), server_default="hand", nullable=False))
    op.add_column("pause", sa.Column("lifted_by", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_pause_case_id"), "pause", ["case_id"])
    op.create_index("ix_pause_shop", "pause", ["shop_id", "starts_at", "id"])
    op.create_foreign_key(op.f("fk_pause_lifted_by"), "pause", "member", ["lifted_by"], ["id"])
    op.create_foreign_key(
        op.f("fk_pause_case_id"), "pause", "case", ["case_id"], ["id"], ondelete="SET NULL"
    )
    op.create_check_constraint(
        op.f("ck_pause_source"),
        "pause",
        "source IN ('hand', 'incident', 'escalation', 'friction', 'rule')",
    )
    op.create_check_constraint(op.f("ck_pause_ends_after_start"), "pause", "ends_at >= starts_at")
