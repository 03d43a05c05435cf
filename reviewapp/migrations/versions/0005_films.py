"""Films beside photos, what renditions are for, and decisions on single files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from reviewapp.migrations.guards import make_append_only, wall_off

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REASONS = (
    "reason IS NULL OR reason IN ('confidential', 'abusive', 'personal_information', "
    "'discriminatory', 'clearly_false', 'not_genuine', 'unrelated', 'unlawful', 'duplicate')"
)
ROLES = "role IN ('image', 'poster', 'video', 'preview', 'captions')"


def upgrade() -> None:
    """Add columns with defaults, so that code of the version before keeps running."""
    op.add_column("media_asset", sa.Column("duration_ms", sa.Integer(), nullable=True))
    op.add_column("media_asset", sa.Column("poster_key", sa.String(), nullable=True))
    op.add_column(
        "media_asset",
        sa.Column(
            "declared", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")
        ),
    )
    op.create_check_constraint(op.f("ck_media_asset_kind"), "media_asset", "kind IN ('photo', 'video')")
    op.create_check_constraint(
        op.f("ck_media_asset_duration"), "media_asset", "kind = 'photo' OR duration_ms > 0"
    )
    op.add_column(
        "rendition", sa.Column("role", sa.String(), nullable=False, server_default="image")
    )
    op.add_column("rendition", sa.Column("language", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_rendition_role"), "rendition", ROLES)
    op.drop_constraint("uq_rendition_asset_id_width_content_type", "rendition")
    op.create_unique_constraint(
        op.f("uq_rendition_asset_id_role_width_content_type_language"),
        "rendition",
        ["asset_id", "role", "width", "content_type", "language"],
        postgresql_nulls_not_distinct=True,
    )
    _create_media_decision()
    for statement in (*wall_off("media_decision"), *make_append_only("media_decision")):
        op.execute(statement)


def downgrade() -> None:
    """Films and decisions on files would be lost."""
    raise RuntimeError("there is no way back from films; restore a backup instead")


def _create_media_decision() -> None:
    op.create_table(
        "media_decision",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("found", postgresql.JSONB(), nullable=True),
        sa.Column("areas", postgresql.JSONB(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "action IN ('reject', 'hide', 'redact', 'show', 'check')",
            name=op.f("ck_media_decision_action"),
        ),
        sa.CheckConstraint(REASONS, name=op.f("ck_media_decision_reason")),
        sa.CheckConstraint(
            "action IN ('show', 'check') OR (reason IS NOT NULL AND length(btrim(note)) > 0)",
            name=op.f("ck_media_decision_reasoned"),
        ),
        sa.CheckConstraint(
            "(action = 'check') = (found IS NOT NULL)", name=op.f("ck_media_decision_found")
        ),
        sa.CheckConstraint(
            "(action = 'redact') = (areas IS NOT NULL)", name=op.f("ck_media_decision_areas")
        ),
        sa.CheckConstraint("actor IN ('member', 'api')", name=op.f("ck_media_decision_actor")),
        sa.CheckConstraint(
            "actor <> 'member' OR member_id IS NOT NULL", name=op.f("ck_media_decision_who")
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["media_asset.id"],
            name=op.f("fk_media_decision_asset_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_media_decision_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_media_decision_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_decision")),
    )
    op.create_index("ix_media_decision_asset_id", "media_decision", ["asset_id"], unique=False)
