"""How many people are in a picture; take-downs that end because everybody in it agreed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

REASONS = ("withdrawn", "expired", "superseded", "erased", "term", "objected", "unreleased")


def upgrade() -> None:
    """Files looked at before hold one person, where somebody is in them."""
    op.add_column("media_decision", sa.Column("people", sa.SmallInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_media_decision_people"),
        "media_decision",
        "people IS NULL OR action = 'check' AND people > 0",
    )
    op.add_column("take_down", sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_take_down_done_or_lifted"), "take_down", "lifted_at IS NULL OR done_at IS NULL"
    )
    op.drop_constraint(op.f("ck_take_down_reason"), "take_down", type_="check")
    op.create_check_constraint(op.f("ck_take_down_reason"), "take_down", f"reason IN {REASONS}")


def downgrade() -> None:
    """Who is missing in a picture that runs somewhere would be forgotten."""
    raise RuntimeError("there is no way back from counted people; restore a backup instead")
