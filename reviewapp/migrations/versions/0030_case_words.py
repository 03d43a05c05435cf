"""Words of cases as rows, so that a search finds all of them however many there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reviewapp.migrations.guards import wall_off

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

LONGEST_TEXT, LONGEST_WORD = 100_000, 40
WORDS = f"""
CREATE FUNCTION case_words(told text, said text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT known.code || ':' || lexeme
  FROM (SELECT coalesce(max(code), '') AS code, coalesce(max(name), 'simple') AS name
    FROM (VALUES ('en', 'english'), ('de', 'german'), ('fr', 'french'), ('es', 'spanish'),
      ('pt', 'portuguese')) AS stemmed(code, name)
    WHERE code = lower(split_part(replace(told, '_', '-'), '-', 1))) known
  CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector(CAST(known.name AS regconfig),
    regexp_replace(left(said, {LONGEST_TEXT}), '[^[:alnum:]]+', ' ', 'g')))) AS lexeme
  WHERE length(lexeme) <= {LONGEST_WORD}
$$
"""  # noqa: S608  # two numbers of ours are put in
"""Stemmed in the case's language, which stands in front: a case is found in one way only."""
SAID = """
SELECT one.shop_id, word, one.opened_at, one.id FROM "case" one
JOIN customer ON customer.id = one.customer_id
CROSS JOIN LATERAL case_words(one.language, concat_ws(' ', customer.name, customer.email,
  (SELECT string_agg(concat_ws(' ', subject, body), ' ')
    FROM case_message WHERE case_id = one.id))) AS word
"""
WRITE = f"""
CREATE FUNCTION write_case_words(wanted uuid) RETURNS void LANGUAGE sql AS $$
  DELETE FROM case_word WHERE case_id = wanted;
  INSERT INTO case_word (shop_id, word, opened_at, case_id) {SAID} WHERE one.id = wanted;
$$
"""  # noqa: S608  # a text of ours is put in
KEPT = (
    """
CREATE FUNCTION keep_said_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO case_word (shop_id, word, opened_at, case_id)
  SELECT one.shop_id, word, one.opened_at, one.id
  FROM "case" one, case_words(one.language, concat_ws(' ', NEW.subject, NEW.body)) AS word
  WHERE one.id = NEW.case_id ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
""",
    """
CREATE FUNCTION keep_changed_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'case_message' THEN
    PERFORM write_case_words(OLD.case_id);
    IF TG_OP = 'UPDATE' AND NEW.case_id <> OLD.case_id THEN
      PERFORM write_case_words(NEW.case_id);
    END IF;
  ELSIF TG_TABLE_NAME = 'customer' THEN
    PERFORM write_case_words(id) FROM "case" WHERE customer_id = NEW.id;
  ELSE
    PERFORM write_case_words(NEW.id);
  END IF;
  RETURN NULL;
END $$
""",
)
TRIGGERS = (
    "CREATE TRIGGER case_words_said AFTER INSERT ON case_message "
    "FOR EACH ROW EXECUTE FUNCTION keep_said_words()",
    "CREATE TRIGGER case_words_unsaid AFTER UPDATE OF body, subject, case_id OR DELETE "
    "ON case_message FOR EACH ROW EXECUTE FUNCTION keep_changed_words()",
    'CREATE TRIGGER case_words_new AFTER INSERT OR UPDATE OF opened_at, language, customer_id '
    'ON "case" FOR EACH ROW EXECUTE FUNCTION keep_changed_words()',
    "CREATE TRIGGER case_words_named AFTER UPDATE OF name, email ON customer FOR EACH ROW "
    "WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.email <> NEW.email) "
    "EXECUTE FUNCTION keep_changed_words()",
)
FILL = f"INSERT INTO case_word (shop_id, word, opened_at, case_id) {SAID}"  # noqa: S608  # ours


def upgrade() -> None:
    """One table, filled from the cases there are and kept by triggers."""
    op.create_table(
        "case_word",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("shop_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_case_word_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_case_word_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "word", name=op.f("pk_case_word")),
    )
    op.execute("SELECT set_config('reviewapp.shop_id', '*', true)")
    for statement in (WORDS, WRITE, FILL, *KEPT, *TRIGGERS, *wall_off("case_word")):
        op.execute(statement)
    op.create_index("ix_case_word", "case_word", ["shop_id", "word", "opened_at", "case_id"])


def downgrade() -> None:
    """A search would find a part of the cases again."""
    raise RuntimeError("there is no way back from here; restore a backup instead")
