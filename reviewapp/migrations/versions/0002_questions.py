"""Questions of shoppers and their answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SHOP_TABLES = ["question", "answer"]


def upgrade() -> None:
    """Questions of shoppers and their answers, behind the wall between shops."""
    create_tables()
    for table in SHOP_TABLES:
        for statement in wall_off(table):
            op.execute(statement)


def downgrade() -> None:
    """Undo it."""
    op.drop_index(
        "uq_answer_of_shop",
        table_name="answer",
        postgresql_where=sa.text("\"by\" = 'shop' AND state = 'published'"),
    )
    op.drop_index("ix_answer_question_id", table_name="answer")
    op.drop_table("answer")
    op.drop_index(
        "ix_question_shown", table_name="question", postgresql_where=sa.text("state = 'published'")
    )
    op.drop_index("ix_question_shop", table_name="question")
    op.drop_index(
        "ix_question_faq",
        table_name="question",
        postgresql_where=sa.text("faq_position IS NOT NULL"),
    )
    op.drop_table("question")


def create_tables() -> None:
    """Tables and indexes as the models had them at version 0002."""
    op.create_table(
        "question",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("author_name", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("author_email", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), server_default=sa.text("'en'"), nullable=False),
        sa.Column("state", sa.String(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("refused_reason", sa.String(), nullable=True),
        sa.Column("note", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("votes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("faq_position", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state <> 'refused' OR (refused_reason IS NOT NULL AND length(btrim(note)) > 0)",
            name=op.f("ck_question_reasoned"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'published', 'refused', 'withdrawn')",
            name=op.f("ck_question_state"),
        ),
        sa.CheckConstraint("votes >= 0", name=op.f("ck_question_votes")),
        sa.ForeignKeyConstraint(["decided_by"], ["member.id"], name=op.f("fk_question_decided_by")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_question_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_question_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index(
        "ix_question_faq",
        "question",
        ["shop_id", "faq_position"],
        unique=False,
        postgresql_where=sa.text("faq_position IS NOT NULL"),
    )
    op.create_index(
        "ix_question_shop", "question", ["shop_id", "state", "submitted_at", "id"], unique=False
    )
    op.create_index(
        "ix_question_shown",
        "question",
        ["product_id", "published_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "answer",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("by", sa.String(), server_default=sa.text("'shop'"), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("votes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'published', 'refused', 'withdrawn')",
            name=op.f("ck_answer_state"),
        ),
        sa.CheckConstraint("\"by\" IN ('shop', 'buyer')", name=op.f("ck_answer_by")),
        sa.CheckConstraint("votes >= 0", name=op.f("ck_answer_votes")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_answer_member_id")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_question_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_answer_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    op.create_index("ix_answer_question_id", "answer", ["question_id"], unique=False)
    op.create_index(
        "uq_answer_of_shop",
        "answer",
        ["question_id"],
        unique=True,
        postgresql_where=sa.text("\"by\" = 'shop' AND state = 'published'"),
    )
