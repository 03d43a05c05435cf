"""A shop's own words in the slots of the licence texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.guards import make_append_only, wall_off

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One append-only table."""
    op.create_table(
        "licence_wording",
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("shipped_version", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("shop_name", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("friendly", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_licence_wording_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_wording")),
        sa.UniqueConstraint(
            "shop_id",
            "language",
            "edition",
            name=op.f("uq_licence_wording_shop_id_language_edition"),
        ),
    )
    for statement in (*wall_off("licence_wording"), *make_append_only("licence_wording")):
        op.execute(statement)


def downgrade() -> None:
    """Grants name versions that would be gone."""
    raise RuntimeError("there is no way back from licence texts; restore a backup instead")
