"""Cases to test with."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from reviewapp.core import clock
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from tests import factories

ANSWER = (
    "The handle of your mug broke because it was packed too tightly. I will send a new one "
    "tomorrow. Please keep the old one. Just reply if anything is unclear."
)


def make_case(session: Any, shop: Shop, due_in_hours: float = 5, **values: Any) -> Case:
    """A case about a broken mug, with the customer's words."""
    asked = values.pop("asked", None) or factories.request(session, shop)
    now = clock.now()
    defaults: dict[str, Any] = {
        "customer_id": asked.customer_id,
        "request_id": asked.id,
        "order_id": None,
        "route": "damaged",
        "opened_at": now - timedelta(hours=1),
        "first_response_due_at": now + timedelta(hours=due_in_hours),
    }
    case = factories.add(session, Case(shop_id=shop.id, **defaults | values))
    factories.add(
        session,
        CaseMessage(shop_id=shop.id, case_id=case.id, direction="in", body="The handle broke."),
    )
    return case


def links(page: Any) -> set[str]:
    """Ids of the cases a list shows."""
    return set(re.findall(r'row-link" href="/admin/cases/([\w-]+)"', page.text))
