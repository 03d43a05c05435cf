"""One review with a photo, and everybody who does something with it: at random, by the product."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import selectinload

from reviewapp.core.errors import AppError, Invalid
from reviewapp.library import ask_letters, asking, taking_down
from reviewapp.library.contents import WORDS, Content, contents_of, shop_review
from reviewapp.library.depicted import Question, ask_depicted, one_question, take_back
from reviewapp.library.exporting import Pick, Plan, export
from reviewapp.library.release_letter import PURPOSE as PERSON
from reviewapp.library.releasing import Release, end_release, record_release
from reviewapp.media import service as media
from reviewapp.media.render import show_again
from reviewapp.models.catalog import Product
from reviewapp.models.media import MediaAsset
from reviewapp.models.review import Review
from reviewapp.models.rights import PermissionEntry
from reviewapp.outbox.messages import emit
from reviewapp.rights.looking import Look, note_look
from reviewapp.rights.service import expire_permissions
from reviewapp.widgets.collections import create_collection, pick
from reviewapp.widgets.rules import product_key
from reviewapp.widgets.service import refresh_review
from tests.collect.links import REVIEW, rows
from tests.library.plain_rights import FOREVER, PHOTO, TEXT, Plain

USES = ("site", "ads")
PARTIES = ("depicted", "guardian")


class World:
    """One published review with a photo, and everybody who may do something with it."""

    def __init__(self, kit, shop, author, marketer, seed):
        self.kit, self.shop, self.author, self.by = kit, shop, author, marketer
        self.chance, self.plain = random.Random(seed), Plain()
        self.review_id = rows(kit, Review)[0].id
        self.photo = rows(kit, MediaAsset)[0]
        self.product_key = product_key(rows(kit, Product)[0].external_id)
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
        assert answer.status_code in (200, 303, 422), answer.status
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
        people = self.chance.choice([1, 1, 2, 3])
        with self.transaction() as session:
            asset = session.get_one(MediaAsset, self.photo.id)
            note_look(session, asset, Look(found, people), by="t", member_id=self.by.id)
        self.plain.seen, self.plain.people = frozenset(found), people

    def release(self):
        party, use = self.chance.choice(PARTIES), self.chance.choice(USES)
        paper = self.chance.choice(["R-1", "R-2"])
        self._with_photo(
            lambda session, review, content: record_release(
                session, review, content, Release(party, "Grace", paper, {use}), by=self.by
            )
        )
        self.plain.papers.add((use, party, paper))
        self.plain.objections.discard((use, party))

    def objection(self):
        party = self.chance.choice(PARTIES)
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
            self.plain.papers -= {one for one in self.plain.papers if one[:2] == (use, party)}
            self.plain.objections.add((use, party))

    def ask_person(self):
        party, use = self.chance.choice(PARTIES), self.chance.choice(USES)
        question = Question(party, use, "en")
        if self.plain.hidden:
            return
        try:
            asked = self._with_photo(
                lambda session, review, content: ask_depicted(
                    session, self.kit, review, content, question, by=self.by
                )
            )
        except Invalid:
            assert not self.plain.published
            return
        self.plain.persons[asked.id] = [use, party, "asked"]

    def person(self):
        """One of those asked says yes, or no, or takes a yes back; or was asked by mistake."""
        if not self.plain.persons:
            return self.ask_person()
        asked_id = self.chance.choice(list(self.plain.persons))
        word = self.chance.choice(["yes", "yes", "yes", "no", "back", "mistake"])
        said = self.plain.persons[asked_id]
        waits = said[2] == "asked"
        if word == "mistake":
            if waits:
                self._with_photo(
                    lambda session, review, content: take_back(
                        session, one_question(session, content.asset_id, asked_id), review,
                        by=self.by,
                    )
                )  # fmt: skip
                del self.plain.persons[asked_id]
            return None
        link = f"/d/{self.kit.links.sign(PERSON, asked_id)}"
        self.author.client.post(link, data={"answer": word, "name": "Grace Quist"})
        shown = self.plain.published and not self.plain.hidden
        if {"yes": waits and shown, "no": waits, "back": said[2] == "yes"}[word]:
            said[2] = word
        if said[2] in ("no", "back"):
            self.plain.until.pop((said[0], PHOTO), None)
        return None

    def edit(self):
        if not self.plain.published:
            return
        words = f"Words of {self.chance.random()}."
        sent = self.author.post(f"/mine/reviews/{self.review_id}", REVIEW | {"body": words})
        assert sent.status_code == 303, sent.text
        for use in USES:
            self.plain.until.pop((use, TEXT), None)
        self.plain.superseded = True

    def hide(self):
        self.plain.hidden = not self.plain.hidden
        with self.transaction() as session:
            whole = [selectinload(MediaAsset.renditions)]
            asset = session.get_one(MediaAsset, self.photo.id, options=whole)
            if self.plain.hidden:
                media.hide(session, asset, "abusive")
            else:
                show_again(session, asset)

    def refuse(self):
        if self.plain.superseded:  # a decision on an edit is another story
            return
        self.plain.published = not self.plain.published
        with self.transaction() as session:
            review = session.get_one(Review, self.review_id)
            review.state = "published" if self.plain.published else "refused"
            emit(session, "review.undone", shop_id=self.shop.id, review_id=review.id)

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
        link = self.kit.links.sign(ask_letters.PURPOSE, asked.id)
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
            ask_person, person, person, person, take_out, take_out, wait)  # fmt: skip

    def contents(self, session):
        review = shop_review(session, self.shop.id, self.review_id)
        return [Pick(review.id, one.sha256) for one in contents_of(session, review)]

    def _with_photo(self, act):
        with self.transaction() as session:
            review = shop_review(session, self.shop.id, self.review_id)
            return act(
                session,
                review,
                Content(self.photo.sha256, "photo", session.get_one(MediaAsset, self.photo.id)),
            )


def rows_of(session, sha256):
    return session.query(PermissionEntry).filter_by(subject_sha256=sha256).all()
