"""When a review form was first sent, and an index on the monitor's entries in the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One nullable column, one partial index."""
    op.add_column(
        "review_request", sa.Column("form_sent_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_audit_entry_fairness",
        "audit_entry",
        ["shop_id", "number"],
        postgresql_where=sa.text("action IN ('fairness.alarm', 'fairness.checked')"),
    )
