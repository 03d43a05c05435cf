"""Products in the order of their titles, for a filter; incidents that are open, for a count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two indexes."""
    op.create_index("ix_product_title", "product", ["shop_id", "title", "id"])
    op.create_index(
        "ix_incident_open",
        "incident",
        ["shop_id", "id"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
