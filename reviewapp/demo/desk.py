"""The demo team's own work: incidents put right, questions answered, improvements carried out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.demo.catalogue import DATA
from reviewapp.insights import improvements
from reviewapp.models.account import Shop
from reviewapp.models.case import Case, Incident
from reviewapp.models.catalog import Product
from reviewapp.models.insight import Improvement
from reviewapp.models.question import Question
from reviewapp.models.review import Review
from reviewapp.moderate import questions, replies
from reviewapp.moderate.drafting import draft_by_rules
from reviewapp.moderate.drafts import draft_facts
from reviewapp.moderate.reply_templates import REPLY_KINDS, shipped_template
from reviewapp.moderate.service import By
from reviewapp.outbox.messages import emit
from reviewapp.support import answering

PUT_RIGHT_AFTER = timedelta(days=3)
LEFT_OPEN = 6
"""Incidents of the last days are left for whoever looks at the demo."""
DONE_AFTER = timedelta(days=25)
DID = {
    "mismatch": "put more photos and the measures of every size on the page",
    "shipping": "told the depot and now write at once when a parcel waits",
    "support": "read the mails again together and rewritten our answers",
    "quality": "shown it to the workshop, which checks this batch",
    "wrong_item": "put colour and size on the short side of every bag",
    "damaged": "changed to a stiffer box",
    "refund": "looked for the payment and now check returns every evening",
    "price": "said on the page how it is made",
    "thanks": "passed it on to the workshop",
}
_FIELD = re.compile(r"\[[^\]]*\]")


class Desk:
    """What the team does besides deciding: each thing at its day, by the real services."""

    def __init__(self, kit: Kit, shop_id: UUID, members: Mapping[str, UUID]) -> None:
        self._kit, self._shop_id, self._members = kit, shop_id, members
        told = json.loads((DATA / "questions.json").read_text(encoding="utf-8"))
        self._asked: list[dict[str, Any]] = sorted(told, key=lambda one: -one["days_ago"])
        agent = members["agent"]
        self._by = By("member", f"member:{agent}", agent)

    def day(self, days_ago: int) -> None:
        """One morning."""
        if days_ago >= LEFT_OPEN:
            self._put_right()
        with self._kit.database.transaction(self._shop_id) as session:
            while self._asked and self._asked[0]["days_ago"] >= days_ago:
                self._ask(session, self._asked.pop(0))
        self._improve(last=days_ago == 0)

    def _put_right(self) -> None:
        """Answer in public and in private, and solve what has been open for some days."""
        with self._kit.database.transaction(self._shop_id) as session:
            ids = session.scalars(
                select(Incident.id).where(
                    Incident.closed_at.is_(None),
                    Incident.opened_at < clock.now() - PUT_RIGHT_AFTER,
                )
            ).all()
        for incident_id in ids:
            with self._kit.database.transaction(self._shop_id) as session:
                incident = session.get_one(Incident, incident_id)
                if incident.replied_at is None:
                    self._reply(session, incident.review_id)
                if incident.case_id and incident.solved_at is None:
                    self._solve(session, incident.case_id)

    def _reply(self, session: Session, review_id: UUID) -> None:
        review = session.get_one(
            Review, review_id, options=[joinedload(Review.customer), joinedload(Review.product)]
        )
        shop = session.get_one(Shop, self._shop_id)
        texts = {kind: shipped_template(review.locale, kind) for kind in REPLY_KINDS}
        made = draft_by_rules(draft_facts(review, shop), texts)
        body = _FIELD.sub(DID[made.kind], made.body)
        draft = replies.Draft(
            made.kind,
            body,
            "Nothing new: what this review names is being changed already.",
            replies.NOTHING,
            drafted_by="rules",
        )
        if not any(one.stops for one in replies.objections(session, review, draft)):
            replies.publish_reply(session, review, draft, by=self._by)

    def _solve(self, session: Session, case_id: UUID) -> None:
        shop = session.get_one(Shop, self._shop_id)
        options = [joinedload(Case.customer), selectinload(Case.messages)]
        case = session.get_one(Case, case_id, options=options)
        by = answering.By(self._by.label, "Jonas Petersen", self._by.member_id)
        name = (case.customer.name or "").partition(" ")[0] or "there"
        words = (
            f"Dear {name},\n\nwe read what you wrote and are sorry that it went wrong. You can "
            "have your money back or another one; nothing needs to be sent before. Please reply "
            "and say which you prefer, and I see to it the same day."
        )
        answering.assign(session, case, self._by.member_id, by)
        answering.answer(session, shop, case, words, by)
        answering.set_state(session, shop, case, "solved", by)

    def _ask(self, session: Session, told: Mapping[str, Any]) -> None:
        product = session.scalars(
            select(Product).where(
                Product.shop_id == self._shop_id, Product.external_id == told["product"]
            )
        ).one()
        asked = Question(
            shop_id=self._shop_id,
            product_id=product.id,
            body=told["body"],
            author_name=told["author"],
            author_email=told.get("email"),
            locale=told.get("locale", "en"),
            submitted_at=clock.now(),
        )
        session.add(asked)
        session.flush()
        emit(
            session,
            "question.asked",
            shop_id=self._shop_id,
            question_id=asked.id,
            product_id=product.id,
        )
        question = questions.the_question(session, self._shop_id, asked.id)
        shop = session.get_one(Shop, self._shop_id)
        if "answer" in told:
            questions.answer_question(session, shop, question, told["answer"], by=self._by)
            question = questions.the_question(session, self._shop_id, asked.id)
        if told.get("faq"):
            questions.put_in_faq(session, question, by=self._by)
        if "refused" in told:
            note = "Advertising for another shop."
            questions.refuse_question(session, question, told["refused"], note, by=self._by)

    def _improve(self, *, last: bool) -> None:
        """Older ones get done; on the last day the open ones have an owner and a day."""
        marketer = self._members["marketer"]
        label = f"member:{marketer}"
        with self._kit.database.transaction(self._shop_id) as session:
            items = session.scalars(
                select(Improvement)
                .where(Improvement.state == "open")
                .order_by(Improvement.created_at)
            ).all()
            for number, item in enumerate(items):
                if item.created_at < clock.now() - DONE_AFTER:
                    done = "Done, and told to everybody who packs and writes."
                    improvements.move(session, item, "done", done, by=label)
                elif last:
                    item.owner_id = marketer
                    item.due_on = (clock.now() + timedelta(days=3 * number - 1)).date()
