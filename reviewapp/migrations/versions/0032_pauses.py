"""How long a published document rests before it is written again: longer while a burst lasts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLES = ("publication", "shop_document")


def upgrade() -> None:
    """Old code goes on with its own pause of half a second, which is the new one's beginning."""
    for table in TABLES:
        op.add_column(
            table,
            sa.Column(
                "pause",
                sa.Interval(),
                nullable=False,
                server_default=sa.text("'500 milliseconds'"),
            ),
        )


def downgrade() -> None:
    """Nothing is lost with it."""
    for table in TABLES:
        op.drop_column(table, "pause")
