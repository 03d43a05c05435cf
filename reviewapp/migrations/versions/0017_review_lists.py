"""Indexes in the order of the moderators' lists: reviews by state, and by product."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two indexes; the one over the product alone is a beginning of the new one."""
    op.create_index("ix_review_state", "review", ["shop_id", "state", "submitted_at", "id"])
    op.drop_index("ix_review_product", "review")
    op.create_index("ix_review_product", "review", ["product_id", "submitted_at", "id"])
