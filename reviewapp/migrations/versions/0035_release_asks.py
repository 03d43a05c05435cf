"""Questions to people in a picture and to guardians of children in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, for one question to one person each."""
    op.create_table(
        "release_ask",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("subject_sha256", sa.String(), nullable=False),
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("address_digest", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False, server_default=sa.text("''")),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False, server_default=sa.text("'open'")),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        *_keys(),
        *_checks(),
    )
    op.create_index("ix_release_ask_review_id", "release_ask", ["review_id"])
    op.create_index("ix_release_ask_shop", "release_ask", ["shop_id", "asked_at", "id"])
    op.create_index(
        "ix_release_ask_open",
        "release_ask",
        ["asked_at"],
        postgresql_where=sa.text("state = 'open'"),
    )
    for statement in wall_off("release_ask"):
        op.execute(statement)


def downgrade() -> None:
    """Whom we asked, and what they said, would be forgotten."""
    raise RuntimeError("there is no way back from questions to people; restore a backup instead")


def _keys() -> list[sa.Constraint]:
    removed_with = [("review_id", "review"), ("asset_id", "media_asset"), ("shop_id", "shop")]
    return [
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_ask")),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_release_ask_{column}"),
                ondelete="CASCADE",
            )
            for column, table in removed_with
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_release_ask_member_id")
        ),
        sa.UniqueConstraint(
            "asset_id",
            "use",
            "address_digest",
            name=op.f("uq_release_ask_asset_id_use_address_digest"),
        ),
    ]


def _checks() -> list[sa.Constraint]:
    states = "'open', 'granted', 'declined', 'withdrawn', 'expired', 'taken_back'"
    told = {
        "party": "party IN ('depicted', 'guardian')",
        "state": f"state IN ({states})",
        "answered": "state NOT IN ('granted', 'declined', 'withdrawn') OR answered_at IS NOT NULL",
        "address_forgotten": "state = 'open' OR address IS NULL",
    }
    return [
        sa.CheckConstraint(rule, name=op.f(f"ck_release_ask_{name}")) for name, rule in told.items()
    ]
