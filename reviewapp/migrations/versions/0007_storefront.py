"""Answers that can be filtered, votes, reports, CDN purges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SHOP_TABLES = ["attribute_count", "cache_purge", "helpful_vote", "review_attribute", "review_report"]


def upgrade() -> None:
    """New tables, behind the wall between shops."""
    create_purges_and_votes()
    create_attributes()
    create_reports()
    for table in SHOP_TABLES:
        for statement in wall_off(table):
            op.execute(statement)


def downgrade() -> None:
    """Undo it; votes and reports are lost."""
    op.drop_index("ix_review_report_shop", table_name="review_report")
    op.drop_table("review_report")
    op.drop_index("ix_review_attribute_shown", table_name="review_attribute")
    op.drop_index(op.f("ix_review_attribute_shop_id"), table_name="review_attribute")
    op.drop_table("review_attribute")
    op.drop_index(op.f("ix_attribute_count_shop_id"), table_name="attribute_count")
    op.drop_table("attribute_count")
    op.drop_index("ix_helpful_vote_voted_at", table_name="helpful_vote")
    op.drop_index(op.f("ix_helpful_vote_shop_id"), table_name="helpful_vote")
    op.drop_index("ix_helpful_vote_network", table_name="helpful_vote")
    op.drop_table("helpful_vote")
    op.drop_index("ix_cache_purge_due", table_name="cache_purge")
    op.drop_table("cache_purge")


def create_purges_and_votes() -> None:
    """What a CDN has to forget; what readers found helpful."""
    op.create_table(
        "cache_purge",
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("surrogate_key", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_cache_purge_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shop_id", "path", name=op.f("pk_cache_purge")),
    )
    op.create_index("ix_cache_purge_due", "cache_purge", ["due_at"], unique=False)
    op.create_table(
        "helpful_vote",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("visitor", sa.String(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('review', 'question', 'answer')", name=op.f("ck_helpful_vote_kind")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_helpful_vote_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subject_id", "visitor", name=op.f("pk_helpful_vote")),
    )
    op.create_index(
        "ix_helpful_vote_network", "helpful_vote", ["subject_id", "network"], unique=False
    )
    op.create_index(op.f("ix_helpful_vote_shop_id"), "helpful_vote", ["shop_id"], unique=False)
    op.create_index("ix_helpful_vote_voted_at", "helpful_vote", ["voted_at"], unique=False)


def create_attributes() -> None:
    """Answers to questions with choices, and their counts by listing."""
    op.create_table(
        "attribute_count",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["product.id"],
            name=op.f("fk_attribute_count_listing_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_attribute_count_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing_id", "name", "value", name=op.f("pk_attribute_count")),
    )
    op.create_index(
        op.f("ix_attribute_count_shop_id"), "attribute_count", ["shop_id"], unique=False
    )
    op.create_table(
        "review_attribute",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["product.id"],
            name=op.f("fk_review_attribute_listing_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["review.id"],
            name=op.f("fk_review_attribute_review_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_review_attribute_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", "name", name=op.f("pk_review_attribute")),
    )
    op.create_index(
        op.f("ix_review_attribute_shop_id"), "review_attribute", ["shop_id"], unique=False
    )
    op.create_index(
        "ix_review_attribute_shown",
        "review_attribute",
        ["listing_id", "name", "value", "rating", "position"],
        unique=False,
    )


def create_reports() -> None:
    """Notices of readers."""
    op.create_table(
        "review_report",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), server_default=sa.text("'en'"), nullable=False),
        sa.Column("visitor", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('abusive', 'personal_information', 'discriminatory', 'clearly_false', 'not_genuine', 'unrelated', 'unlawful', 'confidential', 'other')",
            name=op.f("ck_review_report_reason"),
        ),
        sa.CheckConstraint(
            "state = 'open' OR (decided_at IS NOT NULL AND length(btrim(answer)) > 0)",
            name=op.f("ck_review_report_answered"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'upheld', 'dismissed')", name=op.f("ck_review_report_state")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_review_report_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["review.id"],
            name=op.f("fk_review_report_review_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_review_report_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_report")),
        sa.UniqueConstraint(
            "review_id", "visitor", name=op.f("uq_review_report_review_id_visitor")
        ),
    )
    op.create_index(
        "ix_review_report_shop", "review_report", ["shop_id", "state", "id"], unique=False
    )
