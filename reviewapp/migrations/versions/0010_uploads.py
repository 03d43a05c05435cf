"""Uploads on their way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from reviewapp.migrations.guards import wall_off

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of uploads, behind the wall between shops."""
    op.create_table(
        "upload",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("address_digest", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'received', 'staged', 'refused', 'removed')",
            name=op.f("ck_upload_state"),
        ),
        sa.CheckConstraint("received BETWEEN 0 AND length", name=op.f("ck_upload_received")),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["review_request.id"],
            name=op.f("fk_upload_request_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["media_asset.id"], name=op.f("fk_upload_asset_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_upload_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload_request_id", "upload", ["request_id", "created_at"])
    op.create_index("ix_upload_address_digest", "upload", ["address_digest", "created_at"])
    op.create_index("ix_upload_asset_id", "upload", ["asset_id"])
    op.create_index("ix_upload_expires_at", "upload", ["expires_at"])
    for statement in wall_off("upload"):
        op.execute(statement)


def downgrade() -> None:
    """Undo it."""
    op.drop_table("upload")
