"""Search on the desk: every case by its words, whatever the list's order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reviewapp.core import clock
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Customer
from reviewapp.support import searching
from tests import factories
from tests.people import SignedIn
from tests.support.cases import links, make_case

Committed = Callable[[], Any]


def message(case: Case, body: str) -> CaseMessage:
    return CaseMessage(shop_id=case.shop_id, case_id=case.id, direction="in", body=body)


def test_words_are_found_in_every_case_and_in_the_forms_of_its_language(
    agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        buyer = factories.customer(session, shop, "noor@fable.example", name="Noor Okafor")
        asked = factories.request(session, shop, factories.order(session, shop, buyer=buyer))
        hers = make_case(session, shop, asked=asked)
        german = make_case(session, shop, language="de", state="solved", solved_at=clock.now())
        session.add(message(german, "Zwei Bestellungen kamen zerbrochen an."))
        session.add(message(hers, "Both cups arrived with cracked handles (see photo/2.jpg)."))
    mine, theirs = {str(hers.id)}, {str(german.id)}
    for query, found in {
        "q=cracked+handle": mine, "q=CRACK": mine, "q=photo%2F2.jpg": mine, "q=okafor+cups": mine,
        "q=fable.example": mine, "view=all&q=Bestellung": theirs,
        "view=solved&q=zerbrochen": theirs,
        "q=Bestellung": set(), "view=all&q=cracked+bestellung": set(), "q=the": set(),
        "view=all&q=%27%29+%26+%3A%2A": set(), "view=all&route=delay&q=cups": set(),
    }.items():  # fmt: skip
        assert links(agent.get(f"/admin/cases?{query}")) == found, query


def test_what_was_said_elsewhere_or_taken_back_is_no_longer_found(
    agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        first, second = make_case(session, shop), make_case(session, shop)
        said = message(first, "The lid is chipped.")
        session.add(said)
    with committed() as session:
        session.get_one(CaseMessage, said.id).case_id = second.id
        session.get_one(Customer, second.customer_id).name = "Juno Marsh"
    assert links(agent.get("/admin/cases?q=chipped")) == {str(second.id)}
    assert links(agent.get("/admin/cases?view=all&q=juno")) == {str(second.id)}
    with committed() as session:
        session.delete(session.get_one(CaseMessage, said.id))
    assert links(agent.get("/admin/cases?q=chipped")) == set()
    assert links(agent.get("/admin/cases?view=all&q=juno")) == {str(second.id)}


def test_a_common_word_is_found_in_any_order_of_the_list(
    agent: SignedIn, committed: Committed, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "RARE", 1)
    with committed() as session:
        told = {str(make_case(session, shop).id) for _ in range(3)}
    assert links(agent.get("/admin/cases?q=handle")) == told
    assert links(agent.get("/admin/cases?view=all&q=handle")) == told


def test_work_is_found_by_its_words_until_it_is_solved_and_again_when_it_comes_back(
    agent: SignedIn, committed: Committed, shop: Shop
) -> None:
    with committed() as session:
        one = make_case(session, shop)
        session.add(message(one, "The glaze is blistered."))
    found = {"q=blistered": {str(one.id)}, "view=all&q=blistered": {str(one.id)}}
    assert {query: links(agent.get(f"/admin/cases?{query}")) for query in found} == found
    with committed() as session:
        solved = session.get_one(Case, one.id)
        solved.state, solved.solved_at = "solved", clock.now()
        session.add(message(one, "Thanks, the replacement is splendid."))
    assert links(agent.get("/admin/cases?q=blistered")) == set()
    assert links(agent.get("/admin/cases?q=splendid")) == set()
    assert links(agent.get("/admin/cases?view=solved&q=splendid")) == {str(one.id)}
    with committed() as session:
        session.get_one(Case, one.id).state = "open"
    assert links(agent.get("/admin/cases?q=splendid+blistered")) == {str(one.id)}
