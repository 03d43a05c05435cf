"""One set of reviews for several variants: shown together, never moved, undone without a trace."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.integrations.likeness import Likeness, differences
from reviewapp.integrations.product_cli import product as product_cli
from reviewapp.models.account import Shop
from reviewapp.models.audit import AuditEntry
from reviewapp.models.catalog import Product
from reviewapp.models.review import Review
from reviewapp.outbox.relay import relay_events
from reviewapp.reactions import AFTER
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.rebuilding import rebuild
from reviewapp.widgets.rules import CHUNK_SIZE
from tests import factories
from tests.widgets.stories import all_files, positions, publish, published_json

MUG = {"title": "Stoneware mug, blue", "brand": "Kiln", "product_type": "Mugs"}
Put = Any


@pytest.fixture
def shop(kit: Kit) -> Shop:
    with kit.database.transaction("*") as session:
        return factories.shop(session)


@pytest.fixture
def put(client: FlaskClient, kit: Kit, shop: Shop) -> Put:
    """PUTs a product by the API and lets everything follow."""
    with kit.database.transaction(shop.id) as session:
        key = factories.api_key(session, shop)

    def send(external_id: str, **facts: Any) -> Any:
        answer = client.put(
            f"/api/v1/products/{external_id}",
            json=MUG | facts,
            headers={"Authorization": f"Bearer {key}"},
        )
        settle(kit)
        return answer

    return send


def settle(kit: Kit) -> None:
    relay_events(kit, AFTER)
    publish_due(kit)


def of(kit: Kit, shop: Shop, external_id: str) -> Product:
    with kit.database.transaction(shop.id) as session:
        return session.scalars(select(Product).where(Product.external_id == external_id)).one()


def review(kit: Kit, shop: Shop, external_id: str, days_ago: int, **values: Any) -> UUID:
    at = clock.now() - timedelta(days=days_ago)
    product = of(kit, shop, external_id)
    return publish(kit, shop, product, submitted_at=at, published_at=at, **values)


def head(kit: Kit, shop: Shop, key: str) -> Any:
    return published_json(kit, shop, f"products/{key}/head.json")


def test_variants_show_one_set_and_each_review_stays_with_its_product(
    kit: Kit, shop: Shop, put: Put
) -> None:
    put("BLUE"), put("RED", title="Stoneware mug, red")
    blue = review(kit, shop, "BLUE", 9, rating=5, body="Blue")
    red = review(kit, shop, "RED", 5, rating=2, body="Red", answers={})
    review(kit, shop, "BLUE", 1, rating=5, body="Blue again")
    put("BLUE", item_group_id="mug")
    put("RED", title="Stoneware mug, red", item_group_id="mug")
    for key in ("BLUE", "RED"):
        told = head(kit, shop, key)
        assert told["summary"]["count"] == 3
        assert [r["body"] for r in told["reviews"]] == ["Blue again", "Red", "Blue"]
        assert positions(told["reviews"]) == [2, 1, 0]
    assert head(kit, shop, "RED")["product"]["title"] == "Stoneware mug, red"
    stars = published_json(kit, shop, "stars/0.json")["products"]
    assert stars == {"BLUE": [4.0, 3], "RED": [4.0, 3]}
    assert published_json(kit, shop, "store.json")["count"] == 3
    with kit.database.transaction(shop.id) as session:
        assert session.get_one(Review, red).product_id == of(kit, shop, "RED").id
        assert session.get_one(Review, blue).product_id == of(kit, shop, "BLUE").id
    review(kit, shop, "RED", 0, rating=4, body="Red too")
    publish_due(kit)
    assert head(kit, shop, "BLUE")["reviews"][0]["body"] == "Red too"


def test_leaving_the_group_undoes_it_to_the_byte(kit: Kit, shop: Shop, put: Put) -> None:
    put("BLUE"), put("RED", title="Stoneware mug, red")
    for number in range(CHUNK_SIZE + 3):
        review(kit, shop, "BLUE", 40 - number, rating=1 + number % 5)
        review(kit, shop, "RED", 40 - number, rating=1 + number % 3)
    rebuild(kit)
    before = {k: v for k, v in all_files(kit).items() if "/products/" in k}
    put("BLUE", item_group_id="mug")
    put("RED", title="Stoneware mug, red", item_group_id="mug")
    assert head(kit, shop, "RED")["summary"]["count"] == 2 * (CHUNK_SIZE + 3)
    put("RED", title="Stoneware mug, red", item_group_id=None)
    put("BLUE", item_group_id=None)
    after = {k: v for k, v in all_files(kit).items() if "/products/" in k}
    assert after == before


def test_a_leader_that_leaves_hands_over(kit: Kit, shop: Shop, put: Put) -> None:
    for name in ("A", "B", "C"):
        put(name, item_group_id="mug")
        review(kit, shop, name, 3, rating=4)
    publish_due(kit)
    assert head(kit, shop, "C")["summary"]["count"] == 3
    put("A", item_group_id=None)
    assert head(kit, shop, "A")["summary"]["count"] == 1
    assert [head(kit, shop, key)["summary"]["count"] for key in ("B", "C")] == [2, 2]


def test_a_different_product_is_refused_and_nothing_changes(kit: Kit, shop: Shop, put: Put) -> None:
    put("BLUE", item_group_id="mug"), put("KETTLE", title="Electric kettle", product_type="Kettles")
    review(kit, shop, "BLUE", 1, rating=5)
    answer = put("KETTLE", title="Electric kettle", product_type="Kettles", item_group_id="mug")
    assert (answer.status_code, answer.json["code"]) == (409, "different_product")
    assert "product types and titles" in answer.json["title"]
    assert of(kit, shop, "KETTLE").item_group_id is None


def test_by_hand_it_is_logged_with_its_reason_and_can_be_undone(
    kit: Kit, shop: Shop, put: Put
) -> None:
    put("BLUE", item_group_id="mug"), put("KETTLE", title="Electric kettle", product_type="Kettles")
    review(kit, shop, "BLUE", 1, rating=5)

    def run(*words: str) -> Any:
        done = CliRunner().invoke(product_cli, words, obj=lambda: nullcontext(kit))
        settle(kit)
        return done

    assert run("group", "KETTLE", "--with", "mug", "--reason", " ").exit_code == 1
    assert run("group", "NONE", "--with", "mug", "--reason", "x").exit_code == 1
    assert run("group", "KETTLE", "--with", "mug", "--reason", "sold as a set").exit_code == 0
    assert head(kit, shop, "KETTLE")["summary"]["count"] == 1
    assert run("ungroup", "KETTLE", "--reason", "no set any more").exit_code == 0
    assert head(kit, shop, "KETTLE")["summary"]["count"] == 0
    with kit.database.transaction(shop.id) as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.actor == "cli").order_by(AuditEntry.number)
        ).all()
        assert [entry.action for entry in entries] == ["product.grouped", "product.ungrouped"]
        assert entries[0].detail["different"] == "product types,titles"
        assert entries[0].detail["reason"] == "sold as a set"
        assert entries[1].detail["group_before"] == "mug"


def test_a_reviewed_product_that_becomes_another_one_is_logged(
    kit: Kit, shop: Shop, put: Put
) -> None:
    put("BLUE"), put("NEW")
    review(kit, shop, "BLUE", 1, rating=5)
    put("NEW", title="Electric kettle")
    put("BLUE", title="Stoneware mug, navy")
    put("BLUE", title="Electric kettle")
    with kit.database.transaction(shop.id) as session:
        (entry,) = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "product.identity_changed")
        ).all()
        assert entry.detail["title_before"] == "Stoneware mug, navy"


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (Likeness("Mug blue"), Likeness("Mug red"), ()),
        (Likeness("T-shirt M"), Likeness("T-shirt XL, organic"), ()),
        (Likeness("4006381"), Likeness("Mug"), ()),
        (Likeness("Mug", "Kiln"), Likeness("Mug", "kiln "), ()),
        (Likeness("Mug", "Kiln"), Likeness("Mug", "Acme"), ("brands",)),
        (
            Likeness("Mug", None, "Mugs"),
            Likeness("Kettle", "X", "Kettles"),
            ("product types", "titles"),
        ),
    ],
)
def test_sizes_and_colours_are_no_difference(
    one: Likeness, other: Likeness, found: tuple[str, ...]
) -> None:
    assert differences(one, other) == found
