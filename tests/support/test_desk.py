"""Working on a case: what only the team sees, merging and splitting, macros, lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.i18n import LANGUAGES
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import TAGS, Case, CaseMessage
from reviewapp.models.catalog import OrderLine
from reviewapp.models.outbox import Mail
from reviewapp.outbox.letter_rules import objections
from reviewapp.support.drafts import PARTS, lacking, placeholders
from reviewapp.support.macros import FIELDS, fill, shipped
from reviewapp.support.service import receive_message
from tests import factories
from tests.people import SignedIn
from tests.support.cases import links, make_case

Committed = Callable[[], Any]
BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=BERLIN)
FACTS = {"name": "Ada", "order": "10412", "item": "Stoneware mug", "date": "26.11.2026, 14:00"}


def reread(committed: Committed, case: Case) -> Case:
    with committed() as session:
        return session.get_one(Case, case.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_macro_says_the_five_things_and_keeps_the_rules(language: str) -> None:
    macros = shipped()[language]
    assert set(macros) == set(shipped()["en"])
    assert len(macros) >= 11
    for macro in macros.values():
        filled = fill(macro.body, FACTS)
        fields = {f"[{name}]" for name in FIELDS}
        assert not fields & set(placeholders(filled)), macro.key
        # The first customer's word about the item, and a person's words in place of the brackets.
        written = re.sub(r"\[[^\]]*\]", "glaze", filled)
        assert lacking(written, "", ["Stoneware mug"]) == [], (macro.key, language)
        assert objections(macro.body) == []
        assert placeholders(written) == []
    assert set(PARTS) == {"issue", "state", "next_step", "needed", "contact"}


def test_a_macro_is_filled_from_the_case_and_what_is_missing_stops_the_sending(
    agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        placed = factories.order(session, shop, delivered_days_ago=8, external_id="10412")
        case = make_case(
            session, shop, asked=factories.request(session, shop, placed), order_id=placed.id,
            route="delay",
        )  # fmt: skip
    with clock.frozen(TUESDAY):
        page = agent.post(f"/admin/cases/{case.id}/macro", {"macro": "late_parcel"})
    draft = re.search(r'<textarea[^>]*id="body"[^>]*>\n?(.*?)</textarea>', page.text, re.S)[1]
    assert "Hello Ada," in draft
    assert "10412 with Stoneware mug" in draft
    assert "[what the tracking shows and why]" in draft
    promised = re.search(r'name="next_update_at" value="([^"]+)"', page.text)[1]
    assert promised == "2026-11-26T10:00"  # 16 working hours
    sent = {"body": draft, "next_update_at": promised, "macro_mark": "late_parcel/en/0"}
    with clock.frozen(TUESDAY):
        refused = agent.post(f"/admin/cases/{case.id}/answer", sent)
        assert refused.status_code == 422
        assert "Fill in [what the tracking shows and why]" in refused.text
        sent["body"] = draft.replace("[what the tracking shows and why]", "the depot was shut")
        assert agent.post(f"/admin/cases/{case.id}/answer", sent).status_code == 302
    with committed() as session:
        said = session.scalars(select(CaseMessage).where(CaseMessage.direction == "out")).one()
        assert said.macro == "late_parcel/en/0"
    assert reread(committed, case).next_update_due_at == TUESDAY + timedelta(days=2)


def test_a_field_that_the_case_cannot_fill_stays_in_brackets(
    agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        case = make_case(session, shop)  # no order: no number
    page = agent.post(f"/admin/cases/{case.id}/macro", {"macro": "late_parcel", "body": "First."})
    assert "First.\n\nHello Ada," in page.text
    assert "your order [order] with [item]" in page.text


def test_a_shop_words_macros_itself_and_every_version_stays(
    owner: SignedIn, agent: SignedIn, shop: Shop
) -> None:
    path = "/admin/helping/macros/en/late_parcel"
    told = {"name": "Late", "body": "Dear {name}, [why]. Just reply."}
    assert owner.post(path, told).status_code == 302
    assert owner.post(path, told).status_code == 302  # the same again
    assert owner.post(path, told | {"body": "Hi {name}, [why]."}).status_code == 302
    page = owner.get(path).text
    assert [int(n) for n in re.findall(r"<summary>Version (\d)", page)] == [2, 1]
    assert "Hi Ada, [why]." in page
    for body, why in (
        ("Dear {customer}", "Nobody fills {customer}"),
        ("We refund you once you delete your review.", "may not be said"),
        ("x" * 5_001, "At most 5,000 characters."),
    ):
        refused = owner.post(path, told | {"body": body})
        assert refused.status_code == 422
        assert why in refused.text
    owner.post(path, {"name": "", "body": ""})
    assert "your order 10412" in owner.get(path).text
    own = owner.post("/admin/helping/macros/en/new", {"name": "Gift card", "body": "Hi {name}."})
    assert own.location.endswith("/admin/helping/macros/en/own_gift_card")
    assert "Gift card" in agent.get("/admin/helping/macros").text
    assert agent.post(path, told).status_code == 403
    assert owner.get("/admin/helping/macros/en/nothing").status_code == 404
    assert owner.get("/admin/helping/macros/xx/damaged").status_code == 404


def test_what_a_draft_lacks_is_told_while_typing(
    agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        case = make_case(session, shop)
    told = agent.post(f"/admin/cases/{case.id}/lacking", {"body": "Sorry about the handle. [when]"})
    assert told.json == {
        "missing": ["state", "next_step", "needed", "contact"],
        "stops": ["Fill in [when] before sending."],
    }


def test_priority_tags_kind_and_follow_up_are_kept_together(
    agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        case = make_case(session, shop)
    path = f"/admin/cases/{case.id}/details"
    told = {"priority": "urgent", "route": "return", "refund_kind": "damage", "tags": ["damage"],
            "own_tags": "glaze, batch 22", "follow_up_on": "2036-01-02"}  # fmt: skip
    assert agent.post(path, told).status_code == 302
    kept = reread(committed, case)
    assert (kept.priority, kept.route, kept.refund_kind) == ("urgent", "return", "damage")
    assert kept.tags == ["damage", "glaze", "batch 22"]
    assert str(kept.follow_up_on) == "2036-01-02"
    for wrong in ({"priority": "now"}, {"route": "gate"}, {"refund_kind": "gift"},
                  {"follow_up_on": "2020-01-01"}, {"own_tags": "x" * 41}):  # fmt: skip
        assert agent.post(path, told | wrong).status_code == 422, wrong
    assert reread(committed, case).priority == "urgent"
    page = agent.get("/admin/cases?view=all&tag=glaze").text
    assert f"/admin/cases/{case.id}" in page
    assert set(TAGS) >= {"damage", "refund"}


def test_filters_find_what_they_say(agent: SignedIn, committed: Committed, shop: Shop) -> None:
    with committed() as session:
        jo = factories.member(session, shop, "agent", name="Jo")
        buyer = factories.customer(session, shop, "ada@customers.example")
        placed = factories.order(session, shop, buyer=buyer, external_id="O-77")
        asked = factories.request(session, shop, placed)
        case = make_case(session, shop, asked=asked, order_id=placed.id, priority="high",
                         assignee_id=jo.id, tags=["quality"], automation_stopped=True,
                         follow_up_on=clock.now().date())  # fmt: skip
        make_case(session, shop)
    one = {str(case.id)}
    for query in (
        f"owner={jo.id}", "tag=quality", "priority=high", "q=O-77", "q=%23O-77",
        "q=ADA@customers.example", "view=escalated", "view=follow_up", "view=all&tag=quality",
        f"view=all&owner={jo.id}&priority=high",
    ):  # fmt: skip
        assert links(agent.get(f"/admin/cases?{query}")) == one, query
    assert links(agent.get("/admin/cases?tag=nothing")) == set()
    assert len(links(agent.get("/admin/cases?owner=junk"))) == 2


def test_merging_moves_all_messages_and_the_oldest_promise_stands(
    agent: SignedIn, client: FlaskClient, kit: Kit, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        placed = factories.order(session, shop, delivered_days_ago=8)
        asked = factories.request(session, shop, placed)
        early = make_case(session, shop, asked=asked, route="delay", opened_at=TUESDAY,
                          first_response_due_at=TUESDAY + timedelta(hours=2),
                          promised_at=TUESDAY + timedelta(hours=2))  # fmt: skip
        other = factories.request(
            session, shop, factories.order(session, shop), customer_id=asked.customer_id
        )
        late = make_case(session, shop, asked=other, opened_at=TUESDAY + timedelta(minutes=30),
                         first_response_due_at=TUESDAY + timedelta(days=3))  # fmt: skip
        stranger = make_case(session, shop)
    with clock.frozen(TUESDAY + timedelta(hours=1)):
        merged = agent.post(f"/admin/cases/{early.id}/merge", {"into": str(late.id)})
        assert merged.location.endswith(f"/admin/cases/{late.id}")
        assert agent.post(
            f"/admin/cases/{early.id}/merge", {"into": str(late.id)}
        ).status_code == 409  # fmt: skip
        for into in (str(stranger.id), str(late.id)):
            again = agent.post(f"/admin/cases/{late.id}/merge", {"into": into})
            assert again.status_code == 409
        assert agent.post(f"/admin/cases/{late.id}/merge", {"into": "x"}).status_code == 422
    kept = reread(committed, late)
    assert kept.promise_due_at == TUESDAY + timedelta(hours=2)
    assert kept.opened_at == TUESDAY
    gone = reread(committed, early)
    assert (gone.state, gone.merged_into_id) == ("solved", late.id)
    with committed() as session:
        rows = session.scalars(select(CaseMessage.case_id).where(CaseMessage.direction == "in"))
        assert set(rows) == {late.id, stranger.id}
        # A reply that still names the old case finds the one that carries on.
        said = receive_message(session, session.get_one(Shop, shop.id), early.id, "And?", by="x")
        assert said.case_id == late.id
    token = kit.links.sign("request", asked.id)
    assert "The handle broke." in client.get(f"/r/{token}/mine").text
    assert str(early.id) not in links(agent.get("/admin/cases?view=all"))
    assert "Open the case that carries on" in agent.get(f"/admin/cases/{early.id}").text
    answered = agent.post(f"/admin/cases/{early.id}/answer", {"body": "Too late."})
    assert answered.status_code == 409


def test_splitting_by_order_line_keeps_the_clocks_of_both(
    agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        items = [factories.product(session, shop, title=name) for name in ("Mug", "Bowl")]
        placed = factories.order(session, shop, *items, delivered_days_ago=3)
        case = make_case(session, shop, asked=factories.request(session, shop, placed),
                         order_id=placed.id, promised_at=clock.now())  # fmt: skip
        bowl = session.scalars(
            select(OrderLine.id).where(OrderLine.product_id == items[1].id)
        ).one()
        every = [str(one) for one in session.scalars(select(OrderLine.id)).all()]
    for wrong in ([], every):
        path = f"/admin/cases/{case.id}/split"
        assert agent.post(path, {"lines": wrong}).status_code == 422
    answer = agent.post(f"/admin/cases/{case.id}/split", {"lines": [str(bowl)]})
    new_id = answer.location.rpartition("/")[2]
    with committed() as session:
        old, new = session.get_one(Case, case.id), session.get_one(Case, new_id)
        assert new.order_line_ids == [bowl]
        assert bowl not in old.order_line_ids
        assert len(old.order_line_ids) == 1
        assert new.split_from_id == old.id
        assert new.opened_at == old.opened_at
        assert new.promised_at == old.promised_at
    page = agent.get(answer.location).text
    assert "“The handle broke.”" in page
    assert "Split from another case" in page


def test_a_reply_to_a_solved_case_opens_it_again_with_clocks_of_its_own(
    committed: Committed, shop: Shop
) -> None:
    with committed() as session, clock.frozen(TUESDAY):
        case = make_case(session, shop, state="solved", solved_at=TUESDAY - timedelta(days=3),
                         first_responded_at=TUESDAY - timedelta(days=4),
                         opened_at=TUESDAY - timedelta(days=5))  # fmt: skip
        receive_message(session, shop, case.id, "It broke again.", by="customer:x")
    kept = reread(committed, case)
    assert (kept.state, kept.reopened_count, kept.reopened_at) == ("open", 1, TUESDAY)
    assert kept.next_update_due_at == TUESDAY + timedelta(days=2)
    assert kept.resolution_due_at == datetime(2026, 12, 1, 10, 0, tzinfo=BERLIN)


def test_an_answer_may_solve_and_a_word_after_solving_leaves_it_solved(
    agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        case = make_case(session, shop)
    agent.post(f"/admin/cases/{case.id}/answer", {"body": "A new one left today.", "solve": "1"})
    assert reread(committed, case).state == "solved"
    agent.post(f"/admin/cases/{case.id}/answer", {"body": "How is the new one?"})
    assert reread(committed, case).state == "solved"
    with committed() as session:
        letters = select(Mail).where(Mail.letter == "case_reply")
        assert len(session.scalars(letters).all()) == 2


def test_the_walk_through_a_first_incident_is_ticked_by_a_person(
    agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        case = make_case(session, shop, route="delay")
        plain = make_case(session, shop, route="question")
    assert "Step by step" not in agent.get(f"/admin/cases/{plain.id}").text
    agent.post(f"/admin/cases/{case.id}/steps", {"step": ["reply", "proof", "junk"]})
    page = agent.get(f"/admin/cases/{case.id}").text
    assert "2 of 5 done" in page
    agent.post(f"/admin/cases/{case.id}/steps", {"step": ["proof"]})
    assert "1 of 5 done" in agent.get(f"/admin/cases/{case.id}").text
