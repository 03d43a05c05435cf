"""Helpdesks, the cases handed over to them, and each step of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from reviewapp.migrations.guards import wall_off

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Four tables; nothing that the running code reads changes."""
    _helpdesk()
    _handoff()
    _step()
    _answer()
    for table in ("helpdesk", "handoff", "handoff_step", "handoff_answer"):
        for statement in wall_off(table):
            op.execute(statement)


def downgrade() -> None:
    """The cases stay; which ticket they were handed over to is forgotten."""
    for table in ("handoff_answer", "handoff_step", "handoff", "helpdesk"):
        op.drop_table(table)


def _owned(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f(f"fk_{table}_shop_id"), ondelete="CASCADE"
        ),
    ]


def _belongs(
    table: str, column: str, other: str, ondelete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def _helpdesk() -> None:
    op.create_table(
        "helpdesk",
        *_owned("helpdesk"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="active", nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("hook_digest", sa.String(), nullable=True),
        sa.Column("by_itself", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("routes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("cool_down_minutes", sa.Integer(), server_default=sa.text("60"), nullable=False),
        sa.Column("busy_until", _INSTANT, nullable=True),
        sa.Column("last_heard_at", _INSTANT, nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('mail', 'webhook', 'zendesk', 'gorgias', 'chatwoot', 'freshdesk')",
            name=op.f("ck_helpdesk_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'removed')", name=op.f("ck_helpdesk_state")
        ),
    )
    op.create_index("ix_helpdesk_shop", "helpdesk", ["shop_id", "id"])
    op.create_index("ix_helpdesk_hook", "helpdesk", ["hook_digest"], unique=True)


def _handoff() -> None:
    op.create_table(
        "handoff",
        *_owned("handoff"),
        sa.Column("helpdesk_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("joins_id", sa.Uuid(), nullable=True),
        sa.Column("ticket_id", sa.String(), nullable=True),
        sa.Column("ticket_url", sa.String(), nullable=True),
        sa.Column("ticket_state", sa.String(), server_default="open", nullable=False),
        sa.Column("last_word_at", _INSTANT, nullable=False),
        sa.Column("look_at", _INSTANT, nullable=True),
        sa.Column("looks", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _belongs("handoff", "helpdesk_id", "helpdesk"),
        _belongs("handoff", "case_id", "case"),
        _belongs("handoff", "joins_id", "handoff", "SET NULL"),
        sa.UniqueConstraint(
            "helpdesk_id", "case_id", name=op.f("uq_handoff_helpdesk_id_case_id")
        ),
        sa.CheckConstraint("joins_id <> id", name=op.f("ck_handoff_joins_another")),
    )
    op.create_index("ix_handoff_case_id", "handoff", ["case_id"])
    op.create_index("ix_handoff_joins_id", "handoff", ["joins_id"])
    op.create_index("ix_handoff_ticket", "handoff", ["helpdesk_id", "ticket_id"])
    op.create_index(
        "ix_handoff_look", "handoff", ["look_at"], postgresql_where=sa.text("look_at IS NOT NULL")
    )


def _step() -> None:
    op.create_table(
        "handoff_step",
        *_owned("handoff_step"),
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("wanted", sa.String(), nullable=True),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        _belongs("handoff_step", "handoff_id", "handoff"),
        _belongs("handoff_step", "message_id", "case_message"),
        sa.UniqueConstraint(
            "handoff_id",
            "kind",
            "message_id",
            name=op.f("uq_handoff_step_handoff_id_kind_message_id"),
        ),
        sa.CheckConstraint(
            "kind IN ('create', 'word', 'facts', 'state')", name=op.f("ck_handoff_step_kind")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'refused')", name=op.f("ck_handoff_step_state")
        ),
    )
    op.create_index(
        "ix_handoff_step_due",
        "handoff_step",
        ["due_at", "number"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_handoff_step_owed",
        "handoff_step",
        ["handoff_id", "number"],
        postgresql_where=sa.text("state <> 'done'"),
    )


def _answer() -> None:
    op.create_table(
        "handoff_answer",
        *_owned("handoff_answer"),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("written_at", _INSTANT, nullable=False),
        _belongs("handoff_answer", "handoff_id", "handoff"),
        _belongs("handoff_answer", "message_id", "case_message"),
        sa.UniqueConstraint(
            "handoff_id", "external_id", name=op.f("uq_handoff_answer_handoff_id_external_id")
        ),
    )
    op.create_index("ix_handoff_answer_message_id", "handoff_answer", ["message_id"])
