"""What follows a solved case: one question how the help was, and a day to look after it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.i18n import zone_of
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.catalog import Customer
from reviewapp.models.outbox import OutboxEvent
from reviewapp.outbox.mail import queue_letter

PURPOSE = "feedback"
NEVER_TOUCHED = "question"
"""A route in which nothing went wrong: nobody has to be recovered."""


def ask_how_it_was(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After case.solved: one letter for the case, however often it is solved.

    It says nothing of reviews and no answer changes who is asked for one (G1, G8). Not sent where
    the shop chose so, where only people may write, or where nobody ever answered the customer.
    """
    case = session.get(Case, UUID(event.payload["case_id"]))
    if case is None or case.merged_into_id is not None or case.state != "solved":
        return
    shop, customer = session.get_one(Shop, case.shop_id), session.get(Customer, case.customer_id)
    if not shop.settings.case_feedback or case.automation_stopped:
        return
    if customer is None or not customer.email or case.first_responded_at is None:
        return
    queue_letter(
        session,
        shop_id=shop.id,
        letter="case_feedback",
        to=(customer.name, customer.email),
        language=case.language,
        customer_id=customer.id,
        key=f"case_feedback:{case.id}",
        params={"page_url": f"{kit.settings.public_url}/f/{kit.links.sign(PURPOSE, case.id)}"},
    )


def plan_follow_up(session: Session, kit: Kit, event: OutboxEvent) -> None:
    """After case.solved: a day on which a person looks after the recovered customer.

    A day that somebody set before stands.
    """
    case = session.get(Case, UUID(event.payload["case_id"]))
    if case is None or case.merged_into_id is not None or case.state != "solved":
        return
    shop = session.get_one(Shop, case.shop_id)
    days = shop.settings.repair_follow_up_days
    if not days or case.route == NEVER_TOUCHED or case.follow_up_on is not None:
        return
    today = clock.now().astimezone(zone_of(shop.time_zone)).date()
    case.follow_up_on = today + timedelta(days=days)
