"""Which passage of a review left, where it was not all of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more column of what was taken out."""
    op.add_column("export_item", sa.Column("excerpt", sa.String(), nullable=True))


def downgrade() -> None:
    """Which words left would be forgotten."""
    raise RuntimeError("there is no way back from recorded exports; restore a backup instead")
