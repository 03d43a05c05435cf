"""SQL that migrations apply to tables: row-level security and append-only triggers."""

from __future__ import annotations

SHOP_IN_SCOPE = """
(SELECT current_setting('reviewapp.shop_id', true)) = '*'
OR {column} = (SELECT CASE WHEN current_setting('reviewapp.shop_id', true) IN ('', '*')
               THEN NULL ELSE current_setting('reviewapp.shop_id', true)::uuid END)
"""
"""True for rows of the transaction's shop; the sub-selects make it one look-up a query."""

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('reviewapp.erasing', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def wall_off(table: str, column: str = "shop_id") -> list[str]:
    """Bind every row of `table` to the transaction's shop, for the owner of the table too."""
    scope = SHOP_IN_SCOPE.format(column=column)
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY shop_wall ON "{table}" USING ({scope}) WITH CHECK ({scope})',
    ]


def make_append_only(table: str) -> list[str]:
    """Refuse UPDATE and TRUNCATE always, DELETE except by the erasure of a person or a shop."""
    change = f'CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON "{table}"'
    empty = f'CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON "{table}"'
    return [
        f"{change} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"{empty} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]
