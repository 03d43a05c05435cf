"""Whatever happens in whatever order, nothing is reachable for a use without a permission (P1–P5).

Random acts of authors, people in the picture, moderators and time; after each, every surface is
held against what a plain list of the acts says.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import Gone, NotFound
from reviewapp.library.exporting import Plan, check, one_export, open_bundle
from reviewapp.models.collection import Collection
from reviewapp.models.library import Export, ExportItem, PermissionAsk, TakeDown
from reviewapp.models.library_asset import LibraryAsset
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.reactions import EVERY, relay_events
from reviewapp.rights.ledger import verify
from reviewapp.widgets.publishing import publish_due, publish_once
from reviewapp.widgets.store_view import collection_view
from tests import factories
from tests.collect.links import REVIEW, rows
from tests.library.plain_rights import PHOTO, TEXT
from tests.library.world import USES, World
from tests.widgets.stories import published_json

STEPS = 20
DISPLAY = "beside its product"
"""No use that is asked for: what a review is sent for (P1)."""
READ = ("json", "html", "xml", "jsonl")


def kind_of(world, sha256):
    return PHOTO if sha256 == world.photo.sha256 else TEXT


def held_against(world, api, desk, story):
    """Every surface shows nothing that the plain list does not allow; how much was shown."""
    settle(world)
    come_back(world, desk)
    now, reached = datetime.now(UTC), set()
    for surface, may in SURFACES.items():
        for use, kind in surface(world, api, desk):
            assert may(world, use, kind, now), (surface.__name__, use, kind, story)
            reached.add((surface.__name__, use, kind))
    for export_id, use, sha256 in world.exports:
        if not world.plain.allows(use, kind_of(world, sha256), now):
            with world.transaction() as session, pytest.raises((Gone, NotFound)):
                made = one_export(session, world.shop.id, export_id)
                open_bundle(session, world.kit, world.shop, made)
    no_use_without_ground_is_left_running(world, now, story)
    return reached


def no_use_without_ground_is_left_running(world, now, story):
    """What was taken out is a task while a word for it is missing, and only then (P3, P5)."""
    live = {one.export_item_id: one for one in rows(world.kit, TakeDown) if not one.lifted_at}
    made = {one.id: one for one in rows(world.kit, Export)}
    for item in rows(world.kit, ExportItem):
        use, kind = made[item.export_id].use, kind_of(world, item.subject_sha256)
        held = world.plain.until.get((use, kind), datetime.min.replace(tzinfo=UTC)) > now
        complete = held and (kind == TEXT or world.plain.released(use))
        task = live.get(item.id)
        assert complete or task, ("still runs", use, kind, story)
        assert not (complete and task and task.reason == "unreleased"), ("agreed", use, story)


def settle(world):
    """What the workers do within seconds."""
    for _ in range(2):
        relay_events(world.kit)
    EVERY["media"].errand(world.kit)
    relay_events(world.kit)
    world.clock.shift(timedelta(seconds=1))
    while publish_once(world.kit):
        world.clock.shift(timedelta(seconds=1))


def leaves(world, use, kind, now):
    return world.plain.allows(use, kind, now)


def is_found(world, use, kind, now):
    """Allowed by its author; that somebody has to look at it first is said on its card."""
    return world.plain.permits(use, kind, now)


def is_displayed(world, use, kind, now):
    return world.plain.published and not (kind == PHOTO and world.plain.hidden)


def leaving(world, api, desk):
    now = datetime.now(UTC)
    with world.transaction() as session:
        for use in USES:
            plan = Plan(use, "x", now.date())
            for one in check(session, world.shop, plan, world.contents(session)):
                if not one.refusals:
                    yield use, kind_of(world, one.content.sha256)


def selected(world, api, desk):
    with world.transaction() as session:
        shown = collection_view(session, world.shop, "seen", public_url="http://x")
    for _product, review in shown.reviews:
        yield "site", TEXT
        if review.photos:
            yield "site", PHOTO


def selection_document(world, api, desk):
    for review in published_json(world.kit, world.shop, "collections/seen.json")["reviews"]:
        yield "site", TEXT
        if review.get("photos"):
            yield "site", PHOTO


def documents(world, api, desk):
    """Pages, documents and feeds as they lie in the folder that web servers read."""
    published, folder = world.kit.published, f"p/v1/{world.shop.widget_key}/"
    for key in published.list(folder):
        if key.endswith(READ) and "/collections/" not in key:
            yield from shown_in(published.read(key).decode())


def live_answers(world, api, desk):
    address = f"/w/v1/{world.shop.widget_key}/products/{world.product_key}/reviews"
    for query in ("", "?sort=oldest", "?media=1", f"?q={REVIEW['body'].split()[0]}"):
        answer = desk.get(address + query)
        assert answer.status_code == 200, answer.text
        yield from shown_in(answer.text)


def grid(world, api, desk):
    """What the library offers for a use, as cards and behind each card."""
    for use in USES:
        yield from ((use, kind) for kind in offered(world, desk, f"?use={use}"))


def whole_grid(world, api, desk):
    yield from ((DISPLAY, kind) for kind in offered(world, desk, ""))


def pieces(world, api, desk):
    """The page of each piece and the file itself."""
    for kind, piece_id in ((PHOTO, world.photo.id), (TEXT, world.review_id)):
        if desk.get(f"/admin/library/pieces/{piece_id}").status_code == 200:
            yield DISPLAY, kind


def told_to_programs(world, api, desk):
    for use in USES:
        for item in api.get(f"/api/v1/assets?channel={use}").json["items"]:
            yield use, kind_of(world, item["sha256"])


def all_told_to_programs(world, api, desk):
    for item in api.get("/api/v1/assets").json["items"]:
        yield DISPLAY, kind_of(world, item["sha256"])


SURFACES = {
    leaving: leaves,
    told_to_programs: leaves,
    selected: leaves,
    selection_document: leaves,
    grid: is_found,
    whole_grid: is_displayed,
    pieces: is_displayed,
    all_told_to_programs: is_displayed,
    documents: is_displayed,
    live_answers: is_displayed,
}


def shown_in(text):
    """Which parts of the review a document holds: its words, a size of its photo."""
    if REVIEW["body"] in text:
        yield DISPLAY, TEXT
    if "/media/" in text or '"media/' in text:
        yield DISPLAY, PHOTO


def offered(world, desk, query):
    page = desk.get(f"/admin/library{query}")
    assert page.status_code == 200
    for piece_id in re.findall(r'name="pick" value="([^"]+)"', page.text):
        yield PHOTO if piece_id == str(world.photo.id) else TEXT


@pytest.fixture
def desk(app):
    """A marketer's browser."""
    return app.test_client()


def come_back(world, desk):
    """Days may have passed: signed in anew."""
    with world.kit.database.transaction(EVERY_SHOP) as session:
        token, _csrf = factories.signed_in_member(session, world.kit, world.shop, "marketer")
    desk.set_cookie("reviewapp_session", token)


@pytest.mark.parametrize("seed", [1, 6])
def test_no_order_of_acts_lets_anything_out_without_a_permission(
    kit, shop, author, published, marketer, api, desk, seed, monkeypatch
):
    monkeypatch.setattr("reviewapp.widgets.public.limit_here", lambda *_, **__: 1)
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "site", "allow": "on"})
    world, story, reached = World(kit, shop, author, marketer, seed), [], set()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=True) as clock:
        world.clock = clock
        for _ in range(STEPS):
            act = world.chance.choice(World.ACTS)
            story.append(act.__name__)
            act(world)
            reached |= held_against(world, api, desk, story)
        unseen = {surface.__name__ for surface in SURFACES} - {name for name, *_ in reached}
        assert not unseen, "nothing was ever shown there: nothing was shown by this test"
        clock.shift(timedelta(hours=1))  # the limit of sendings by one link
        assert author.post("/mine/erase", {}).status_code == 200
        erased_everywhere(world, api, desk)


def erased_everywhere(world, api, desk):
    """Out of documents, feed, folder, API and library; recorded uses are tasks; proof holds."""
    kit, shop = world.kit, world.shop
    for errand in ("events", "events", "events", "erasures", "events", "exports", "bundles"):
        EVERY[errand].errand(kit)
    publish_due(kit)
    come_back(world, desk)
    with pytest.raises(NotFound):
        list(leaving(world, api, desk))
    for surface in list(SURFACES)[1:]:
        assert not list(surface(world, api, desk)), surface.__name__
    assert rows(kit, LibraryAsset) == []
    assert rows(kit, Review) == rows(kit, MediaAsset) == rows(kit, PermissionAsk) == []
    assert api.get("/api/v1/assets").json["items"] == []
    assert published_json(kit, shop, "collections/seen.json")["reviews"] == []
    folder = f"p/v1/{shop.widget_key}/"
    told = [kit.published.read(key) for key in kit.published.list(folder) if key.endswith("json")]
    assert not any(b"Ada Q." in data for data in told)
    assert not list(kit.published.list(f"{folder}media/"))
    items = {item.id for item in rows(kit, ExportItem)}
    assert {task.export_item_id for task in rows(kit, TakeDown)} == items
    assert not list(kit.storage.list("exports/"))
    with kit.database.transaction(EVERY_SHOP) as session:
        assert session.query(Collection).one().key == "seen"
        assert verify(session, shop.id) == []
