"""Mail that comes in: connections, mails, and the threads that tie them to cases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from reviewapp.migrations.guards import wall_off

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
THREAD = ("message_id", "in_reply_to", "subject", "sender", "quoted")


def upgrade() -> None:
    """Two tables behind the wall, and columns for threads."""
    _create_connection()
    _create_inbound_mail()
    for table in ("mail_connection", "inbound_mail"):
        for statement in wall_off(table):
            op.execute(statement)
    for name in THREAD:
        op.add_column("case_message", sa.Column(name, sa.String()))
    _add_to_mail("case_id", "case", postgresql_where=sa.text("case_id IS NOT NULL"))
    _add_to_mail("case_message_id", "case_message")
    op.create_index(
        "ix_mail_reader",
        "mail",
        ["customer_id", "sending_at"],
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Mails would be forgotten with what became of them."""
    raise RuntimeError("there is no way back from mails taken in; restore a backup instead")


def _create_connection() -> None:
    op.create_table(
        "mail_connection",
        *_of_shop("mail_connection"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("plus_addresses", sa.Boolean(), nullable=False),
        sa.Column("strangers", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("host", sa.String()),
        sa.Column("port", sa.Integer()),
        sa.Column("security", sa.String(), nullable=False),
        sa.Column("username", sa.String()),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger()),
        sa.Column("last_uid", sa.BigInteger()),
        sa.Column("fetch_at", _INSTANT, nullable=False),
        sa.Column("claimed_at", _INSTANT),
        sa.Column("fetched_at", _INSTANT),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String()),
        sa.UniqueConstraint("shop_id", "address", name="uq_mail_connection_shop_id_address"),
        sa.CheckConstraint("kind IN ('imap', 'hook')", name="ck_mail_connection_kind"),
        sa.CheckConstraint("state IN ('active', 'paused')", name="ck_mail_connection_state"),
        sa.CheckConstraint(
            "security IN ('tls', 'starttls', 'plain')", name="ck_mail_connection_security"
        ),
        sa.CheckConstraint("strangers IN ('open', 'wait')", name="ck_mail_connection_strangers"),
    )
    op.create_index(
        "ix_mail_connection_due",
        "mail_connection",
        ["fetch_at"],
        postgresql_where=sa.text("kind = 'imap' AND state = 'active'"),
    )


def _create_inbound_mail() -> None:
    op.create_table(
        "inbound_mail",
        *_of_shop("inbound_mail"),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kind", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.Column("message_id", sa.String()),
        sa.Column("sender", sa.String()),
        sa.Column("sender_digest", sa.String()),
        sa.Column("subject", sa.String()),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.Column("raw_key", sa.String()),
        sa.Column("raw_key_id", sa.String()),
        sa.Column("case_id", sa.Uuid()),
        sa.Column("customer_id", sa.Uuid()),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String()),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["mail_connection.id"],
            name="fk_inbound_mail_connection_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name="fk_inbound_mail_case_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name="fk_inbound_mail_customer_id",
            ondelete="SET NULL",
        ),
        sa.UniqueConstraint("connection_id", "key", name="uq_inbound_mail_connection_id_key"),
        sa.CheckConstraint(
            "state IN ('received', 'done', 'waiting', 'stopped', 'dismissed', 'failed')",
            name="ck_inbound_mail_state",
        ),
    )
    _index("shop", ["shop_id", "created_at", "id"])
    _index("due", ["due_at"], "state = 'received'")
    _index("waiting", ["shop_id", "id"], "state='waiting'")
    _index("sender", ["shop_id", "sender_digest", "created_at"])
    _index("case_id", ["case_id"])
    _index("customer_id", ["customer_id"])
    _index("raw", ["created_at"], "raw_key IS NOT NULL")


def _index(name: str, columns: list[str], where: str | None = None) -> None:
    condition: dict[str, Any] = {"postgresql_where": sa.text(where)} if where else {}
    op.create_index(f"ix_inbound_mail_{name}", "inbound_mail", columns, **condition)


def _add_to_mail(column: str, of: str, **index: Any) -> None:
    op.add_column("mail", sa.Column(column, sa.Uuid()))
    op.create_foreign_key(f"fk_mail_{column}", "mail", of, [column], ["id"], ondelete="SET NULL")
    op.create_index(f"ix_mail_{column}", "mail", [column], **index)


def _of_shop(table: str) -> list[Any]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=f"fk_{table}_shop_id", ondelete="CASCADE"
        ),
    ]
