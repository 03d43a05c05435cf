"""Words of unsolved cases apart: a common word of old cases had every open one looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

SAID = """
SELECT one.shop_id, word, one.opened_at, one.id, one.state <> 'solved' FROM "case" one
JOIN customer ON customer.id = one.customer_id
CROSS JOIN LATERAL case_words(one.language, concat_ws(' ', customer.name, customer.email,
  (SELECT string_agg(concat_ws(' ', subject, body), ' ')
    FROM case_message WHERE case_id = one.id))) AS word
"""
WRITE = f"""
CREATE OR REPLACE FUNCTION write_case_words(wanted uuid) RETURNS void LANGUAGE sql AS $$
  DELETE FROM case_word WHERE case_id = wanted;
  INSERT INTO case_word (shop_id, word, opened_at, case_id, unsolved) {SAID} WHERE one.id = wanted;
$$
"""  # noqa: S608  # a text of ours is put in
KEPT = (
    """
CREATE OR REPLACE FUNCTION keep_said_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO case_word (shop_id, word, opened_at, case_id, unsolved)
  SELECT one.shop_id, word, one.opened_at, one.id, one.state <> 'solved'
  FROM "case" one, case_words(one.language, concat_ws(' ', NEW.subject, NEW.body)) AS word
  WHERE one.id = NEW.case_id ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
""",
    """
CREATE FUNCTION keep_unsolved_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE case_word SET unsolved = NEW.state <> 'solved' WHERE case_id = NEW.id;
  RETURN NULL;
END $$
""",
    'CREATE TRIGGER case_words_solved AFTER UPDATE OF state ON "case" FOR EACH ROW '
    "WHEN ((OLD.state = 'solved') <> (NEW.state = 'solved')) "
    "EXECUTE FUNCTION keep_unsolved_words()",
)
FILL = """
UPDATE case_word SET unsolved = true FROM "case" one
WHERE one.id = case_word.case_id AND one.state <> 'solved'
"""


def upgrade() -> None:
    """One column, told by the cases there are and kept by a trigger, with an index of its own."""
    op.execute("SELECT set_config('reviewapp.shop_id', '*', true)")
    op.add_column(
        "case_word", sa.Column("unsolved", sa.Boolean(), server_default="false", nullable=False)
    )
    for statement in (WRITE, *KEPT, FILL):
        op.execute(statement)
    op.create_index(
        "ix_case_word_unsolved", "case_word", ["shop_id", "word", "case_id"],
        postgresql_where=sa.text("unsolved"),
    )  # fmt: skip


def downgrade() -> None:
    """Words of open work would be looked for among all again."""
    raise RuntimeError("there is no way back from here; restore a backup instead")
