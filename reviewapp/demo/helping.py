"""How the demo's team helps: hours, a season, a rule, a macro, a pause, two cases made one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reviewapp.core import clock
from reviewapp.core.kit import Kit
from reviewapp.models.account import Shop
from reviewapp.models.case import Case
from reviewapp.models.catalog import Customer, Order
from reviewapp.models.review_request import ReviewRequest
from reviewapp.support import macros, routing, working_hours
from reviewapp.support.answering import By
from reviewapp.support.merging import merge
from reviewapp.support.pausing import add_pause
from reviewapp.support.service import open_case

WORKDAY = ((time(9), time(12, 30)), (time(13, 15), time(17, 30)))
WEEK = (*(WORKDAY,) * 4, ((time(9), time(15)),), (), ())
SEASON = {
    "en": "Many parcels are on their way these weeks: an answer takes us a working day longer "
    "than usual.\nThank you for your patience.",
    "de": "In diesen Wochen sind viele Pakete unterwegs: Wir antworten einen Werktag später als "
    "sonst.\nVielen Dank für Ihre Geduld.",
    "fr": "Beaucoup de colis sont en route ces semaines-ci : nous répondons un jour ouvré plus "
    "tard que d’habitude.\nMerci de votre patience.",
    "es": "Estas semanas hay muchos paquetes en camino: respondemos un día laborable más tarde "
    "de lo habitual.\nGracias por su paciencia.",
    "pt": "Nestas semanas há muitas encomendas a caminho: respondemos um dia útil mais tarde do "
    "que o habitual.\nObrigado pela paciência.",
}
CARE = (
    "Dear {name},\n\nabout {item} from order {order}: linen takes cold water and a little gall "
    "soap well. Dab it, leave it for ten minutes, rinse, and wash at 30 degrees. Please send me a "
    "photo if anything is left; I ask our dyer and write to you by {date}. Just reply to this mail."
)
AGAIN = (
    "I wrote about the stain already, and cannot find my message. The parcel also came two days "
    "late. Do I get another dress in time?"
)
WROTE_TWICE = "MF-2021"
QUIET = "MF-2022"


def arrange(session: Session, kit: Kit, shop: Shop, members: Mapping[str, UUID]) -> None:
    """All of it as of now; what is about an order only where the story tells of it."""
    agent = By(f"member:{members['agent']}", "Jonas Petersen", members["agent"])
    now = clock.now()
    today = now.date()
    working_hours.save_week(session, shop, WEEK, "Europe/Berlin", agent)
    for year in (today.year, today.year + 1):
        working_hours.import_holidays(session, shop, "DE", "SN", year, agent)
    working_hours.add_holiday(session, shop, today + timedelta(days=45), "Stocktaking", agent)
    told = working_hours.Season("Busy weeks", SEASON, today - timedelta(days=3),
                                today + timedelta(days=24), 8, "as_usual")  # fmt: skip
    working_hours.save_season(session, shop, None, told, agent)
    macros.save_macro(session, shop, "own_linen_care", "en", "Stains on linen", CARE, agent)
    _sort_wet_parcels(session, shop, agent)
    _two_as_one(session, kit, shop, agent)
    quiet = _order(session, shop, QUIET)
    if quiet is not None:
        customer = session.get_one(Customer, quiet.customer_id)
        add_pause(session, shop, str(customer.email), "Asked for no mails until the exchange is "
                  "done.", None, now + timedelta(days=10), agent)  # fmt: skip


def _sort_wet_parcels(session: Session, shop: Shop, by: By) -> None:
    conditions: dict[str, Any] = {"routes": ["damaged"], "words": ["wet", "soaked", "crushed"]}
    actions: dict[str, Any] = {"tags": ["damage", "shipping"], "priority": "high",
                               "macro": "damaged"}  # fmt: skip
    rule = routing.save_rule(session, shop, None, "Damaged on the way", conditions, actions, by)
    routing.try_rule(session, shop, rule, by)
    routing.set_live(session, rule, live=True, by=by)


def _two_as_one(session: Session, kit: Kit, shop: Shop, by: By) -> None:
    """A customer who asked twice: one case carries on with both messages."""
    order = _order(session, shop, WROTE_TWICE)
    first = order and session.scalar(
        select(Case).where(Case.order_id == order.id).with_for_update()
    )
    if not order or not first or first.request_id is None:
        return
    request = session.get_one(ReviewRequest, first.request_id, with_for_update=True)
    page_url = f"{kit.settings.public_url}/r/{kit.links.sign('request', request.id)}"
    second = open_case(
        session, shop, customer=session.get_one(Customer, order.customer_id),
        request_id=request.id, order_id=order.id, route="delay", message=AGAIN, photos=(),
        language=request.language, page_url=page_url,
    )  # fmt: skip
    merge(session, shop, second, first, by)


def _order(session: Session, shop: Shop, number: str) -> Order | None:
    return session.scalar(
        select(Order).where(Order.shop_id == shop.id, Order.external_id == number)
    )
