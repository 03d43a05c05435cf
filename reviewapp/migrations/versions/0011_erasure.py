"""Customers who asked to be erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From when on nothing of theirs is shown; the few who are owed it are found at once."""
    op.add_column("customer", sa.Column("erasing_since", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE customer SET erasing_since = erased_at WHERE erased_at IS NOT NULL")
    op.create_index(
        "ix_customer_erasing",
        "customer",
        ["id"],
        postgresql_where=sa.text("erasing_since IS NOT NULL AND erased_at IS NULL"),
    )


def downgrade() -> None:
    """Nothing but the mark is lost."""
    op.drop_index("ix_customer_erasing", "customer")
    op.drop_column("customer", "erasing_since")
