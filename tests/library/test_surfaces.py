"""Whatever happens in whatever order, nothing is reachable for a use without a permission (P1–P5).

Random acts of authors, people in the picture, moderators and time; after each, every surface is
held against what a plain list of the acts says.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from reviewapp.core.db import EVERY_SHOP
from reviewapp.core.errors import AppError, Gone, Invalid, NotFound
from reviewapp.library import asking, taking_down
from reviewapp.library.contents import WORDS, Content, contents_of, shop_review
from reviewapp.library.exporting import Pick, Plan, check, export, one_export, open_bundle
from reviewapp.library.releasing import Release, end_release, record_release
from reviewapp.models.collection import Collection
from reviewapp.models.library import ExportItem, PermissionAsk, TakeDown
from reviewapp.models.media import MediaAsset, MediaDecision
from reviewapp.models.review import Review
from reviewapp.reactions import EVERY, relay_events
from reviewapp.rights.ledger import verify
from reviewapp.rights.service import expire_permissions
from reviewapp.widgets.collections import create_collection, pick
from reviewapp.widgets.publishing import publish_due
from reviewapp.widgets.service import refresh_review
from reviewapp.widgets.store_view import collection_view
from tests.collect.links import REVIEW, rows
from tests.library.plain_rights import FOREVER, PHOTO, TEXT, Plain
from tests.widgets.stories import published_json

USES = ("site", "ads")
STEPS = 16
START = datetime(2027, 5, 1, 12, tzinfo=UTC)


class World:
    """One published review with a photo, and everybody who may do something with it."""

    def __init__(self, kit, shop, author, marketer, seed):
        self.kit, self.shop, self.author, self.by = kit, shop, author, marketer
        self.chance, self.plain = random.Random(seed), Plain()
        self.review_id = rows(kit, Review)[0].id
        self.photo = rows(kit, MediaAsset)[0]
        for use in USES:
            self.plain.until[use, PHOTO] = self.plain.until[use, TEXT] = FOREVER
        self.exports = []
        with kit.database.transaction(shop.id) as session:
            refresh_review(session, self.review_id)
            pick(session, create_collection(session, shop, "Seen", by="t"), self.review_id, by="t")

    def transaction(self):
        return self.kit.database.transaction(self.shop.id)

    def switch(self):
        use, allow = self.chance.choice(USES), self.chance.choice(["on", "off"])
        part = self.chance.choice([None, PHOTO, TEXT])
        sent = {"use": use, "allow": allow}
        if part:
            sent["part"] = "words" if part == TEXT else str(self.photo.id)
        answer = self.author.post(f"/mine/reviews/{self.review_id}/permission", sent)
        kinds = [part] if part else [PHOTO, TEXT]
        if answer.status_code == 422:
            return
        if allow == "off":
            for kind in kinds:
                self.plain.until.pop((use, kind), None)
        elif self.plain.published:
            kinds = [kind for kind in kinds if not (kind == TEXT and self.plain.superseded)]
            self.plain.grant(use, kinds)

    def look(self):
        found = self.chance.choice([[], [], ["people"], ["children"], ["people", "children"]])
        with self.transaction() as session:
            session.add(
                MediaDecision(
                    shop_id=self.shop.id, asset_id=self.photo.id, action="check", note="",
                    found=found, sha256=self.photo.sha256, actor="member", member_id=self.by.id,
                )
            )  # fmt: skip
        self.plain.seen = frozenset(found)

    def release(self):
        party, use = self.chance.choice(["depicted", "guardian"]), self.chance.choice(USES)
        self._with_photo(
            lambda session, review, content: record_release(
                session, review, content, Release(party, "Grace", "R-1", {use}), by=self.by
            )
        )
        self.plain.releases.add((use, party))
        self.plain.objections.discard((use, party))

    def objection(self):
        party = self.chance.choice(["depicted", "guardian"])
        with self.transaction() as session:
            before = {
                entry.use
                for entry in rows_of(session, self.photo.sha256)
                if entry.kind == "granted"
            }
        self._with_photo(
            lambda session, review, content: end_release(
                session, review, content, party, by=self.by
            )
        )
        for use in before:
            self.plain.until.pop((use, PHOTO), None)
            self.plain.releases.discard((use, party))
            self.plain.objections.add((use, party))

    def edit(self):
        if not self.plain.published:
            return
        words = f"Words of {self.chance.random()}."
        self.author.post(f"/mine/reviews/{self.review_id}", REVIEW | {"body": words})
        for use in USES:
            self.plain.until.pop((use, TEXT), None)
        self.plain.superseded = True

    def hide(self):
        self.plain.hidden = not self.plain.hidden
        with self.transaction() as session:
            session.get_one(MediaAsset, self.photo.id).state = (
                "hidden" if self.plain.hidden else "ready"
            )

    def refuse(self):
        if self.plain.superseded:  # a decision on an edit is another story
            return
        self.plain.published = not self.plain.published
        with self.transaction() as session:
            review = session.get_one(Review, self.review_id)
            review.state = "published" if self.plain.published else "refused"
            session.flush()
            refresh_review(session, self.review_id)

    def ask(self):
        ends_on = datetime.now(UTC).date() + timedelta(days=self.chance.randint(1, 20))
        use = self.chance.choice(USES)
        try:
            with self.transaction() as session:
                review = shop_review(session, self.shop.id, self.review_id)
                found = [one for one in contents_of(session, review) if one.kind == WORDS]
                asked = asking.ask(
                    session, self.kit, review, use, found, note="", ends_on=ends_on, by=self.by
                )
        except Invalid:
            return
        link = self.kit.links.sign(asking.PURPOSE, asked.id)
        self.author.client.post(f"/a/{link}", data={"answer": "yes"})
        until = datetime.combine(ends_on + timedelta(days=1), time(), UTC)
        self.plain.grant(use, [TEXT], until)

    def take_out(self):
        for use in USES:
            with self.transaction() as session:
                for content in self.contents(session):
                    try:
                        with session.begin_nested():
                            plan = Plan(use, "Somewhere", datetime.now(UTC).date())
                            made = export(session, self.shop, plan, [content], by=self.by)
                            self.exports.append((made.id, use, content.sha256))
                    except AppError:
                        continue

    def wait(self):
        self.clock.shift(timedelta(days=self.chance.randint(1, 8)))
        expire_permissions(self.kit)
        taking_down.end_terms(self.kit)

    ACTS = (switch, switch, switch, look, look, release, objection, edit, hide, refuse, ask,
            take_out, take_out, wait)  # fmt: skip

    def contents(self, session):
        review = shop_review(session, self.shop.id, self.review_id)
        return [Pick(review.id, one.sha256) for one in contents_of(session, review)]

    def _with_photo(self, act):
        with self.transaction() as session:
            review = shop_review(session, self.shop.id, self.review_id)
            act(
                session,
                review,
                Content(self.photo.sha256, "photo", session.get_one(MediaAsset, self.photo.id)),
            )


def rows_of(session, sha256):
    from reviewapp.models.rights import PermissionEntry

    return session.query(PermissionEntry).filter_by(subject_sha256=sha256).all()


def kind_of(world, sha256):
    return PHOTO if sha256 == world.photo.sha256 else TEXT


def held_against(world, api, story):
    """Every surface shows nothing that the plain list does not allow; how much was shown."""
    for _ in range(2):
        relay_events(world.kit)
    now, reached = datetime.now(UTC), 0
    for use, kind in (*leaving(world, now), *selected(world), *told_to_programs(world, api)):
        assert world.plain.allows(use, kind, now), (use, kind, story)
        reached += 1
    for export_id, use, sha256 in world.exports:
        if not world.plain.allows(use, kind_of(world, sha256), now):
            with world.transaction() as session, pytest.raises((Gone, NotFound)):
                made = one_export(session, world.shop.id, export_id)
                open_bundle(session, world.kit, world.shop, made)
    return reached


def leaving(world, now):
    with world.transaction() as session:
        for use in USES:
            plan = Plan(use, "x", now.date())
            for one in check(session, world.shop, plan, world.contents(session)):
                if not one.refusals:
                    yield use, kind_of(world, one.content.sha256)


def selected(world):
    with world.transaction() as session:
        shown = collection_view(session, world.shop, "seen", public_url="http://x")
    for _product, review in shown.reviews:
        yield "site", TEXT
        if review.photos:
            yield "site", PHOTO


def told_to_programs(world, api):
    for use in USES:
        for item in api.get(f"/api/v1/assets?channel={use}").json["items"]:
            yield use, kind_of(world, item["sha256"])


@pytest.mark.parametrize("seed", [3, 11])
def test_no_order_of_acts_lets_anything_out_without_a_permission(
    kit, shop, author, published, marketer, api, seed
):
    author.post(f"/mine/reviews/{published.id}/permission", {"use": "site", "allow": "on"})
    world, story, reached = World(kit, shop, author, marketer, seed), [], 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=True) as clock:
        world.clock = clock
        for _ in range(STEPS):
            act = world.chance.choice(World.ACTS)
            story.append(act.__name__)
            act(world)
            reached += held_against(world, api, story)
        assert reached > 5, "the acts allowed next to nothing: nothing was shown by this test"
        clock.shift(timedelta(hours=1))  # the limit of sendings by one link
        assert author.post("/mine/erase", {}).status_code == 200
        erased_everywhere(world, api)


def erased_everywhere(world, api):
    """Out of documents, feed, folder, API and library; recorded uses are tasks; proof holds."""
    kit, shop = world.kit, world.shop
    for errand in ("events", "events", "events", "erasures", "events", "exports", "bundles"):
        EVERY[errand].errand(kit)
    publish_due(kit)
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
