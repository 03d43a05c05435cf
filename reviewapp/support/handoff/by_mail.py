"""Handing over by letter: one for each word, answered by whoever reads it to the customer."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from reviewapp.models.account import Shop
from reviewapp.models.case import Case, CaseMessage
from reviewapp.models.catalog import Customer
from reviewapp.models.handoff import Handoff, Helpdesk
from reviewapp.outbox.mail import queue_letter
from reviewapp.support.handoff.dossier import facts_of


def tell_by_mail(session: Session, handoff: Handoff, message_id: UUID) -> None:
    """Queue the letter about one word; unique by the word, so it goes out once.

    Its Reply-To is the customer: helpdesks that take mail open the ticket in their name. What is
    answered there comes back to us only if it is sent through us.
    """
    helpdesk = session.get_one(Helpdesk, handoff.helpdesk_id)
    message = session.get_one(CaseMessage, message_id)
    case = session.get_one(Case, handoff.case_id)
    customer = session.get_one(Customer, case.customer_id)
    facts = facts_of(session, case)
    shop = session.get_one(Shop, handoff.shop_id)
    queue_letter(
        session,
        shop_id=shop.id,
        letter="case_handed_over",
        to=helpdesk.address,
        language=shop.locale,
        key=f"case_handed_over:{handoff.id}:{message.id}",
        params={
            "subject": facts.subject,
            "from_customer": message.direction == "in",
            "customer": customer.name or customer.email or shop.name,
            "answer_to": customer.email or shop.email,
            "message": message.body,
            "facts": facts.text,
        },
    )
