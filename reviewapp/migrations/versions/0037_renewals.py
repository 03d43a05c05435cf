"""Asking an author again: whether what they allowed with an end may run longer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

TABLE = "permission_ask"
PAIR = ["review_id", "use"]
CHECKS = {
    "state": "state IN ('open', 'granted', 'declined', 'expired', 'moot')",
    "answered": "state IN ('open', 'expired', 'moot') OR answered_at IS NOT NULL",
}


def upgrade() -> None:
    """A first question stays one for a use; a renewal is one at a time."""
    op.add_column(TABLE, sa.Column("runs_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("uq_permission_ask_review_id_use"), TABLE, type_="unique")
    for name, rule in CHECKS.items():
        op.drop_constraint(op.f(f"ck_permission_ask_{name}"), TABLE, type_="check")
        op.create_check_constraint(op.f(f"ck_permission_ask_{name}"), TABLE, rule)
    op.create_index("ix_permission_ask_review_id", TABLE, PAIR)
    op.create_index(
        "uq_permission_ask_first",
        TABLE,
        PAIR,
        unique=True,
        postgresql_where=sa.text("runs_until IS NULL"),
    )
    op.create_index(
        "uq_permission_ask_renewal",
        TABLE,
        PAIR,
        unique=True,
        postgresql_where=sa.text("runs_until IS NOT NULL AND state = 'open'"),
    )


def downgrade() -> None:
    """Whom we asked for a longer term, and what they said, would be forgotten."""
    raise RuntimeError("there is no way back from renewals; restore a backup instead")
