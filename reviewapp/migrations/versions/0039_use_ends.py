"""What ends soon is found by its day: the home page asks for it on every visit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two partial indexes, over what has an end."""
    op.create_index(
        "ix_export_until", "export", ["until"], postgresql_where=sa.text("until IS NOT NULL")
    )
    op.create_index(
        "ix_export_item_ends_at",
        "export_item",
        ["ends_at"],
        postgresql_where=sa.text("ends_at IS NOT NULL"),
    )


def downgrade() -> None:
    """The same is found by reading more."""
    op.drop_index("ix_export_item_ends_at", "export_item")
    op.drop_index("ix_export_until", "export")
