"""Edits that wait beside what is shown, reviews in somebody's hand, decisions taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from reviewapp.migrations.guards import wall_off

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WAITING_SINCE = (
    "CASE WHEN edit_sent_at IS NOT NULL THEN edit_sent_at"
    " WHEN state::text = 'pending'::text OR state::text = 'held'::text THEN submitted_at"
    " ELSE NULL::timestamp with time zone END"
)
EDIT_IS_WHOLE = (
    "(edit_version IS NULL) = (edit_state IS NULL)"
    " AND (edit_version IS NULL) = (edit_sent_at IS NULL)"
    " AND (edit_version IS NULL OR state = 'published')"
)
REASONED = "(reason IS NOT NULL AND length(btrim(note)) > 0)"


def upgrade() -> None:
    """Add what is new; nothing that the running code reads is taken away but two indexes."""
    _reviews()
    _decisions()
    empty = sa.text("'{}'")
    op.add_column(
        "flag", sa.Column("detail", postgresql.JSONB(), server_default=empty, nullable=False)
    )
    op.add_column(
        "media_asset",
        sa.Column("review_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )
    op.create_table(
        "review_claim",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_review_claim_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_claim_review_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_review_claim_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review_claim")),
    )
    op.create_index("ix_review_claim_member", "review_claim", ["member_id"])
    for statement in wall_off("review_claim"):
        op.execute(statement)


def _reviews() -> None:
    op.add_column("review", sa.Column("edit_version", sa.Integer(), nullable=True))
    op.add_column("review", sa.Column("edit_state", sa.String(), nullable=True))
    op.add_column("review", sa.Column("edit_sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "review",
        sa.Column(
            "waiting_since",
            sa.DateTime(timezone=True),
            sa.Computed(WAITING_SINCE, persisted=True),
            nullable=True,
        ),
    )
    op.create_check_constraint(
        op.f("ck_review_edit_state"), "review", "edit_state IN ('pending', 'held')"
    )
    op.create_check_constraint(op.f("ck_review_edit"), "review", EDIT_IS_WHOLE)
    waiting = sa.text("waiting_since IS NOT NULL")
    op.drop_index("ix_review_queue", table_name="review")
    op.create_index(
        "ix_review_queue",
        "review",
        ["shop_id", "waiting_since", "id"],
        postgresql_where=waiting,
    )
    op.drop_index("ix_review_decide_by", table_name="review")
    op.create_index("ix_review_decide_by", "review", ["decide_by"], postgresql_where=waiting)


def _decisions() -> None:
    table = "moderation_decision"
    op.add_column(table, sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(table, sa.Column("event_id", sa.Uuid(), nullable=True))
    op.add_column(table, sa.Column("undoes", sa.Uuid(), nullable=True))
    op.add_column(
        table,
        sa.Column("before", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )
    op.drop_constraint(op.f("ck_moderation_decision_action"), table)
    op.create_check_constraint(
        op.f("ck_moderation_decision_action"),
        table,
        "action IN ('publish', 'refuse', 'redact', 'hold', 'undo')",
    )
    op.drop_constraint(op.f("ck_moderation_decision_reasoned"), table)
    op.create_check_constraint(
        op.f("ck_moderation_decision_reasoned"),
        table,
        f"action IN ('publish', 'undo') OR {REASONED}",
    )
