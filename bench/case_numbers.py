"""The desk's numbers over a million cases: how long the page of a period takes.

python -m bench.case_numbers [--rows N]   (goal: 12 weeks ≤ 1,000 ms; 200,000 rows by default)

One case a minute, so that 12 weeks hold 120,960 however many there are in all: far more than any
desk works off, and the page is opened a few times a day. Time in the application, request to page.
"""

from __future__ import annotations

import argparse
import statistics
import time

import orjson
from sqlalchemy import select, text

from bench.cases import CASES, CUSTOMERS, ORDERS, WORDS, WORDS_LATER
from bench.publish import installation
from reviewapp.app import create_app
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.core.process import ease_garbage_collection
from reviewapp.models.account import Member
from reviewapp.web.auth import SESSION_COOKIE
from tests import factories

RUNS = 7
MEASURED = """
UPDATE "case" SET first_response_seconds =
  600 + ('x' || substr(md5(id::text), 1, 4))::bit(16)::int
WHERE shop_id = :shop AND first_responded_at IS NOT NULL
"""
SOLUTIONS = """
INSERT INTO case_solution (id, created_at, shop_id, case_id, number, route, member_id, solved_at,
  due_at, working_seconds, one_answer, reopened_at)
SELECT gen_random_uuid(), solved_at, shop_id, id, 1, route, assignee_id, solved_at,
  resolution_due_at, first_response_seconds * 3, first_response_seconds % 3 > 0,
  CASE WHEN first_response_seconds % 11 = 0 THEN solved_at + interval '2 days' END
FROM "case" WHERE shop_id = :shop AND state = 'solved'
"""
FEEDBACK = """
INSERT INTO case_feedback (id, created_at, shop_id, case_id, member_id, csat, effort)
SELECT gen_random_uuid(), solved_at, shop_id, case_id, member_id, 1 + working_seconds % 5,
  1 + working_seconds % 4 FROM case_solution WHERE shop_id = :shop AND working_seconds % 4 = 0
"""
NPS = """
INSERT INTO nps_answer (id, created_at, shop_id, case_id, customer_id, score)
SELECT gen_random_uuid(), f.created_at, f.shop_id, f.case_id, c.customer_id, f.csat * 2
FROM case_feedback f JOIN "case" c ON c.id = f.case_id WHERE f.shop_id = :shop
"""
TABLES = ('"order"', '"case"', "case_solution", "case_feedback", "nps_answer")


def main() -> None:
    """Print one JSON line per period."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=200_000)
    rows = asked.parse_args().rows
    with installation() as kit:
        token = fill(kit, rows)
        client = create_app(kit=kit).test_client()
        ease_garbage_collection()
        client.set_cookie(SESSION_COOKIE, token)
        for query in ("weeks=4", "weeks=12", "weeks=12&by=person", "weeks=12&route=delay",
                      "weeks=52"):  # fmt: skip
            took = []
            for _ in range(RUNS):
                began = time.perf_counter()
                answer = client.get(f"/admin/helping/numbers?{query}")
                took.append(1000 * (time.perf_counter() - began))
                assert answer.status_code == 200
            told = {"median_ms": round(statistics.median(took)), "most_ms": round(max(took))}
            print(orjson.dumps({"page": query, "rows": rows} | told).decode(), flush=True)


def fill(kit: Kit, rows: int) -> str:
    """A shop with so many cases and what became of them, and an owner's session."""
    with kit.database.transaction(EVERY_SHOP) as session:
        shop = factories.shop(session)
        token, _ = factories.signed_in_member(session, kit, shop, "owner")
        agent = session.scalars(select(Member.id)).one()
        told = {"shop": shop.id, "count": rows, "people": max(1, rows // 5), "agent": agent}
        statements = (*WORDS_LATER, CUSTOMERS, ORDERS, CASES, MEASURED, SOLUTIONS, FEEDBACK, NPS)
        for statement in (*statements, *WORDS[1:]):
            session.execute(text(statement), told)
    with kit.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as bare:
        for table in TABLES:
            bare.execute(text(f"VACUUM ANALYZE {table}"))
    return token


if __name__ == "__main__":
    main()
