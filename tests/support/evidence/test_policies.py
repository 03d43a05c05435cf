"""Policies are kept in versions that nobody can change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from reviewapp.core import clock
from reviewapp.core.errors import Invalid
from reviewapp.models.account import Shop
from reviewapp.models.policy import PolicyVersion
from reviewapp.support.policies import in_force_at, publish_policy
from tests.people import SignedIn

Committed = Callable[[], Any]


def keep(session: Any, shop: Shop, body: str, **values: Any) -> PolicyVersion:
    told: dict[str, Any] = {"kind": "returns", "language": "en", "url": "", "in_force_from": None}
    return publish_policy(session, shop, body=body, by="member:1", **told | values)


def test_a_version_holds_until_the_next_begins(committed: Committed, shop: Shop) -> None:
    now = clock.now()
    with committed() as session:
        keep(session, shop, "Thirty days.", in_force_from=now - timedelta(days=9))
        keep(session, shop, "Fourteen days.", in_force_from=now + timedelta(days=9))
        keep(session, shop, "Nur vierzehn Tage.", language="de")
    with committed() as session:

        def held(days: int) -> list[str]:
            return [v.body for v in in_force_at(session, shop.id, now + timedelta(days=days))]

        assert held(-10) == []
        assert held(-1) == ["Thirty days."]
        assert held(1) == ["Nur vierzehn Tage.", "Thirty days."]
        assert held(9) == ["Nur vierzehn Tage.", "Fourteen days."]


def test_the_same_text_is_no_new_version_and_none_begins_before_the_last(
    committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        first = keep(session, shop, "Thirty days.")
        assert keep(session, shop, " Thirty days.\r\n").id == first.id
        with pytest.raises(Invalid):
            keep(session, shop, "Ten.", in_force_from=clock.now() - timedelta(days=1))
        for wrong in ({"kind": "magic"}, {"language": "xx"}, {"url": "ftp://x"}):
            with pytest.raises(Invalid):
                keep(session, shop, "Ten.", **wrong)


@pytest.mark.parametrize("change", ["SET body = 'Never.'", None])
def test_the_database_refuses_to_change_what_was_in_force(
    committed: Committed, shop: Shop, change: str | None
) -> None:
    with committed() as session:
        keep(session, shop, "Thirty days.")
    statement = f"UPDATE policy_version {change}" if change else "DELETE FROM policy_version"
    with pytest.raises(DBAPIError), committed() as session:
        session.execute(text(statement))


def test_a_new_version_is_kept_in_the_admin_and_its_change_shown(owner: SignedIn) -> None:
    typed = {"kind": "returns", "language": "en", "body": "Return within 30 days."}
    owner.post("/admin/policies", typed)
    page = owner.post("/admin/policies", typed | {"body": "Return within 14 days."})
    shown = owner.get(page.headers["Location"]).text
    assert "30" in shown
    assert "14" in shown
    assert "<del>" in shown
    assert "Returns, English" in shown
    wrong = owner.post("/admin/policies", typed | {"body": "", "in_force_from": "tomorrow"})
    assert wrong.status_code == 422
    assert "A day and a time." in wrong.text
