"""What a shop's numbers are made of: first answers measured, each solving a row, orders by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

SOLVED_BEFORE = """
INSERT INTO case_solution (id, created_at, shop_id, case_id, number, route, member_id, solved_at,
  due_at, one_answer)
SELECT gen_random_uuid(), c.solved_at, c.shop_id, c.id, c.reopened_count + 1, c.route,
  c.assignee_id, c.solved_at, c.resolution_due_at, coalesce(said.answers = 1
  AND (said.last_asked IS NULL OR said.last_asked <= said.answered), false)
FROM "case" c
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE m.direction = 'out') AS answers,
    min(m.created_at) FILTER (WHERE m.direction = 'out') AS answered,
    max(m.created_at) FILTER (WHERE m.direction = 'in') AS last_asked
  FROM case_message m WHERE m.case_id = c.id AND m.created_at <= c.solved_at) said ON true
WHERE c.state = 'solved' AND c.solved_at IS NOT NULL AND c.merged_into_id IS NULL
"""
"""The last solving of each case is known, earlier ones are not. Working time is measured by the
errand `case_numbers`, which knows each shop's calendar."""


def upgrade() -> None:
    """New columns may stay empty; running code that knows none of this goes on."""
    op.add_column("case", sa.Column("first_response_seconds", sa.Integer(), nullable=True))
    op.add_column("case", sa.Column("first_responder_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_case_first_responder_id"), "case", "member", ["first_responder_id"], ["id"]
    )
    table = "case_solution"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("working_seconds", sa.Integer(), nullable=True),
        sa.Column("one_answer", sa.Boolean(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f(f"fk_{table}_shop_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f(f"fk_{table}_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f(f"fk_{table}_member_id")),
    )
    for statement in wall_off(table):
        op.execute(statement)
    op.execute("SELECT set_config('reviewapp.shop_id', '*', true)")
    op.execute(SOLVED_BEFORE)
    op.create_index("ix_case_solution_shop", table, ["shop_id", "solved_at"])
    op.create_index("ix_case_solution_case_id", table, ["case_id"])
    op.create_index(
        "ix_case_solution_unmeasured",
        table,
        ["shop_id"],
        postgresql_where=sa.text("working_seconds IS NULL"),
    )
    op.create_index(
        "ix_case_unmeasured",
        "case",
        ["shop_id"],
        postgresql_where=sa.text(
            "first_responded_at IS NOT NULL AND first_response_seconds IS NULL "
            "AND split_from_id IS NULL AND merged_into_id IS NULL"
        ),
    )
    op.create_index("ix_order_placed", "order", ["shop_id", "ordered_at"])


def downgrade() -> None:
    """Earlier code knows none of it."""
    op.drop_index("ix_order_placed", "order")
    op.drop_index("ix_case_unmeasured", "case")
    op.drop_table("case_solution")
    op.drop_column("case", "first_responder_id")
    op.drop_column("case", "first_response_seconds")
