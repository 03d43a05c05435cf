"""Working hours, macros, routing rules, alarms, feedback: what a shop's help is made of."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from reviewapp.migrations.guards import wall_off

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = (
    "shop_hours",
    "holiday",
    "season_note",
    "macro",
    "routing_rule",
    "case_feedback",
    "nps_answer",
    "case_step",
    "case_alarm",
    "touchpoint",
)
_INSTANT = sa.DateTime(timezone=True)

WEEKS = """
INSERT INTO shop_hours (id, created_at, shop_id, time_zone, week)
SELECT gen_random_uuid(), now(), id, NULL, (
  SELECT coalesce(jsonb_object_agg(day, jsonb_build_array(span)), '{}')
  FROM jsonb_each(settings -> 'business_hours' -> 'week') AS told (day, span))
FROM shop WHERE settings -> 'business_hours' ? 'week'
"""
HOLIDAYS = """
INSERT INTO holiday (id, created_at, shop_id, day_on)
SELECT gen_random_uuid(), now(), shop.id, day.day::date
FROM shop, LATERAL (
  SELECT DISTINCT told AS day
  FROM jsonb_array_elements_text(settings -> 'business_hours' -> 'holidays_on') AS told
  WHERE pg_input_is_valid(told, 'date')) AS day
WHERE settings -> 'business_hours' ? 'holidays_on'
"""
"""What shops chose on their settings page; the old code goes on reading its own copy."""


def upgrade() -> None:
    """Ten tables behind the wall; working hours move out of the settings."""
    _create_shop_hours()
    _create_holiday()
    _create_season_note()
    _create_macro()
    _create_routing_rule()
    _create_case_feedback()
    _create_nps_answer()
    _create_case_step()
    _create_case_alarm()
    _create_touchpoint()
    op.execute("SELECT set_config('reviewapp.shop_id', '*', true)")
    op.execute(WEEKS)
    op.execute(HOLIDAYS)
    for table in TABLES:
        for statement in wall_off(table):
            op.execute(statement)


def downgrade() -> None:
    """Hours, holidays and what customers answered would be forgotten."""
    raise RuntimeError("there is no way back from answers given; restore a backup instead")


def _of_shop(table: str) -> list[Any]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f(f"fk_{table}_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _to(table: str, column: str, other: str, *, nullable: bool = False) -> list[Any]:
    cascade = None if other == "member" else "CASCADE"
    return [
        sa.Column(column, sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint(
            [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=cascade
        ),
    ]


def _create_shop_hours() -> None:
    op.create_table(
        "shop_hours",
        *_of_shop("shop_hours"),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("week", postgresql.JSONB(), nullable=False),
        sa.UniqueConstraint("shop_id", name=op.f("uq_shop_hours_shop_id")),
    )


def _create_holiday() -> None:
    op.create_table(
        "holiday",
        *_of_shop("holiday"),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("source", sa.String(), server_default="hand", nullable=False),
        sa.UniqueConstraint("shop_id", "day_on", name=op.f("uq_holiday_shop_id_day_on")),
    )


def _create_season_note() -> None:
    op.create_table(
        "season_note",
        *_of_shop("season_note"),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "first_response_hours_added", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("requests", sa.String(), server_default="as_usual", nullable=False),
        *_to("season_note", "member_id", "member", nullable=True),
        sa.CheckConstraint(
            "requests IN ('as_usual', 'slowed', 'held')", name=op.f("ck_season_note_requests")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_season_note_ends_after_start")),
        sa.CheckConstraint(
            "first_response_hours_added BETWEEN 0 AND 72", name=op.f("ck_season_note_hours_added")
        ),
    )
    op.create_index("ix_season_note_shop", "season_note", ["shop_id", "starts_on", "id"])


def _create_macro() -> None:
    op.create_table(
        "macro",
        *_of_shop("macro"),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        *_to("macro", "member_id", "member", nullable=True),
        sa.CheckConstraint("version > 0", name=op.f("ck_macro_version")),
        sa.UniqueConstraint(
            "shop_id",
            "key",
            "language",
            "version",
            name=op.f("uq_macro_shop_id_key_language_version"),
        ),
    )


def _create_routing_rule() -> None:
    op.create_table(
        "routing_rule",
        *_of_shop("routing_rule"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("conditions", postgresql.JSONB(), nullable=False),
        sa.Column("actions", postgresql.JSONB(), nullable=False),
        sa.Column("stop", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("tried_at", _INSTANT, nullable=True),
        *_to("routing_rule", "member_id", "member", nullable=True),
    )
    op.create_index("ix_routing_rule_shop", "routing_rule", ["shop_id", "position", "id"])


def _create_case_feedback() -> None:
    op.create_table(
        "case_feedback",
        *_of_shop("case_feedback"),
        *_to("case_feedback", "case_id", "case"),
        *_to("case_feedback", "member_id", "member", nullable=True),
        sa.Column("csat", sa.Integer(), nullable=True),
        sa.Column("effort", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("csat BETWEEN 1 AND 5", name=op.f("ck_case_feedback_csat")),
        sa.CheckConstraint("effort BETWEEN 1 AND 5", name=op.f("ck_case_feedback_effort")),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_feedback_case_id")),
    )
    op.create_index("ix_case_feedback_shop", "case_feedback", ["shop_id", "created_at"])


def _create_nps_answer() -> None:
    op.create_table(
        "nps_answer",
        *_of_shop("nps_answer"),
        *_to("nps_answer", "customer_id", "customer"),
        *_to("nps_answer", "case_id", "case", nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 10", name=op.f("ck_nps_answer_score")),
        sa.UniqueConstraint("case_id", name=op.f("uq_nps_answer_case_id")),
    )
    op.create_index("ix_nps_answer_customer_id", "nps_answer", ["customer_id"])
    op.create_index("ix_nps_answer_shop", "nps_answer", ["shop_id", "created_at"])


def _create_case_step() -> None:
    op.create_table(
        "case_step",
        *_of_shop("case_step"),
        *_to("case_step", "case_id", "case"),
        sa.Column("step", sa.String(), nullable=False),
        *_to("case_step", "member_id", "member", nullable=True),
        sa.CheckConstraint(
            "step IN ('reply', 'proof', 'resolution', 'write_back', 'stop_line')",
            name=op.f("ck_case_step_step"),
        ),
        sa.UniqueConstraint("case_id", "step", name=op.f("uq_case_step_case_id_step")),
    )


def _create_case_alarm() -> None:
    op.create_table(
        "case_alarm",
        *_of_shop("case_alarm"),
        *_to("case_alarm", "case_id", "case"),
        sa.Column("promise", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        *_to("case_alarm", "member_id", "member", nullable=True),
        sa.CheckConstraint("level IN ('warning', 'breach')", name=op.f("ck_case_alarm_level")),
        sa.CheckConstraint(
            "promise IN ('first_response', 'next_update', 'resolution')",
            name=op.f("ck_case_alarm_promise"),
        ),
        sa.UniqueConstraint(
            "case_id",
            "promise",
            "level",
            "due_at",
            name=op.f("uq_case_alarm_case_id_promise_level_due_at"),
        ),
    )
    op.create_index("ix_case_alarm_shop", "case_alarm", ["shop_id", "created_at", "id"])


def _create_touchpoint() -> None:
    op.create_table(
        "touchpoint",
        *_of_shop("touchpoint"),
        *_to("touchpoint", "customer_id", "customer"),
        *_to("touchpoint", "request_id", "review_request"),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(), server_default="planned", nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('planned', 'sent', 'skipped')", name=op.f("ck_touchpoint_state")
        ),
        sa.UniqueConstraint("request_id", name=op.f("uq_touchpoint_request_id")),
    )
    op.create_index("ix_touchpoint_customer_id", "touchpoint", ["customer_id"])
    op.create_index(
        "ix_touchpoint_planned",
        "touchpoint",
        ["due_at"],
        postgresql_where=sa.text("state = 'planned'"),
    )
