"""Reviews written on storefronts until they are confirmed, and hand-picked selections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from reviewapp.migrations.guards import wall_off

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SHOP_TABLES = ["collection", "collection_item", "review_submission"]


def upgrade() -> None:
    """Selections, their picks and waiting submissions, behind the wall between shops."""
    create_collections()
    create_submissions()
    for table in SHOP_TABLES:
        for statement in wall_off(table):
            op.execute(statement)


def downgrade() -> None:
    """Undo it."""
    for table in reversed(SHOP_TABLES):
        op.drop_table(table)


def create_collections() -> None:
    """Hand-picked selections as the models had them at version 0003."""
    op.create_table(
        "collection",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        *owned_columns("collection"),
        sa.UniqueConstraint("shop_id", "key", name=op.f("uq_collection_shop_id_key")),
    )
    op.create_table(
        "collection_item",
        sa.Column("collection_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *owned_columns("collection_item"),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collection.id"],
            name=op.f("fk_collection_item_collection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["review.id"],
            name=op.f("fk_collection_item_review_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "collection_id", "review_id", name=op.f("uq_collection_item_collection_id_review_id")
        ),
    )
    op.create_index("ix_collection_item_review_id", "collection_item", ["review_id"])


def create_submissions() -> None:
    """Waiting reviews as the model had them at version 0003."""
    op.create_table(
        "review_submission",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("email_digest", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("mails", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        *owned_columns("review_submission"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_review_submission_rating")),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (request_id IS NULL)",
            name=op.f("ck_review_submission_confirmed"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_review_submission_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["review_request.id"],
            name=op.f("fk_review_submission_request_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("shop_id", "digest", name=op.f("uq_review_submission_shop_id_digest")),
    )
    op.create_index(
        "ix_review_submission_email_digest", "review_submission", ["shop_id", "email_digest"]
    )
    op.create_index("ix_review_submission_expires_at", "review_submission", ["expires_at"])


def owned_columns(table: str) -> list[sa.schema.SchemaItem]:
    """What every table of a shop has."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f(f"fk_{table}_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
