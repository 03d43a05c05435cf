"""The desk's lists are read by the indexes that were made for them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.support import queries
from tests import factories
from tests.support.cases import make_case

MANY = """
INSERT INTO "case" (id, created_at, shop_id, customer_id, route, state, tags, language, opened_at,
  first_response_due_at, priority, waited_minutes, reopened_count)
SELECT gen_random_uuid(), opened_at, shop_id, customer_id, route, 'open', '{}', 'en', opened_at,
  first_response_due_at, 'normal', 0, 0 FROM "case", generate_series(1, 500)
"""


def test_cases_for_a_person_are_counted_without_reading_all_unsolved_ones(
    session: Session, shop: Shop
) -> None:
    case, person = make_case(session, shop), factories.member(session, shop, "agent")
    session.execute(text(MANY))
    session.execute(text('ANALYZE "case"'))
    case.automation_stopped = True
    session.flush()
    now = clock.now()
    wanted = queries.Filters("escalated", person.id, now + timedelta(hours=4), now.date())
    listed = queries.case_rows(shop.id, wanted).with_only_columns(Case.id)
    assert session.scalars(listed).all() == [case.id]
    asked = listed.compile(session.connection(), compile_kwargs={"literal_binds": True})
    plan = session.scalars(text(f"EXPLAIN {asked}")).all()
    assert "ix_case_escalated" in "\n".join(plan)
    assert queries.counts(session, shop.id, wanted)["escalated"] == "1"
