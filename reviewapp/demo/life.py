"""One day after another in the demo's shop, each thing at its own hour, by the real services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from reviewapp.collect import pages, reviewing
from reviewapp.collect.answering import mark_responded
from reviewapp.collect.opting_out import unsubscribe
from reviewapp.collect.planning import plan_due
from reviewapp.collect.reminding import plan_reminders
from reviewapp.collect.sending import send_due_requests
from reviewapp.collect.versions import Words
from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.demo.catalogue import offers, reply_to
from reviewapp.demo.desk import Desk
from reviewapp.demo.shots import Shots, look_at
from reviewapp.demo.story import Answer, Help, Purchase, Told
from reviewapp.integrations import service as integrations
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.catalog import Order
from reviewapp.models.review import Review
from reviewapp.models.review_request import ReviewRequest
from reviewapp.moderate import replies
from reviewapp.moderate import service as moderate
from reviewapp.moderate.carrying_out import Decision
from reviewapp.outbox.mail import send_mail
from reviewapp.reactions import relay_events
from reviewapp.rights import service as rights
from reviewapp.rights.ledger import Act
from reviewapp.support import answering
from reviewapp.support.service import open_case

MORNING, NOON, EVENING = time(8, 30), time(13), time(19, 30)
PLACES = {"mismatch": "page", "quality": "supplier"}
"""Where the lessons of the shipped answers belong."""
Dated = TypeVar("Dated", bound=tuple[Any, ...])


class Life:
    """Carries a story out, day by day; hours that have not come yet are left to the clock."""

    def __init__(
        self, kit: Kit, shop_id: UUID, members: Mapping[str, UUID], story: Iterable[Purchase]
    ) -> None:
        self._kit, self._shop_id, self._members = kit, shop_id, members
        self._desk, self._shots = Desk(kit, shop_id, members), Shots(kit, shop_id)
        self._now = clock.now()
        self._orders: list[tuple[datetime, Purchase]] = []
        self._events: list[tuple[datetime, Purchase, Told]] = []
        self._unanswered: dict[str, Purchase] = {}
        self._undecided: list[tuple[UUID, Answer]] = []
        self._cases: list[tuple[UUID, Help]] = []
        self.orders = self.reviews = 0
        for purchase in story:
            self._expect(purchase)

    def day(self, days_ago: int) -> None:
        """One day: decisions in the morning, orders and letters at noon, answers until evening."""
        day = (self._now - timedelta(days=days_ago)).date()
        hours = [datetime.combine(day, hour, self._now.tzinfo) for hour in (MORNING, NOON, EVENING)]
        morning, noon, evening = (min(hour, self._now) for hour in hours)
        with clock.frozen(morning):
            self._decide()
            self._answer_cases()
            self._desk.day(days_ago)
            relay_events(self._kit)
        with clock.frozen(noon):
            self._take_orders(evening)
            plan_due(self._kit)
            send_due_requests(self._kit)
            plan_reminders(self._kit)
        self._respond(evening)
        with clock.frozen(evening):
            relay_events(self._kit)
            send_mail(self._kit)

    def _expect(self, purchase: Purchase) -> None:
        ordered_at = self._now - timedelta(days=purchase.ordered_days_ago)
        self._orders.append((ordered_at, purchase))
        for told in purchase.told:
            self._events.append((ordered_at + timedelta(days=told.after_days), purchase, told))
        if purchase.answer or purchase.help or purchase.unsubscribes:
            self._unanswered[purchase.order_id] = purchase

    def _take_orders(self, until: datetime) -> None:
        until = min(until, clock.now())
        orders, self._orders = _due(self._orders, until)
        events, self._events = _due(self._events, until)
        if not orders and not events:
            return
        with self._kit.database.transaction(self._shop_id) as session:
            for at, purchase in orders:
                facts = order_facts(purchase, at)
                integrations.put_order(session, self._shop_id, purchase.order_id, facts)
            for at, purchase, told in sorted(events, key=lambda event: event[0]):
                order = session.scalars(
                    select(Order).where(Order.external_id == purchase.order_id)
                ).one()
                integrations.record_event(session, order, told.type, at, told.lines)
        self.orders += len(orders)

    def _respond(self, evening: datetime) -> None:
        """Everybody whose time to answer has come, in turn."""
        waiting = list(self._unanswered)
        if not waiting:
            return
        with self._kit.database.transaction(self._shop_id) as session:
            asked = session.execute(
                select(Order.external_id, ReviewRequest.id, ReviewRequest.sent_at)
                .join(ReviewRequest, ReviewRequest.id == Order.request_id)
                .where(Order.external_id.in_(waiting), ReviewRequest.state == "sent")
            ).all()
        moments = sorted(
            (sent_at + timedelta(days=days), order_id, request_id, what)
            for order_id, request_id, sent_at in asked
            if sent_at is not None
            for days, what in _answers(self._unanswered[order_id])
        )
        for at, order_id, request_id, what in moments:
            if at <= evening:
                with clock.frozen(at):
                    self._do(what, self._unanswered[order_id], request_id)

    def _do(self, what: str, purchase: Purchase, request_id: UUID) -> None:
        left = self._unanswered.pop(purchase.order_id)
        if what == "unsubscribe":
            with self._kit.database.transaction(self._shop_id) as session:
                unsubscribe(session, pages.open_visit(session, request_id).customer)
        elif what == "help" and left.help:
            self._ask_for_help(left.help, request_id)
            if left.answer:
                self._unanswered[purchase.order_id] = replace(left, help=None)
        elif left.answer:
            self._review(left.answer, purchase, request_id)

    def _review(self, answer: Answer, purchase: Purchase, request_id: UUID) -> None:
        photos = self._shots.stage(request_id, answer.photo, answer.film)
        with self._kit.database.transaction(self._shop_id) as session:
            request = pages.lock_request(session, request_id)
            visit = pages.open_visit(session, request_id)
            item = next(
                one for one in visit.items if one.product.external_id == purchase.products[0]
            )
            words = Words(
                rating=answer.rating,
                title=answer.title,
                body=answer.body,
                answers={"fit": answer.fit} if answer.fit else {},
                display_name=purchase.buyer.display_name,
            )
            mine_url = self._page(request_id) + "/mine"
            sent = reviewing.Sent(words, photos, answer.uses, purchase.buyer.locale, mine_url)
            review = reviewing.submit_review(session, visit, item, sent)
            mark_responded(session, request)
        self.reviews += 1
        if answer.decision != "wait":
            self._undecided.append((review.id, answer))

    def _ask_for_help(self, asked: Help, request_id: UUID) -> None:
        photos = self._shots.stage(request_id, asked.photo)
        with self._kit.database.transaction(self._shop_id) as session:
            request = pages.lock_request(session, request_id)
            visit = pages.open_visit(session, request_id)
            case = open_case(
                session,
                visit.shop,
                customer=visit.customer,
                request_id=request_id,
                order_id=visit.items[0].line.order_id,
                route=asked.route,
                message=asked.message,
                photos=photos,
                language=request.language,
                page_url=self._page(request_id),
            )
            mark_responded(session, request)
        if asked.reply:
            self._cases.append((case.id, asked))

    def _decide(self) -> None:
        due, self._undecided = self._undecided, []
        ruth = self._members["moderator"]
        by = moderate.By("member", f"member:{ruth}", ruth)
        for review_id, answer in due:
            with self._kit.database.transaction(self._shop_id) as session:
                review = _review_row(session, review_id)
                moderate.decide(session, review, _decision(answer), by=by)
                look_at(session, review_id, by=by)
            if answer.film:
                self._shots.caption(review_id, answer.film, by=by)
        relay_events(self._kit)
        for review_id, answer in due:
            if told := reply_to(answer.source_row):
                with self._kit.database.transaction(self._shop_id) as session:
                    draft = replies.Draft(
                        told["kind"], told["body"], told["improvement"], PLACES[told["kind"]]
                    )
                    replies.publish_reply(session, _review_row(session, review_id), draft, by=by)
            if answer.takes_back:
                with self._kit.database.transaction(self._shop_id) as session:
                    review = _review_row(session, review_id)
                    act = Act(review.locale, {"request": str(review.request_id), "action": "demo"})
                    rights.withdraw(session, review, act, use=answer.takes_back)

    def _answer_cases(self) -> None:
        due, self._cases = self._cases, []
        jonas = self._members["agent"]
        by = answering.By(f"member:{jonas}", "Jonas Petersen", jonas)
        for case_id, asked in due:
            with self._kit.database.transaction(self._shop_id) as session:
                shop = session.get_one(Shop, self._shop_id)
                case = session.get_one(
                    Case, case_id, options=[joinedload(Case.customer), joinedload(Case.messages)]
                )
                answering.assign(session, case, jonas, by)
                page_url = self._page(case.request_id) if case.request_id else None
                answering.answer(session, shop, case, asked.reply or "", by, page_url=page_url)
                if asked.solved:
                    answering.set_state(session, shop, case, "solved", by)

    def _page(self, request_id: UUID) -> str:
        token = self._kit.links.sign("request", request_id)
        return f"{self._kit.settings.public_url}/r/{token}"


def order_facts(purchase: Purchase, ordered_at: datetime) -> dict[str, Any]:
    """The order as the shop's program tells it."""
    who = purchase.buyer
    lines = [
        {"external_id": str(place), "product": product, "quantity": 1, "price": _price(product)}
        for place, product in enumerate(purchase.products, start=1)
    ]
    return {
        "email": who.email,
        "name": who.name,
        "locale": who.locale,
        "country": who.country,
        "ordered_at": ordered_at,
        "promised_at": ordered_at + timedelta(days=5),
        "currency": "EUR",
        "total": sum(_price(product) for product in purchase.products),
        "lines": lines,
    }


def _price(product: str) -> int:
    return int(offers()[product].price.partition(".")[0])


def _due(entries: list[Dated], until: datetime) -> tuple[list[Dated], list[Dated]]:
    """What has happened by `until`, and what has not."""
    return (
        [entry for entry in entries if entry[0] <= until],
        [entry for entry in entries if entry[0] > until],
    )


def _answers(purchase: Purchase) -> list[tuple[float, str]]:
    """(days after being asked, what the buyer does next)."""
    if purchase.help:
        return [(purchase.help.after_days, "help")]
    if purchase.answer:
        return [(purchase.answer.after_days, "review")]
    return [(0.5, "unsubscribe")]


def _decision(answer: Answer) -> Decision:
    if answer.decision == "publish":
        return Decision("publish")
    if answer.decision == "hold":
        return Decision("hold", "not_genuine", answer.note)
    return Decision("refuse", answer.decision, answer.note)


def _review_row(session: Session, review_id: UUID) -> Review:
    return session.get_one(
        Review, review_id, options=[joinedload(Review.customer), joinedload(Review.product)]
    )
