"""Whatever is sent to any door: a clear answer, never a 500, and reading stores nothing."""

from __future__ import annotations

import json
import re
from io import BytesIO
from urllib.parse import urlencode

import pytest
from sqlalchemy import text
from werkzeug.routing import Rule

from reviewapp.core.db import EVERY_SHOP, Base
from reviewapp.models.case import Case
from tests import factories
from tests.house.source import PACKAGE

HOSTILE = [
    "", " ", "0", "-1", "1e309", "NaN", "null", "true", "[]", "{}", "\x00", "a\x00b", "\ud800",
    "\u202e\u200f\ufeff", "<script>alert(1)</script>", "{{7*7}}", "%s%n", "../../etc/passwd",
    "' OR 1=1 --", "$(id)", "𝕳" * 50, "x" * 20_000, "9" * 400, "2026-99-99T99:99:99Z",
    "0198c0de-0000-7000-8000-000000000000", "\r\nX-Injected: 1",
]  # fmt: skip
SPENDS_THE_SESSION = ("/signin/out",)
NAMES = sorted(
    {
        name
        for path in (PACKAGE / "templates").rglob("*.html")
        for name in re.findall(r'name="([a-z_]+)"', path.read_text())
    }
    | {"score", "route", "message", "line", "rating", "title", "body", "display_name", "permission"}
    | {"action", "reason", "note", "cursor", "limit", "state", "q", "sort", "stars", "media", "to"}
)


@pytest.fixture
def places(kit, shop) -> dict[str, str]:
    """Real values for the parts of addresses, so that requests reach the code behind."""
    with kit.database.transaction(EVERY_SHOP) as session:
        item = factories.product(session, shop, external_id="MUG")
        order = factories.order(session, shop, item, external_id="O-1", delivered_days_ago=9)
        asked = factories.request(session, shop, order)
        review = factories.review(session, shop, item, request_id=asked.id)
        case = factories.add(
            session,
            Case(shop_id=shop.id, customer_id=order.customer_id, request_id=asked.id,
                 route="damaged", first_response_due_at=asked.sent_at),
        )  # fmt: skip
    return {
        "token": kit.links.sign("request", asked.id),
        "external_id": "O-1",
        "review_id": str(review.id),
        "case_id": str(case.id),
        "request_id": str(asked.id),
        "widget_key": shop.widget_key,
        "key": "MUG",
        "color": "3b5bdb",
    }


def address(rule: Rule, places: dict[str, str], other: str = "nothing-there") -> str:
    """The rule's address with its parts filled."""

    def fill(found: re.Match[str]) -> str:
        name = found.group(1).rpartition(":")[2]
        unknown = "0198c0de-0000-7000-8000-000000000000" if "uuid" in found.group(0) else other
        return places.get(name, unknown)

    return re.sub(r"<([^>]+)>", fill, rule.rule)


def bodies(value: str):
    """The same value as a form, as JSON of several shapes, as files, as nonsense."""
    form = urlencode(dict.fromkeys(NAMES, value), errors="surrogatepass")
    yield {"data": form, "content_type": "application/x-www-form-urlencoded"}
    yield {"data": {"media": (BytesIO(value.encode("utf-8", "surrogatepass")), "x.jpg")},
           "content_type": "multipart/form-data"}  # fmt: skip
    for shape in ([value], dict.fromkeys(NAMES, value) | {"lines": [value]}):
        yield {"data": json.dumps(shape), "content_type": "application/json"}
    yield {"data": value.encode("utf-8", "surrogatepass"), "content_type": "application/json"}


def counts(kit) -> dict[str, int]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return {
            table.name: session.scalar(text(f'SELECT count(*) FROM "{table.name}"'))
            for table in Base.metadata.sorted_tables
        }


def test_reading_any_page_stores_nothing(app, kit, owner, api, stranger, places) -> None:
    before = counts(kit)
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods:
            continue
        for client in (owner.client, api, stranger):
            for method in ("GET", "HEAD", "OPTIONS"):
                answer = client.open(address(rule, places), method=method)
                assert answer.status_code < 500, (method, rule.rule)
    assert counts(kit) == before


@pytest.mark.timeout(600)  # every door, many times
def test_hostile_questions_are_answered_without_a_500(app, owner, api, places) -> None:
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods:
            continue
        for value in HOSTILE:
            asked = dict.fromkeys(NAMES, value.encode("utf-8", "replace").decode())
            client = api if rule.rule.startswith("/api") else owner.client
            answer = client.get(address(rule, places), query_string=asked)
            assert answer.status_code < 500, (rule.rule, value[:40])
            assert "X-Injected" not in answer.headers


@pytest.mark.timeout(600)  # every door, many times
def test_hostile_forms_and_bodies_are_answered_without_a_500(app, owner, api, places) -> None:
    headers, failed = {"X-CSRF-Token": owner.csrf_token}, []
    for rule in app.url_map.iter_rules():
        client = api if rule.rule.startswith("/api") else owner.client
        for method in sorted(rule.methods & {"POST", "PUT", "PATCH", "DELETE"}):
            for value in HOSTILE[::2] if rule.rule not in SPENDS_THE_SESSION else ():
                for body in bodies(value):
                    answer = client.open(
                        address(rule, places), method=method, headers=headers, **body
                    )
                    if answer.status_code >= 500:
                        failed.append((method, rule.rule, value[:40]))
                    answer.close()
    assert failed == []


def test_hostile_addresses_are_not_found(app, owner, api, places) -> None:
    for rule in app.url_map.iter_rules():
        for value in ("%00", "..%2f..%2fetc%2fpasswd", "%ff%fe", "x" * 3000, "%0d%0aX-Injected:1"):
            answer = owner.client.get(address(rule, {}, other=value))
            assert answer.status_code < 500, (rule.rule, value)
            assert "X-Injected" not in answer.headers
