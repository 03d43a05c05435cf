"""The demo's own doors: mailbox, clock, store, sign-in; and that the product has none of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from reviewapp.core import clock
from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.kit import Kit
from reviewapp.demo.seed import seed
from reviewapp.demo.serving import demo_app
from reviewapp.demo.steps import demo_shop, first_steps, trail
from reviewapp.web.auth import access_of

STORY: list[Any] = []

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def demo(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A visitor of a demo whose shop has a past of imported reviews only."""
    for name in ("_shift", "_shift_file", "_shift_file_stamp"):
        monkeypatch.setattr(clock, name, getattr(clock, name))
    clock.follow(kit.settings.data_dir / "clock")
    seed(kit, STORY)
    app = demo_app(kit)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


def test_the_product_itself_has_no_such_doors(client: FlaskClient) -> None:
    for path in ("/demo", "/demo/store", "/demo/mailbox", "/demo/mailbox.json", "/demo/sign-in"):
        assert client.get(path).status_code == 404
    assert client.post("/demo/clock", json={"advance_days": 1}).status_code in (404, 405)


def test_every_door_of_the_demo_says_who_may_enter(demo: FlaskClient) -> None:
    app: Flask = demo.application
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/demo")]
    assert len(rules) >= 10
    assert [rule for rule in rules if not access_of(app.view_functions[rule.endpoint])] == []


def test_the_main_job_in_six_steps(demo: FlaskClient, kit: Kit) -> None:
    bought = demo.post("/demo/store/products/sorrel-tee/buy")
    assert bought.status_code == 303
    page = demo.get(bought.location).text
    assert "bought the Sorrel block tee" in page
    assert [step.done for step in steps(kit)] == [True, False, False, False, False, False]

    moved = demo.post("/demo/clock", json={"advance_days": 8})
    assert moved.status_code == 200
    assert moved.json["settled"] is True
    assert [step.done for step in steps(kit)][:3] == [True, True, True]

    (letter,) = demo.get("/demo/mailbox.json").json
    assert letter["subject"] == "Sorrel block tee: how did it go?"
    assert set(letter) == {"to", "subject", "html", "text", "headers", "at"}
    address = letter["to"].partition("<")[2].rstrip(">")
    assert letter["subject"] in demo.get(f"/demo/mailbox?to={address}").text


def steps(kit: Kit) -> list[Any]:
    with kit.database.transaction(EVERY_SHOP) as session:
        return first_steps(trail(session, demo_shop(session).id))


def test_what_is_due_on_the_way_goes_out_in_daytime(demo: FlaskClient) -> None:
    demo.post("/demo/store/products/sorrel-tee/buy")
    demo.post("/demo/clock", json={"advance_days": 8})
    (letter,) = demo.get("/demo/mailbox.json").json
    arrived = clock.now().fromisoformat(letter["at"])
    assert 7 <= arrived.hour < 19, "nine to seven in Europe, whatever the hour of this test"
    assert timedelta(days=1) < clock.now() - arrived < timedelta(days=4)


@pytest.mark.parametrize(
    "body", [None, {}, {"advance_days": "soon"}, {"advance_days": -1}, {"advance_days": 1e9},
             {"advance_days": None}, {"advance_days": []}, [], 8, "x"]
)  # fmt: skip
def test_a_clock_told_nonsense_stays(demo: FlaskClient, body: object) -> None:
    before = clock.now()
    assert demo.post("/demo/clock", json=body).status_code in (400, 422)
    assert clock.now() - before < timedelta(hours=1)


def test_another_site_can_neither_buy_nor_move_the_clock(demo: FlaskClient) -> None:
    strange = {"Origin": "https://elsewhere.example"}
    for path in ("/demo/clock", "/demo/store/products/sorrel-tee/buy", "/demo/sign-in"):
        assert demo.post(path, data={"advance_days": "1"}, headers=strange).status_code == 403


def test_the_clock_leads_back_to_the_demo_only(demo: FlaskClient) -> None:
    for wanted, led in (
        ("/demo/mailbox?to=a", "/demo/mailbox?to=a"),
        ("https://elsewhere.example/", "/demo/store"),
        ("//elsewhere.example/", "/demo/store"),
        ("/demo/\\elsewhere", "/demo/store"),
    ):
        answer = demo.post("/demo/clock", data={"advance_days": "0", "back": wanted})
        assert (answer.status_code, answer.location) == (303, led)


def test_the_store_carries_the_tags_and_what_stands_in_for_them(
    demo: FlaskClient, kit: Kit
) -> None:
    for path in ("/demo/store", "/demo/store/products/tarn-jacket"):
        page = demo.get(path).text
        assert 'src="/widget/v1/embed.js" data-shop="wk_' in page
        assert '<review-stars product="tarn-jacket"' in page
        assert "<review-list product=" in page
        assert "application/ld+json" in page
        assert "not checked against an order here" in page


def test_a_product_from_outside_has_a_page_too(demo: FlaskClient, kit: Kit) -> None:
    from tests import factories

    with kit.database.transaction(EVERY_SHOP) as session:
        factories.product(session, demo_shop(session), external_id="MUG/1 ä", title="A <mug>")
    page = demo.get("/demo/store/products/MUG%2F1%20%C3%A4")
    assert page.status_code == 200
    assert "A &lt;mug&gt;" in page.text
    assert "A &lt;mug&gt;" in demo.get("/demo/store").text


def test_what_is_not_there_is_not_found(demo: FlaskClient) -> None:
    for path in ("/demo/store/products/nothing", "/demo/mailbox/99.html"):
        assert demo.get(path).status_code == 404
    assert demo.post("/demo/store/products/nothing/buy").status_code == 404
    assert demo.post("/demo/sign-in", data={"member": "nobody"}).status_code == 404
    assert demo.get("/demo/mailbox?letter=77").status_code == 200


def test_anybody_of_the_team_can_be_chosen(demo: FlaskClient) -> None:
    page = demo.get("/demo/sign-in").text
    for role in ("Owner", "Moderator", "Marketer", "Agent", "Analyst"):
        assert f"{role}:" in page
    entered = demo.post("/demo/sign-in")
    assert (entered.status_code, entered.location) == (303, "/admin/")
    assert demo.get("/admin/").status_code == 200


def test_letters_cannot_run_scripts_and_open_links_outside(demo: FlaskClient) -> None:
    demo.post("/demo/store/products/sorrel-tee/buy")
    demo.post("/demo/clock", json={"advance_days": 8})
    letter = demo.get("/demo/mailbox/1.html")
    assert '<base target="_top">' in letter.text
    policy = letter.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    for view in ("text", "headers"):
        assert demo.get(f"/demo/mailbox?letter=1&view={view}").status_code == 200


@pytest.mark.parametrize("face", ["admin", "customer"])
def test_the_gallery_shows_both_faces(demo: FlaskClient, face: str) -> None:
    assert demo.get(f"/demo/design?face={face}").status_code == 200


def test_the_bare_address_leads_to_the_storefront(demo: FlaskClient) -> None:
    answer = demo.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/demo/store")
