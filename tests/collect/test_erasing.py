"""Erase me: out of sight at once, gone from every table and folder, and the chains still hold."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text, update

from reviewapp.audit.service import verify as verify_log
from reviewapp.collect.cli import customer as customer_command
from reviewapp.core.db import EVERY_SHOP
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Customer, Order, Product
from reviewapp.models.media import Rendition
from reviewapp.models.question import Question
from reviewapp.models.review import Review
from reviewapp.models.rights import PermissionEntry
from reviewapp.moderate.questions import answer_question, the_question
from reviewapp.moderate.service import By
from reviewapp.reactions import EVERY, erase, relay_events
from reviewapp.rights.ledger import verify as verify_ledger
from tests.collect.links import buyer_of, counts, rows
from tests.media.test_service import picture

THEIRS = (
    "review",
    "review_version",
    "media_asset",
    "rendition",
    "case",
    "mail",
    "experience_answer",
    "permission_detail",
)


@pytest.fixture
def lived(open_link):
    """A link that was used for everything: answer, help with a photo, review with a photo."""
    link = open_link()
    link.answer()
    link.ask_for_help(media=[(picture(), "box.jpg")])
    link.send_review(media=[(picture(), "mug.jpg")], permission=["ads"])
    EVERY["media"].errand(link.kit)
    return link


def settle(kit):
    relay_events(kit)
    erase(kit)
    relay_events(kit)


def stored(kit):
    return [key for key in kit.storage.list("") if not key.startswith("published/")]


def test_the_page_says_what_goes_and_does_nothing(lived):
    before = counts(lived.kit)
    page = lived.get("/mine/erase")
    assert page.status_code == 200
    assert "Erase everything" in page.text
    assert counts(lived.kit) == before


def test_nothing_of_theirs_is_left_in_any_table_or_folder(lived):
    assert stored(lived.kit)
    answer = lived.post("/mine/erase", {})
    assert "being erased" in answer.text
    settle(lived.kit)
    left = counts(lived.kit)
    assert {name: left[name] for name in THEIRS} == dict.fromkeys(THEIRS, 0)
    assert stored(lived.kit) == []
    person = buyer_of(lived.kit, lived)
    assert (person.email, person.name, person.country) == (None, None, None)
    assert person.erased_at is not None
    order = rows(lived.kit, Order)[0]
    assert (order.tracking, order.tags, order.country) == (None, [], None)


def test_no_table_holds_the_name_or_the_address_any_more(lived):
    person = buyer_of(lived.kit, lived)
    words = [person.email, "Ada Q.", "The glaze is even"]
    lived.post("/mine/erase", {})
    settle(lived.kit)
    with lived.kit.database.transaction(EVERY_SHOP) as session:
        tables = session.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        ).all()
        for table in tables:
            for word in words:
                found = session.scalar(
                    text(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE :word'),
                    {"word": f"%{word}%"},
                )
                assert not found, f"{word!r} is still in {table}"


def test_a_question_that_was_answered_keeps_no_name(lived):
    person = buyer_of(lived.kit, lived)
    with lived.kit.database.transaction(EVERY_SHOP) as session:
        shop = session.get_one(Shop, person.shop_id)
        product = session.scalars(select(Product).limit(1)).one()
        asked = Question(
            shop_id=shop.id, product_id=product.id, body="Dishwasher?", author_name="Ada of Kiln",
            author_email=person.email.upper(),
        )  # fmt: skip
        session.add(asked)
        session.flush()
        question = the_question(session, shop.id, asked.id)
        answer_question(session, shop, question, "Yes, it is safe.", by=By("api", "key:tests"))
        assert question.author_email is None
    lived.post("/mine/erase", {})
    settle(lived.kit)
    (kept,) = rows(lived.kit, Question)
    assert (kept.author_name, kept.body) == ("", "Dishwasher?")


def test_log_and_ledger_keep_references_and_still_verify(lived):
    lived.post("/mine/erase", {})
    settle(lived.kit)
    kinds = {entry.kind for entry in rows(lived.kit, PermissionEntry)}
    assert {"granted", "withdrawn"} <= kinds
    with lived.kit.database.transaction(lived.shop.id) as session:
        assert verify_log(session, lived.shop.id) == []
        assert verify_ledger(session, lived.shop.id) == []


def test_the_link_leads_nowhere_and_nothing_is_asked_again(lived):
    lived.post("/mine/erase", {})
    for path in ("", "/mine", "/mine/data.json", "/mine/erase"):
        assert lived.get(path).status_code == 410
    assert lived.send_review().status_code == 410
    assert lived.post("/mine/erase", {}).status_code == 410


def test_whoever_is_still_counted_waits_for_the_storefront(lived, kit):
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(update(Review).values(counted_rating=4))
    lived.post("/mine/erase", {})
    assert erase(kit) == 0
    with kit.database.transaction(EVERY_SHOP) as session:
        session.execute(update(Review).values(counted_rating=None))
    assert (erase(kit), erase(kit)) == (1, 0)


def test_a_file_that_somebody_else_s_photo_shares_stays(open_link):
    links = [open_link(), open_link()]
    for link in links:
        link.send_review(media=[(picture(), "same.jpg")])
    EVERY["media"].errand(links[0].kit)
    links[0].post("/mine/erase", {})
    settle(links[0].kit)
    kept = rows(links[1].kit, Rendition)
    assert kept
    assert all(links[1].kit.storage.exists(rendition.key) for rendition in kept)


def test_the_operator_erases_by_address(lived, kit):
    @contextmanager
    def opened():
        yield kit

    email = buyer_of(kit, lived).email
    told = CliRunner().invoke(customer_command, ["erase", email.upper(), "--json"], obj=opened)
    assert json.loads(told.output) == {"customers": 1, "asked_before": 0}
    settle(kit)
    assert rows(kit, Customer)[0].erased_at is not None
    unknown = CliRunner().invoke(customer_command, ["erase", "nobody@kiln.example"], obj=opened)
    assert unknown.exit_code == 1
