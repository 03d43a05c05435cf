from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Blueprint, Flask
from structlog.contextvars import get_contextvars
from structlog.testing import capture_logs

from reviewapp.app import create_app
from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Invalid
from reviewapp.models.account import MemberSession
from reviewapp.models.catalog import Product
from reviewapp.web.auth import actor, gate_keys, gate_members, require
from reviewapp.web.limits import limit
from reviewapp.web.session import session
from tests import factories


@pytest.fixture
def seen_by_log() -> dict[str, str]:
    """What every log line of the last broken request carries."""
    return {}


@pytest.fixture
def app(kit, seen_by_log) -> Flask:
    app = create_app(kit=kit)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    admin = Blueprint("probe_admin", __name__, url_prefix="/admin/probe")
    keys = Blueprint("probe_api", __name__, url_prefix="/api/probe")
    gate_members(admin)
    gate_keys(keys)

    @admin.post("/decide")
    @require("review.decide")
    def decide():
        factories.product(session(), actor().shop, external_id="DECIDED")
        return actor().role

    @admin.post("/fail")
    @require("review.decide")
    def fail():
        factories.product(session(), actor().shop, external_id="FAILED")
        raise Invalid(fields={"note": ["missing"]})

    @admin.get("/break/<token>")
    @require("review.decide")
    def break_down(token):
        seen_by_log.update(get_contextvars())
        raise RuntimeError

    @admin.get("/unmarked")
    def unmarked():
        return "open"

    @keys.get("/products")
    @require("catalog.read")
    def products():
        return str(session().query(Product).count())

    @keys.get("/slow")
    @require("catalog.read")
    def slow():
        limit("probe", "someone", burst=2, per_minute=1)
        return "ok"

    app.register_blueprint(admin)
    app.register_blueprint(keys)
    return app


def decided(kit) -> set[str]:
    with kit.database.transaction(EVERY_SHOP) as opened:
        return {found.external_id for found in opened.query(Product)}


def test_a_role_passes_where_its_actions_allow(kit, moderator, analyst) -> None:
    assert moderator.post("/admin/probe/decide").data == b"moderator"
    assert decided(kit) == {"DECIDED"}
    assert analyst.post("/admin/probe/decide").status_code == 403


def test_a_form_without_its_token_changes_nothing(kit, moderator) -> None:
    assert moderator.client.post("/admin/probe/decide").status_code == 403
    assert decided(kit) == set()


def test_a_form_from_another_site_changes_nothing(kit, moderator) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert moderator.post("/admin/probe/decide", headers=headers).status_code == 403
    assert decided(kit) == set()


def test_an_error_answer_undoes_what_the_request_did(kit, moderator) -> None:
    assert moderator.post("/admin/probe/fail").status_code == 422
    assert decided(kit) == set()


def test_a_stranger_is_asked_to_sign_in(stranger) -> None:
    assert stranger.post("/admin/probe/decide").status_code == 401


def test_a_route_without_a_mark_is_closed_to_all(owner) -> None:
    assert owner.get("/admin/probe/unmarked").status_code == 403


def test_a_session_ends_by_its_term_and_by_idleness(kit, moderator) -> None:
    for days in (8, 31):
        with clock.frozen(clock.now() + timedelta(days=days)):
            assert moderator.post("/admin/probe/decide").status_code == 401


def test_a_revoked_session_is_out_at_once(kit, moderator) -> None:
    with kit.database.transaction(EVERY_SHOP) as opened:
        opened.query(MemberSession).delete()
    assert moderator.post("/admin/probe/decide").status_code == 401


def test_a_key_sees_its_own_shop_only(kit, api, committed) -> None:
    with committed() as opened:
        factories.product(opened, factories.shop(opened))
    assert api.get("/api/probe/products").data == b"0"


def test_an_unknown_key_gets_problem_json(stranger) -> None:
    answer = stranger.get("/api/probe/products", headers={"Authorization": "Bearer sk_wrong"})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.json["code"] == "key_unknown"


def test_a_rate_limit_answers_429_and_says_when_to_come_back(api) -> None:
    answers = [api.get("/api/probe/slow") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0


def test_the_log_names_request_and_shop_and_the_rule_instead_of_the_address(
    moderator, shop, seen_by_log
) -> None:
    with capture_logs() as logs:
        assert moderator.get("/admin/probe/break/in_secret").status_code == 500
    first = dict(seen_by_log)
    assert first["shop_id"] == str(shop.id)
    assert [line["rule"] for line in logs] == ["/admin/probe/break/<token>"]
    assert "path" not in logs[0]
    moderator.get("/admin/probe/break/again")
    assert seen_by_log["request_id"] != first["request_id"]
