"""Making the demo shop: whole or not at all, once, and where it was after a restart."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import NotFound
from reviewapp.core.kit import Kit
from reviewapp.demo.present import present
from reviewapp.demo.seed import TEAM, DemoShop, discard_broken_off, seed
from reviewapp.demo.story import past
from reviewapp.models.account import ApiKey, Member, Shop
from reviewapp.models.case import Case, Pause
from reviewapp.models.catalog import Order, Product
from reviewapp.models.library import Export, PermissionAsk
from reviewapp.models.macro import Macro
from reviewapp.models.media import MediaAsset, Rendition
from reviewapp.models.review import Flag, Reply, Review
from reviewapp.models.review_request import ReviewRequest
from reviewapp.models.rights import PermissionEntry
from reviewapp.models.routing_rule import RoutingRule
from reviewapp.models.support_hours import Holiday, SeasonNote
from reviewapp.rights.service import rights_of

SHORT = [purchase for purchase in present() if purchase.number in (2001, 2004, 2011, 2023, 2038)]

pytestmark = pytest.mark.timeout(400)


def count(kit: Kit, model: type, *conditions: object) -> int:
    with kit.database.transaction(EVERY_SHOP) as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def keep(kit: Kit, shop: DemoShop) -> None:
    (kit.settings.data_dir / "demo.json").write_text(json.dumps({"api_key": shop.api_key}))


def test_the_story_leaves_its_traces_through_the_real_services(kit: Kit) -> None:
    helped = [one for one in present() if one.number in (2021, 2022, 2025)]
    seed(kit, SHORT + helped)
    assert count(kit, SeasonNote, SeasonNote.texts["pt"].is_not(None)) == 1
    assert count(kit, RoutingRule, RoutingRule.live) == 1
    assert count(kit, Macro) == 1
    assert count(kit, Holiday, Holiday.source == "DE-SN") > 10
    assert count(kit, Pause, Pause.source == "hand") == 1
    assert count(kit, Pause, Pause.source == "escalation") == 1
    assert count(kit, Case, Case.escalation == "threat", Case.automation_stopped) == 1
    assert count(kit, Case, Case.merged_into_id.is_not(None)) == 1
    assert count(kit, Member) == 1 + len(TEAM)
    assert count(kit, Order, Order.planning_due) == 0
    assert count(kit, ReviewRequest, ReviewRequest.state == "sent") >= 4
    assert count(kit, ReviewRequest, ReviewRequest.reason == "cancelled_before_delivery") == 1
    own = Review.source == "own"
    assert count(kit, Review, own, Review.state == "pending", Review.verified_buyer) == 2
    assert count(kit, Review, own, Review.state == "refused") == 1
    assert count(kit, Review, ~own, Review.verified_buyer) == 0
    assert count(kit, Review, ~own, Review.counted_rating.is_not(None)) > 200
    assert count(kit, Flag, Flag.kind == "personal_data") >= 1
    assert count(kit, Case, Case.state == "waiting", Case.first_responded_at.is_not(None)) == 1
    assert count(kit, Reply) == 0


def test_permissions_of_each_state_are_there_and_a_film_with_captions(kit: Kit) -> None:
    second_thoughts = [one for one in past() if one.answer and one.answer.takes_back][-1:]
    filmed = [one for one in past() if one.answer and one.answer.film]
    assert second_thoughts
    assert len(filmed) == 1
    seed(kit, second_thoughts + filmed)
    assert count(kit, MediaAsset, MediaAsset.kind == "video") == 1
    assert count(kit, Rendition, Rendition.role == "captions") == 2
    assert count(kit, Export, Export.until.is_not(None)) == 1
    assert count(kit, PermissionAsk, PermissionAsk.state == "granted") == 1
    with kit.database.transaction(EVERY_SHOP) as session:
        kinds = set(session.scalars(select(PermissionEntry.kind)))
        ended = PermissionEntry.kind == "withdrawn"
        reviews = session.scalars(select(PermissionEntry.review_id).where(ended).distinct())
        held = [{right.use for right in rights_of(session, review)} for review in reviews]
    assert kinds >= {"granted", "declined", "withdrawn"}
    assert held
    assert all("ads" in uses and "social" not in uses for uses in held)


def test_a_second_start_changes_nothing(kit: Kit) -> None:
    first = seed(kit, SHORT)
    keep(kit, first)
    reviews = count(kit, Review)
    assert seed(kit, SHORT) == first
    assert (count(kit, Shop), count(kit, Review)) == (1, reviews)


def test_without_its_file_the_key_is_made_anew(kit: Kit) -> None:
    first = seed(kit, SHORT[:1])
    again = seed(kit, SHORT[:1])
    assert again.api_key != first.api_key
    assert again.shop_id == first.shop_id


def test_a_key_that_was_taken_back_is_not_told_again(kit: Kit) -> None:
    first = seed(kit, SHORT[:1])
    keep(kit, first)
    with kit.database.transaction(EVERY_SHOP) as session:
        for key in session.scalars(select(ApiKey)):
            key.revoked_at = key.created_at
    assert seed(kit).api_key != first.api_key


def test_what_was_broken_off_is_cleared_away_before_the_next_start(kit: Kit) -> None:
    broken = [*SHORT[:1], replace(SHORT[0], number=9999, products=("no-such-thing",))]
    with pytest.raises(KeyError):
        seed(kit, broken)
    folder = kit.settings.data_dir
    (folder / "postgres").mkdir()
    assert discard_broken_off(folder)
    assert not (folder / "postgres").exists()
    assert not (folder / "mailbox").exists()
    assert not (folder / "storage").exists()


def test_a_finished_shop_is_never_cleared_away(kit: Kit) -> None:
    seed(kit, SHORT[:1])
    assert not discard_broken_off(kit.settings.data_dir)
    assert (kit.settings.data_dir / "storage").is_dir()


def test_on_another_port_pictures_and_pages_move_along(kit: Kit) -> None:
    first = seed(kit, SHORT[:1])
    moved = Kit(kit.settings.changed(public_url="http://127.0.0.1:9999"))
    try:
        keep(kit, first)
        assert seed(moved) == first
    finally:
        moved.close()
    assert count(kit, Product, Product.url.startswith("http://127.0.0.1:9999/")) == 8
    assert count(kit, Product, Product.image_url.startswith("http://127.0.0.1:9999/")) == 8


def test_nothing_is_asked_of_an_unknown_shop(kit: Kit) -> None:
    from reviewapp.demo.steps import place_order

    made = seed(kit, SHORT[:1])
    with kit.database.transaction(made.shop_id) as session, pytest.raises(NotFound):
        place_order(session, session.get_one(Shop, made.shop_id), "no-such-thing")
