"""The statements of an orders import; each touches only rows that differ."""

from __future__ import annotations

FACT_TYPES = ("shipped", "delivered", "cancelled", "lost", "refunded", "returned")
FACTS = ", ".join(f"{type_}_at" for type_ in FACT_TYPES)

TEMPORARY_TABLES = {
    "in_product": "id uuid, external_id text, title text, product_type text",
    "in_customer": """id uuid, email_digest text, email text, name text, locale text,
        country text, time_zone text""",
    "in_order": """id uuid, external_id text, email_digest text, ordered_at timestamptz,
        promised_at timestamptz, currency text, total numeric, locale text, country text,
        time_zone text, tags text[], tracking text""",
    "in_line": f"""id uuid, order_external_id text, external_id text, product_external_id text,
        quantity int, price numeric, {FACTS.replace(",", " timestamptz,")} timestamptz""",
    "in_event": """id uuid, order_external_id text, type text, at timestamptz, lines jsonb,
        digest text""",
}
"""Table → columns, in the order in which rows are copied."""

ANALYZE = f"ANALYZE {', '.join(TEMPORARY_TABLES)}"
"""Without it each batch is joined by reading the whole shop, and imports grow by the square."""

PUT_PRODUCTS = """
INSERT INTO product AS p (id, created_at, updated_at, shop_id, external_id, source, title,
  product_type, tags, excluded)
SELECT id, :now, :now, :shop, external_id, :source, title, product_type, '{}', false
FROM in_product ORDER BY external_id
ON CONFLICT (shop_id, external_id) DO UPDATE SET
  title = CASE WHEN p.title = p.external_id THEN excluded.title ELSE p.title END,
  product_type = COALESCE(p.product_type, excluded.product_type),
  updated_at = excluded.updated_at
WHERE (p.title = p.external_id AND excluded.title <> p.title)
   OR (p.product_type IS NULL AND excluded.product_type IS NOT NULL)
RETURNING CASE WHEN xmax <> 0 THEN id END
"""
"""A file of orders fills what the catalogue leaves blank and overwrites nothing; ids of changed
products come back (NULL for new ones)."""

PUT_CUSTOMERS = """
INSERT INTO customer AS c (id, created_at, shop_id, email, email_digest, name, locale, country,
  time_zone)
SELECT id, :now, :shop, email, email_digest, name, locale, country, time_zone
FROM in_customer ORDER BY email_digest
ON CONFLICT (shop_id, email_digest) DO UPDATE SET
  name = COALESCE(excluded.name, c.name), locale = COALESCE(excluded.locale, c.locale),
  country = COALESCE(excluded.country, c.country),
  time_zone = COALESCE(excluded.time_zone, c.time_zone)
WHERE c.erased_at IS NULL
  AND (COALESCE(excluded.name, c.name), COALESCE(excluded.locale, c.locale),
       COALESCE(excluded.country, c.country), COALESCE(excluded.time_zone, c.time_zone))
      IS DISTINCT FROM (c.name, c.locale, c.country, c.time_zone)
"""
"""Who was erased stays erased: a repeated file must not bring them back."""

PUT_ORDERS = """
INSERT INTO "order" AS o (id, created_at, shop_id, external_id, source, customer_id, ordered_at,
  promised_at, currency, total, locale, country, time_zone, tags, tracking, planning_due)
SELECT i.id, :now, :shop, i.external_id, :source, c.id, i.ordered_at, i.promised_at, i.currency,
  i.total, i.locale, i.country, i.time_zone, i.tags, i.tracking, true
FROM in_order i JOIN customer c ON c.shop_id = :shop AND c.email_digest = i.email_digest
ORDER BY i.external_id
ON CONFLICT (shop_id, external_id) DO UPDATE SET
  customer_id = excluded.customer_id, ordered_at = excluded.ordered_at,
  promised_at = COALESCE(excluded.promised_at, o.promised_at),
  currency = COALESCE(excluded.currency, o.currency), total = COALESCE(excluded.total, o.total),
  locale = COALESCE(excluded.locale, o.locale), country = COALESCE(excluded.country, o.country),
  time_zone = COALESCE(excluded.time_zone, o.time_zone),
  tags = CASE WHEN excluded.tags = '{}' THEN o.tags ELSE excluded.tags END,
  tracking = COALESCE(excluded.tracking, o.tracking)
WHERE (excluded.customer_id, excluded.ordered_at, COALESCE(excluded.promised_at, o.promised_at),
       COALESCE(excluded.currency, o.currency), COALESCE(excluded.total, o.total),
       COALESCE(excluded.locale, o.locale), COALESCE(excluded.country, o.country),
       COALESCE(excluded.time_zone, o.time_zone),
       CASE WHEN excluded.tags = '{}' THEN o.tags ELSE excluded.tags END,
       COALESCE(excluded.tracking, o.tracking))
      IS DISTINCT FROM (o.customer_id, o.ordered_at, o.promised_at, o.currency, o.total, o.locale,
       o.country, o.time_zone, o.tags, o.tracking)
RETURNING o.external_id, (o.xmax = 0) AS created
"""
"""`xmax` is 0 on a row that was inserted just now."""

_EARLIEST = ", ".join(
    f"{type_}_at = LEAST(l.{type_}_at, excluded.{type_}_at)" for type_ in FACT_TYPES
)
_EARLIER = " OR ".join(
    f"excluded.{type_}_at < COALESCE(l.{type_}_at, 'infinity')" for type_ in FACT_TYPES
)

PUT_LINES = f"""
WITH changed AS (
  INSERT INTO order_line AS l (id, created_at, shop_id, order_id, external_id, product_id,
    quantity, price, {FACTS})
  SELECT i.id, :now, :shop, o.id, i.external_id, p.id, i.quantity, i.price,
    {", ".join(f"i.{type_}_at" for type_ in FACT_TYPES)}
  FROM in_line i
  JOIN "order" o ON o.shop_id = :shop AND o.external_id = i.order_external_id
  JOIN product p ON p.shop_id = :shop AND p.external_id = i.product_external_id
  ORDER BY o.external_id, i.id
  ON CONFLICT (order_id, external_id) DO UPDATE SET
    product_id = excluded.product_id, quantity = excluded.quantity,
    price = COALESCE(excluded.price, l.price), {_EARLIEST}
  WHERE (excluded.product_id, excluded.quantity, COALESCE(excluded.price, l.price))
        IS DISTINCT FROM (l.product_id, l.quantity, l.price) OR {_EARLIER}
  RETURNING order_id
)
SELECT DISTINCT o.external_id FROM changed JOIN "order" o ON o.id = changed.order_id
"""  # noqa: S608  # column names are ours
"""Of each fact the earliest instant stays; LEAST passes over what is unknown."""

PUT_EVENTS = """
WITH told AS (
  INSERT INTO order_event (id, created_at, shop_id, order_id, type, at, lines, digest)
  SELECT i.id, :now, :shop, o.id, i.type, i.at, i.lines, i.digest
  FROM in_event i JOIN "order" o ON o.shop_id = :shop AND o.external_id = i.order_external_id
  ON CONFLICT (order_id, digest) DO NOTHING
  RETURNING order_id
)
SELECT DISTINCT o.external_id FROM told JOIN "order" o ON o.id = told.order_id
"""

PLAN = """
UPDATE "order" SET planning_due = true
WHERE shop_id = :shop AND external_id = ANY(:external_ids)
"""

WITH_WHOLE_EVENTS = """
SELECT DISTINCT e.order_id
FROM order_event e JOIN "order" o ON o.id = e.order_id
WHERE o.shop_id = :shop AND o.external_id = ANY(:external_ids) AND e.lines = '[]'
"""
