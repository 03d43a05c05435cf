"""The point of a picture that crops keep in view, set by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

COLUMNS = ("focus_x", "focus_y")


def upgrade() -> None:
    """Two columns, empty: the middle."""
    for column in COLUMNS:
        op.add_column("media_asset", sa.Column(column, sa.Float(), nullable=True))
    op.create_check_constraint(
        op.f("ck_media_asset_focus"),
        "media_asset",
        "focus_x BETWEEN 0 AND 1 AND focus_y BETWEEN 0 AND 1",
    )


def downgrade() -> None:
    """Crops keep the middle in view again."""
    op.drop_constraint(op.f("ck_media_asset_focus"), "media_asset")
    for column in COLUMNS:
        op.drop_column("media_asset", column)
