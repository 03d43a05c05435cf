"""An index of the cases that wait for a person: counting them read every unsolved one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index."""
    op.create_index(
        "ix_case_escalated",
        "case",
        ["shop_id", "promise_due_at", "id"],
        postgresql_where=sa.text("state <> 'solved' AND automation_stopped"),
    )


def downgrade() -> None:
    """The index alone."""
    op.drop_index("ix_case_escalated", table_name="case")
