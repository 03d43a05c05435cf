"""Indexes in the order of the desk's lists; tags as rows; promises of cases opened before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

UNSOLVED = sa.text("state <> 'solved'")
KEEP_TAGS = """
CREATE FUNCTION keep_case_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM case_tag WHERE case_id = NEW.id;
  END IF;
  INSERT INTO case_tag (case_id, tag, shop_id, opened_at)
  SELECT DISTINCT NEW.id, told, NEW.shop_id, NEW.opened_at FROM unnest(NEW.tags) AS told;
  RETURN NULL;
END $$
"""
TRIGGERS = (
    'CREATE TRIGGER case_tags_new AFTER INSERT ON "case" FOR EACH ROW '
    "WHEN (NEW.tags <> '{}') EXECUTE FUNCTION keep_case_tags()",
    'CREATE TRIGGER case_tags_changed AFTER UPDATE OF tags, opened_at ON "case" FOR EACH ROW '
    "WHEN (OLD.tags IS DISTINCT FROM NEW.tags OR OLD.opened_at <> NEW.opened_at) "
    "EXECUTE FUNCTION keep_case_tags()",
)
FILL = """
INSERT INTO case_tag (case_id, tag, shop_id, opened_at)
SELECT DISTINCT id, told, shop_id, opened_at FROM "case", unnest(tags) AS told
"""
PROMISED = """
UPDATE "case" SET promised_at = first_response_due_at
WHERE promised_at IS NULL AND first_responded_at IS NULL AND request_id IS NOT NULL
  AND review_id IS NULL AND state <> 'solved'
"""
"""Whoever asked behind a link before this version was told that time."""


def upgrade() -> None:
    """Seven indexes, one table with its triggers."""
    for name, columns, where in (
        ("ix_case_owed", ["promise_due_at", "id"], UNSOLVED),
        ("ix_case_owner_owed", ["assignee_id", "promise_due_at", "id"], UNSOLVED),
        ("ix_case_opened", ["opened_at", "id"], None),
        ("ix_case_route", ["route", "opened_at", "id"], None),
        ("ix_case_owner", ["assignee_id", "opened_at", "id"], None),
        ("ix_case_priority", ["priority", "opened_at", "id"], None),
    ):
        op.create_index(name, "case", ["shop_id", *columns], postgresql_where=where)
    op.create_table(
        "case_tag",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_case_tag_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_case_tag_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "tag", name=op.f("pk_case_tag")),
    )
    op.create_index("ix_case_tag", "case_tag", ["shop_id", "tag", "opened_at", "case_id"])
    op.execute("SELECT set_config('reviewapp.shop_id', '*', true)")
    for statement in (FILL, PROMISED, KEEP_TAGS, *TRIGGERS, *wall_off("case_tag")):
        op.execute(statement)


def downgrade() -> None:
    """The lists would be slow and old promises forgotten."""
    raise RuntimeError("there is no way back from here; restore a backup instead")
