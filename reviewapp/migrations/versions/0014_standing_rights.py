"""What the ledger's fold leaves, for searching."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Fold what is there: the newest entry on each use of each subject, where it grants."""
    op.create_table(
        "standing_right",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("subject_sha256", sa.String(), nullable=False),
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entry_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_standing_right_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "review_id", "subject_sha256", "use", name=op.f("pk_standing_right")
        ),
    )
    op.create_index("ix_standing_right_use", "standing_right", ["shop_id", "use", "ends_at"])
    for statement in wall_off("standing_right"):
        op.execute(statement)
    op.execute("SET LOCAL reviewapp.shop_id = '*'")
    op.execute("""
        INSERT INTO standing_right
        SELECT review_id, subject_sha256, use, shop_id, starts_at, ends_at, hash
        FROM (
            SELECT DISTINCT ON (review_id, subject_sha256, use) *
            FROM permission_entry
            WHERE kind <> 'asked' AND NOT (kind = 'granted' AND party <> 'author')
            ORDER BY review_id, subject_sha256, use, number DESC
        ) AS newest
        WHERE kind = 'granted'
    """)


def downgrade() -> None:
    """It can be folded again at any time."""
    op.drop_table("standing_right")
