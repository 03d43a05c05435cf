"""Incidents, alerts, improvements, reply templates, approval."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SHOP_TABLES = ["mention", "reply_template", "alert", "alert_item", "improvement", "incident"]


def upgrade() -> None:
    """Incidents, alerts, improvements, reply templates, approval, behind the wall between shops."""
    create_tables()
    for table in SHOP_TABLES:
        for statement in wall_off(table):
            op.execute(statement)


def downgrade() -> None:
    """Undo it."""
    op.drop_constraint(op.f("ck_reply_four_eyes"), "reply", type_="check")
    op.drop_constraint(op.f("fk_reply_approved_by"), "reply", type_="foreignkey")
    op.drop_index(
        "ix_reply_waiting",
        table_name="reply",
        postgresql_where=sa.text("published_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.drop_column("reply", "drafted_by")
    op.drop_column("reply", "returned_note")
    op.drop_column("reply", "approved_by")
    op.drop_column("reply", "place")
    op.drop_index("ix_incident_shop", table_name="incident")
    op.drop_index("ix_incident_customer_id", table_name="incident")
    op.drop_index("ix_incident_case_id", table_name="incident")
    op.drop_table("incident")
    op.drop_index(
        "uq_improvement_theme",
        table_name="improvement",
        postgresql_where=sa.text("state IN ('proposed', 'open') AND origin = 'theme'"),
    )
    op.drop_index("uq_improvement_reply", table_name="improvement")
    op.drop_index("ix_improvement_shop", table_name="improvement")
    op.drop_table("improvement")
    op.drop_index("ix_alert_item_subject", table_name="alert_item")
    op.drop_table("alert_item")
    op.drop_table("reply_template")
    op.drop_index("ix_mention_subject", table_name="mention")
    op.drop_index("ix_mention_key", table_name="mention")
    op.drop_table("mention")
    op.drop_index(
        "uq_alert_open", table_name="alert", postgresql_where=sa.text("closed_at IS NULL")
    )
    op.drop_index("ix_alert_shop", table_name="alert")
    op.drop_table("alert")


def create_tables() -> None:
    """Tables and indexes as the models had them at version 0004."""
    op.create_table(
        "alert",
        sa.Column("axis", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "axis IN ('batch', 'product', 'theme', 'route')", name=op.f("ck_alert_axis")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["member.id"], name=op.f("fk_alert_closed_by")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_alert_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index("ix_alert_shop", "alert", ["shop_id", "opened_at", "id"], unique=False)
    op.create_index(
        "uq_alert_open",
        "alert",
        ["shop_id", "axis", "key"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "mention",
        sa.Column("axis", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("mentioned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "axis IN ('batch', 'product', 'theme', 'route')", name=op.f("ck_mention_axis")
        ),
        sa.CheckConstraint(
            "subject IN ('review', 'case', 'question')", name=op.f("ck_mention_subject")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_mention_product_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_mention_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
        sa.UniqueConstraint(
            "shop_id",
            "axis",
            "key",
            "subject",
            "subject_id",
            name=op.f("uq_mention_shop_id_axis_key_subject_subject_id"),
        ),
    )
    op.create_index(
        "ix_mention_key", "mention", ["shop_id", "axis", "key", "mentioned_at"], unique=False
    )
    op.create_index("ix_mention_subject", "mention", ["subject_id"], unique=False)
    op.create_table(
        "reply_template",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_reply_template_version")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_reply_template_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_reply_template_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
        sa.UniqueConstraint(
            "shop_id",
            "kind",
            "language",
            "version",
            name=op.f("uq_reply_template_shop_id_kind_language_version"),
        ),
    )
    op.create_table(
        "alert_item",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "subject IN ('review', 'case', 'question')", name=op.f("ck_alert_item_subject")
        ),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_item_alert_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_alert_item_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_item")),
        sa.UniqueConstraint(
            "alert_id",
            "subject",
            "subject_id",
            name=op.f("uq_alert_item_alert_id_subject_subject_id"),
        ),
    )
    op.create_index("ix_alert_item_subject", "alert_item", ["subject_id"], unique=False)
    op.create_table(
        "improvement",
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=True),
        sa.Column("theme_key", sa.String(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("review_id", sa.Uuid(), nullable=True),
        sa.Column("reply_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_improvement_done")
        ),
        sa.CheckConstraint(
            "origin IN ('reply', 'case', 'question', 'theme', 'hand')",
            name=op.f("ck_improvement_origin"),
        ),
        sa.CheckConstraint(
            "place IN ('page', 'faq', 'policy', 'supplier', 'script', 'other')",
            name=op.f("ck_improvement_place"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'open', 'done', 'dropped')", name=op.f("ck_improvement_state")
        ),
        sa.CheckConstraint("length(btrim(change)) > 0", name=op.f("ck_improvement_change")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_improvement_case_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["member.id"], name=op.f("fk_improvement_created_by")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_improvement_owner_id")),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=op.f("fk_improvement_product_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_improvement_question_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["reply.id"], name=op.f("fk_improvement_reply_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_improvement_review_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_improvement_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement")),
    )
    op.create_index(
        "ix_improvement_shop", "improvement", ["shop_id", "state", "created_at", "id"], unique=False
    )
    op.create_index("uq_improvement_reply", "improvement", ["reply_id"], unique=True)
    op.create_index(
        "uq_improvement_theme",
        "improvement",
        ["shop_id", "theme_key"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'open') AND origin = 'theme'"),
    )
    op.create_table(
        "incident",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("pause_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_incident_case_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_incident_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["pause_id"], ["pause.id"], name=op.f("fk_incident_pause_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_incident_review_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_incident_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("review_id", name=op.f("uq_incident_review_id")),
    )
    op.create_index("ix_incident_case_id", "incident", ["case_id"], unique=False)
    op.create_index("ix_incident_customer_id", "incident", ["customer_id"], unique=False)
    op.create_index("ix_incident_shop", "incident", ["shop_id", "opened_at", "id"], unique=False)
    op.add_column(
        "reply", sa.Column("place", sa.String(), server_default=sa.text("'other'"), nullable=False)
    )
    op.add_column("reply", sa.Column("approved_by", sa.Uuid(), nullable=True))
    op.add_column("reply", sa.Column("returned_note", sa.String(), nullable=True))
    op.add_column("reply", sa.Column("drafted_by", sa.String(), nullable=True))
    op.create_index(
        "ix_reply_waiting",
        "reply",
        ["shop_id", "id"],
        unique=False,
        postgresql_where=sa.text("published_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_foreign_key(op.f("fk_reply_approved_by"), "reply", "member", ["approved_by"], ["id"])
    op.create_check_constraint(op.f("ck_reply_four_eyes"), "reply", "approved_by <> member_id")
