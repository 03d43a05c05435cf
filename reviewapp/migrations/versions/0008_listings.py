"""One set of reviews for several variants; what a shown review carries beside its words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every placed review belongs to the listing of its own product until it is grouped."""
    add_columns()
    op.execute("SELECT set_config('reviewapp.shop_id', '*', true)")
    op.execute(
        "UPDATE review SET listing_id = product_id, "
        "language = lower(split_part(replace(locale, '_', '-'), '-', 1)) WHERE position IS NOT NULL"
    )
    change_indexes()


def downgrade() -> None:
    """Undo it; groups are lost."""
    restore_indexes()
    drop_columns()


def add_columns() -> None:
    """Groups of products, and what a shown review carries beside its words."""
    op.add_column("product", sa.Column("item_group_id", sa.String(), nullable=True))
    op.add_column("product", sa.Column("listing_id", sa.Uuid(), nullable=True))
    op.create_index("ix_product_group", "product", ["shop_id", "item_group_id"], unique=False)
    op.create_index("ix_product_listing_id", "product", ["listing_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_product_listing_id"),
        "product",
        "product",
        ["listing_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.add_column(
        "publication",
        sa.Column("dirty_questions", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "rating_summary",
        sa.Column("topics", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column(
        "rating_summary", sa.Column("topics_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("review", sa.Column("listing_id", sa.Uuid(), nullable=True))
    op.add_column("review", sa.Column("store_position", sa.Integer(), nullable=True))
    op.add_column(
        "review",
        sa.Column("video_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("review", sa.Column("language", sa.String(), nullable=True))
    op.add_column(
        "review",
        sa.Column("helpful_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "review",
        sa.Column("helpful_weight", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )


def change_indexes() -> None:
    """What is shown is found by listing, no longer by product."""
    op.drop_index(op.f("ix_review_position"), table_name="review")
    op.create_index("ix_review_position", "review", ["listing_id", "position"], unique=False)
    op.drop_index("ix_review_shown", table_name="review")
    op.create_index(
        "ix_review_shown",
        "review",
        ["listing_id", "rating", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.drop_index("ix_review_shown_photos", table_name="review")
    op.create_index(
        "ix_review_shown_photos",
        "review",
        ["listing_id", "rating", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'published' AND photo_count > 0"),
    )
    op.create_index("ix_review_product", "review", ["product_id"], unique=False)
    op.create_index(
        "ix_review_shown_helpful",
        "review",
        ["listing_id", "rating", "helpful_weight", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index(
        "ix_review_shown_language",
        "review",
        ["listing_id", "language", "rating", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index(
        "ix_review_shown_media",
        "review",
        ["listing_id", "rating", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'published' AND photo_count + video_count > 0"),
    )
    op.create_index(
        "ix_review_shown_videos",
        "review",
        ["listing_id", "rating", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'published' AND video_count > 0"),
    )
    op.create_index("ix_review_store", "review", ["shop_id", "store_position"], unique=False)
    op.create_index(
        "ix_review_store_unplaced",
        "review",
        ["shop_id"],
        unique=False,
        postgresql_where=sa.text("state = 'published' AND store_position IS NULL"),
    )


def restore_indexes() -> None:
    """Indexes as version 0002 had them."""
    op.drop_index("ix_review_store_unplaced", table_name="review")
    op.drop_index("ix_review_store", table_name="review")
    op.drop_index("ix_review_shown_videos", table_name="review")
    op.drop_index("ix_review_shown_media", table_name="review")
    op.drop_index("ix_review_shown_language", table_name="review")
    op.drop_index("ix_review_shown_helpful", table_name="review")
    op.drop_index("ix_review_product", table_name="review")
    op.drop_index("ix_review_shown_photos", table_name="review")
    op.create_index(
        op.f("ix_review_shown_photos"),
        "review",
        ["product_id", "rating", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'published' AND photo_count > 0"),
    )
    op.drop_index("ix_review_shown", table_name="review")
    op.create_index(
        op.f("ix_review_shown"),
        "review",
        ["product_id", "rating", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.drop_index("ix_review_position", table_name="review")
    op.create_index(op.f("ix_review_position"), "review", ["product_id", "position"], unique=False)


def drop_columns() -> None:
    """Columns that came with this version."""
    op.drop_column("review", "helpful_weight")
    op.drop_column("review", "helpful_count")
    op.drop_column("review", "language")
    op.drop_column("review", "video_count")
    op.drop_column("review", "store_position")
    op.drop_column("review", "listing_id")
    op.drop_column("rating_summary", "topics_at")
    op.drop_column("rating_summary", "topics")
    op.drop_column("publication", "dirty_questions")
    op.drop_constraint(op.f("fk_product_listing_id"), "product", type_="foreignkey")
    op.drop_index("ix_product_listing_id", table_name="product")
    op.drop_index("ix_product_group", table_name="product")
    op.drop_column("product", "listing_id")
    op.drop_column("product", "item_group_id")
