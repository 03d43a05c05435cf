"""The desk over a million cases: how long the application takes for lists, filters and search.

python -m bench.cases [--rows N] [--keep FOLDER]

Goal: p95 ≤ 25 ms, worst ≤ 60 ms; 200,000 rows by default.

Time in the application, from the request to the whole page, one request after another, memory
settled as in the web process. One case in a hundred is unsolved, each has two messages and an
order. `--keep`: leave the cases in this folder, or measure those that are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bench.lists import DEEP_PAGE, place, time_pages
from reviewapp.core.kit import Kit
from reviewapp.models.account import Member, Shop
from reviewapp.models.case import Case
from reviewapp.web.listing import PAGE

TABLES = ("customer", '"order"', '"case"', "case_message", "case_tag", "case_word")
CUSTOMERS = """
INSERT INTO customer (id, created_at, shop_id, email, email_digest, name)
SELECT gen_random_uuid(), now(), :shop, 'buyer' || n || '@customers.example',
  encode(sha256(convert_to('buyer' || n || '@customers.example', 'UTF8')), 'hex'), 'Buyer ' || n
FROM generate_series(1, :people) n
"""
ORDERS = """
INSERT INTO "order" (id, created_at, shop_id, external_id, source, customer_id, ordered_at, total,
  currency, tags, planning_due)
SELECT gen_random_uuid(), now(), :shop, 'O-' || row_number() OVER (), 'api', id, now(), 40, 'EUR',
  '{}', false FROM customer WHERE shop_id = :shop
"""
CASES = """
WITH placed AS (
  SELECT id, customer_id, row_number() OVER () - 1 AS number FROM "order" WHERE shop_id = :shop)
INSERT INTO "case" (id, created_at, shop_id, customer_id, order_id, route, state, tags, language,
  assignee_id, opened_at, first_response_due_at, first_responded_at, resolution_due_at, solved_at,
  priority, value, waited_minutes, reopened_count)
SELECT gen_random_uuid(), told.at, :shop, placed.customer_id, placed.id,
  (ARRAY['question', 'delay', 'return', 'damaged', 'chargeback', 'other'])[1 + n % 6],
  CASE WHEN n % 100 <> 0 THEN 'solved' WHEN n % 300 = 0 THEN 'waiting' ELSE 'open' END,
  CASE WHEN n % 997 = 0 THEN ARRAY['exchange'] WHEN n % 3 = 0 THEN ARRAY['damage', 'quality']
    ELSE ARRAY['shipping'] END, 'en',
  CASE WHEN n % 2 = 0 THEN CAST(:agent AS uuid) END, told.at, told.at + interval '1 day',
  CASE WHEN n % 200 <> 0 THEN told.at + interval '4 hours' END, told.at + interval '10 days',
  CASE WHEN n % 100 <> 0 THEN told.at + interval '5 days' END,
  CASE WHEN n % 500 = 0 THEN 'urgent' ELSE 'normal' END, 40, 0, 0
FROM generate_series(1, :count) n
JOIN placed ON placed.number = n % :people
CROSS JOIN LATERAL (SELECT now() - (:count - n) * interval '1 minute' AS at) told
"""
MESSAGES = """
INSERT INTO case_message (id, created_at, shop_id, case_id, direction, body)
SELECT gen_random_uuid(), opened_at, :shop, id, way,
  'The handle of my mug came off when I washed it, and the glaze has a mark. '
  || CASE WHEN route = 'damaged' THEN 'Pinholes all over.' ELSE '' END
FROM "case", unnest(ARRAY['in', 'out']) AS way WHERE shop_id = :shop
"""
WORDS_LATER = (
    "ALTER TABLE case_message DISABLE TRIGGER case_words_said",
    'ALTER TABLE "case" DISABLE TRIGGER case_words_new',
)
WORDS = (
    'SELECT count(write_case_words(id)) FROM "case"',
    "ALTER TABLE case_message ENABLE TRIGGER case_words_said",
    'ALTER TABLE "case" ENABLE TRIGGER case_words_new',
)
"""Of a whole case at once: message by message they would take most of the filling."""


def main() -> None:
    """Print one JSON line per page."""
    time_pages(__doc__, "agent", fill, TABLES, pages)


def fill(session: Session, shop: Shop, agent: Member, rows: int) -> None:
    """So many cases of a fifth as many customers, half of them the agent's."""
    told = {"shop": shop.id, "count": rows, "people": max(1, rows // 5), "agent": agent.id}
    for statement in (CUSTOMERS, ORDERS, *WORDS_LATER, CASES, MESSAGES, *WORDS):
        session.execute(text(statement), told)


def pages(kit: Kit, shop: Shop, rows: int) -> Iterator[tuple[str, str]]:
    """What is looked at: each view, filters and searches, first and deep pages, one case."""
    with kit.database.transaction(shop.id) as session:
        one, agent = session.scalars(select(Case.id).limit(1)).one(), session.scalars(
            select(Member.id)
        ).one()  # fmt: skip
    yield "one case", f"/admin/cases/{one}"
    asked: dict[str, dict[str, str]] = {
        **{view: {"view": view} for view in ("open", "mine", "unassigned", "due", "overdue",
           "escalated", "follow_up", "waiting", "solved", "all")},
        "open, route": {"route": "chargeback"},
        "open, rare tag": {"tag": "exchange"},
        "all, route": {"view": "all", "route": "chargeback"},
        "all, owner": {"view": "all", "owner": str(agent)},
        "all, rare tag": {"view": "all", "tag": "exchange"},
        "all, common tag": {"view": "all", "tag": "shipping"},
        "all, no such tag": {"view": "all", "tag": "nothing"},
        "all, urgent": {"view": "all", "priority": "urgent"},
        "all, route, owner and urgent": {"view": "all", "route": "return", "owner": str(agent),
                                         "priority": "urgent"},
        "a common word": {"view": "all", "q": "handle"},
        "a rarer word": {"view": "all", "q": "pinholes"},
        "no such word": {"view": "all", "q": "cobalt"},
        "an e-mail": {"view": "all", "q": "buyer77@customers.example"},
        "an order number": {"view": "all", "q": "O-77"},
        "a word, open": {"q": "pinholes"},
    }  # fmt: skip
    for name, chosen in asked.items():
        yield f"list, {name}", f"/admin/cases?{urlencode(chosen)}"
    page = min(DEEP_PAGE, rows * 4 // 5 // PAGE)
    after = place(kit, shop, (Case.opened_at, Case.id), page)
    for name in ("solved", "all", "all, route", "all, common tag"):
        yield (
            f"list, {name}, page {page:,}",
            f"/admin/cases?{urlencode({**asked[name], 'after': after})}",
        )


if __name__ == "__main__":
    main()
