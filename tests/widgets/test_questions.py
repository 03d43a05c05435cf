"""Questions as documents: every one once, the shop's answer first, pages for people."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.catalog import Product
from reviewapp.models.question import Answer, Question
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.rebuilding import rebuild
from reviewapp.widgets.service import refresh_questions
from tests import factories
from tests.widgets.stories import all_files, published_json, shop_with_product

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def ask(kit: Kit, shop: Shop, product: Product, number: int, **values: Any) -> UUID:
    """A published question, with what follows from it."""
    with kit.database.transaction(shop.id) as session:
        at = NOON + timedelta(minutes=number)
        told = {"body": f"Question {number}?", "state": "published", "author_name": "Ada"}
        question = Question(
            shop_id=shop.id,
            product_id=product.id,
            submitted_at=at,
            published_at=at,
            **told | values,
        )
        factories.add(session, question)
        refresh_questions(session, question.id)
        return question.id


def answer(kit: Kit, shop: Shop, question_id: UUID, body: str, **values: Any) -> None:
    with kit.database.transaction(shop.id) as session:
        told = {"author_name": "Kiln & Clay", "state": "published", "published_at": NOON}
        factories.add(
            session,
            Answer(shop_id=shop.id, question_id=question_id, body=body, **told | values),
        )
        refresh_questions(session, question_id)


def document(kit: Kit, shop: Shop, name: str = "questions") -> Any:
    return published_json(kit, shop, f"products/MUG/{name}.json")


def test_every_question_is_in_one_document(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for number in range(65):
        ask(kit, shop, product, number)
    ask(kit, shop, product, 99, state="pending")
    publish_due(kit)
    first = document(kit, shop)
    assert first["count"] == 65
    assert len(first["questions"]) == 25
    seen, number = first["questions"], first["next"]
    while number is not None:
        page = document(kit, shop, f"questions-{number}")
        seen, number = seen + page["questions"], page["next"]
    assert [question["body"] for question in seen] == [
        f"Question {n}?" for n in reversed(range(65))
    ]


def test_pages_of_questions_name_themselves_and_their_neighbours(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for number in range(65):
        ask(kit, shop, product, number)
    publish_due(kit)

    def named(page: str) -> dict[str, str]:
        path = f"p/v1/{shop.widget_key}/products/MUG/{page}"
        text = kit.published.read(path).decode()
        links = dict(re.findall(r'<link rel="(canonical|prev|next)" href="([^"]+)">', text))
        assert links.pop("canonical").endswith(f"/{path}")
        return links

    assert named("questions.html") == {"next": "questions-1.html"}
    assert named("questions-1.html") == {"prev": "questions.html", "next": "questions-0.html"}
    assert named("questions-0.html") == {"prev": "questions-1.html"}


def test_the_shops_answer_comes_first_and_everything_is_shown(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    question_id = ask(kit, shop, product, 1, votes=3)
    answer(kit, shop, question_id, "Works for me.", by="buyer", author_name="Bob", votes=9)
    answer(kit, shop, question_id, "Yes, at 60 degrees.")
    answer(kit, shop, question_id, "Not shown.", by="buyer", state="pending")
    publish_due(kit)
    (question,) = document(kit, shop)["questions"]
    assert question["votes"] == 3
    assert [(a["by"], a["body"]) for a in question["answers"]] == [
        ("shop", "Yes, at 60 degrees."),
        ("buyer", "Works for me."),
    ]
    page = kit.published.read(f"p/v1/{shop.widget_key}/products/MUG/questions.html").decode()
    assert page.index("Yes, at 60 degrees.") < page.index("Works for me.")
    assert "Not shown." not in page


def test_a_page_that_is_not_needed_any_more_goes(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    ids = [ask(kit, shop, product, number) for number in range(40)]
    publish_due(kit)
    assert document(kit, shop)["next"] == 0
    with kit.database.transaction(shop.id) as session:
        session.get_one(Question, ids[0]).state = "withdrawn"
        refresh_questions(session, ids[0])
    publish_due(kit)
    assert document(kit, shop)["next"] is None
    assert len(document(kit, shop)["questions"]) == 39
    assert not [key for key in all_files(kit) if "questions-0" in key]


def test_a_rebuild_gives_the_same_questions(kit: Kit) -> None:
    shop, product = shop_with_product(kit)
    for number in range(45):
        answer(kit, shop, ask(kit, shop, product, number), "Yes.")
    publish_due(kit)
    before = documents_of_questions(kit)
    assert len(before) == 12
    rebuild(kit)
    assert documents_of_questions(kit) == before


def documents_of_questions(kit: Kit) -> dict[str, bytes]:
    """The shop's published files about questions, without the tags' own."""
    return {k: v for k, v in all_files(kit).items() if k.startswith("p/") and "questions" in k}
