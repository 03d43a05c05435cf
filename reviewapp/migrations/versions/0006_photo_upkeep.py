"""Photos: attempts, sealed originals, pictures known again, signals to a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SHOP_TABLES = ["known_picture", "picture_band", "media_signal"]
PARTIAL_INDEXES = {
    "ix_media_asset_waiting": ("attached_at", "state = 'attached'"),
    "ix_media_asset_sealed_key": ("sealed_key", "sealed_key IS NOT NULL"),
    "ix_media_asset_seal_check_at": ("seal_check_at", "seal_check_at IS NOT NULL"),
}

def upgrade() -> None:
    """New columns of assets, and the tables of known pictures and signals behind the wall."""
    for column in new_columns():
        op.add_column("media_asset", column)
    for name, (column_name, condition) in PARTIAL_INDEXES.items():
        op.create_index(
            name, "media_asset", [column_name], unique=False, postgresql_where=sa.text(condition)
        )
    op.create_index("ix_media_asset_key", "media_asset", ["key"], unique=False)
    op.create_index("ix_rendition_key", "rendition", ["key"], unique=False)
    create_pictures()
    create_signals()
    for table in SHOP_TABLES:
        for statement in wall_off(table):
            op.execute(statement)


def downgrade() -> None:
    """Undo it."""
    for table in reversed(SHOP_TABLES):
        op.drop_table(table)
    op.drop_index("ix_rendition_key", table_name="rendition")
    op.drop_index("ix_media_asset_key", table_name="media_asset")
    for name in PARTIAL_INDEXES:
        op.drop_index(name, table_name="media_asset")
    for column in reversed(new_columns()):
        op.drop_column("media_asset", column.name)


def new_columns() -> list[sa.Column[object]]:
    """What an asset keeps from now on."""
    return [
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_sha256", sa.String(), nullable=True),
        sa.Column("sealed_key", sa.String(), nullable=True),
        sa.Column("sealed_key_id", sa.String(), nullable=True),
        sa.Column("seal_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sharpness", sa.Float(), nullable=True),
        sa.Column("brightness", sa.Float(), nullable=True),
    ]


def create_pictures() -> None:
    """Known pictures and the bands of their hashes."""
    op.create_table(
        "known_picture",
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("image_url", sa.String(), nullable=True),
        sa.Column("dhash", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(asset_id IS NULL) <> (product_id IS NULL)", name=op.f("ck_known_picture_of_one")
        ),
        cascade("known_picture", "asset_id", "media_asset"),
        cascade("known_picture", "product_id", "product"),
        cascade("known_picture", "shop_id", "shop"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_picture")),
        sa.UniqueConstraint("asset_id", name=op.f("uq_known_picture_asset_id")),
        sa.UniqueConstraint("product_id", name=op.f("uq_known_picture_product_id")),
    )
    op.create_index(
        "ix_known_picture_next_try_at",
        "known_picture",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )
    op.create_table(
        "picture_band",
        sa.Column("picture_id", sa.Uuid(), nullable=False),
        sa.Column("band", sa.SmallInteger(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        cascade("picture_band", "picture_id", "known_picture"),
        cascade("picture_band", "shop_id", "shop"),
        sa.PrimaryKeyConstraint("picture_id", "band", name=op.f("pk_picture_band")),
    )
    op.create_index(
        "ix_picture_band_value", "picture_band", ["shop_id", "band", "value"], unique=False
    )


def create_signals() -> None:
    """What a person should look at in a picture."""
    op.create_table(
        "media_signal",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=True),
        sa.Column("match_asset_id", sa.Uuid(), nullable=True),
        sa.Column("match_product_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('same_picture', 'product_picture', 'blurred', 'dark')",
            name=op.f("ck_media_signal_kind"),
        ),
        cascade("media_signal", "asset_id", "media_asset"),
        cascade("media_signal", "match_asset_id", "media_asset"),
        cascade("media_signal", "match_product_id", "product"),
        cascade("media_signal", "shop_id", "shop"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_signal")),
        sa.UniqueConstraint(
            "asset_id",
            "kind",
            "match_asset_id",
            "match_product_id",
            name=op.f("uq_media_signal_asset_id_kind_match_asset_id_match_product_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    for column in ("match_asset_id", "match_product_id"):
        op.create_index(f"ix_media_signal_{column}", "media_signal", [column], unique=False)


def cascade(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    """A reference whose row goes with what it refers to."""
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )
