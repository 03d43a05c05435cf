"""One perceptual hash for all pictures: what was kept until now was another."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Difference hashes are forgotten; photos that are there are not compared."""
    for table in ("media_asset", "known_picture"):
        op.drop_column(table, "dhash")
        op.execute(f"ALTER TABLE {table} ADD COLUMN phash BIGINT")


def downgrade() -> None:
    """Undo it."""
    for table in ("media_asset", "known_picture"):
        op.drop_column(table, "phash")
        op.execute(f"ALTER TABLE {table} ADD COLUMN dhash BIGINT")
