"""Whom to ask about an order, when and why not: facts in, plan out (playbook 2; G1, G2, G3).

No input holds a score, an answer, a text or a case's mood; `tests/collect/test_fairness.py` reads
the fields of the fact types and fails when one appears.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from reviewapp.core.i18n import negotiate

if TYPE_CHECKING:
    from reviewapp.models.shop_settings import ShopSettings

NEVER_DELIVERED = timedelta(days=90)
"""An order nothing of which arrived for so long is not waited for any longer."""
LONGEST_DELAY = timedelta(days=14)
"""A case or a pause delays for no longer, whatever a shop sets (G2)."""


class ProductFacts(NamedTuple):
    """What a product says about asking."""

    usage_days: int | None
    product_type: str | None
    tags: Sequence[str]
    excluded: bool


class LineFacts(NamedTuple):
    """What became of one line; `usage_days` and `excluded` are its product's."""

    product_id: UUID
    usage_days: int
    excluded: bool
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    lost_at: datetime | None = None
    refunded_at: datetime | None = None
    returned_at: datetime | None = None


class OrderFacts(NamedTuple):
    """An order as the plan sees it; `unreachable` is a reason of SKIPPED or None."""

    order_id: UUID
    ordered_at: datetime
    promised_at: datetime | None
    unreachable: str | None
    lines: Sequence[LineFacts]


class Plan(NamedTuple):
    """What the rules say about one order, before its customer's other orders are looked at.

    `due_at` is when every asked line has been used long enough, before daytime and spacing;
    None while nothing has arrived. `products` are those that may be asked about.
    """

    state: str
    reason: str | None
    trigger: str = "none"
    delivered_at: datetime | None = None
    usage_days: int | None = None
    due_at: datetime | None = None
    products: frozenset[UUID] = frozenset()


def usage_days(product: ProductFacts, settings: ShopSettings) -> int:
    """Days before an honest opinion exists: the product's, its type's, its tags' longest, the
    shop's."""
    if product.usage_days is not None:
        return product.usage_days
    if product.product_type in settings.usage_days_by_product_type:
        return settings.usage_days_by_product_type[product.product_type]
    tagged = [
        settings.usage_days_by_tag[tag] for tag in product.tags if tag in settings.usage_days_by_tag
    ]
    return max(tagged, default=settings.usage_days)


def why_never_reached(line: LineFacts) -> str | None:
    """Why this line gave nobody an experience; None when it did or still may (G2).

    Refunds and returns after the goods left do not count: that would screen out the unhappy.
    """
    left_at = line.shipped_at or line.delivered_at
    if line.lost_at and (line.delivered_at is None or line.delivered_at <= line.lost_at):
        return "lost"
    for stopped_at, reason in (
        (line.cancelled_at, "cancelled_before_delivery"),
        (line.refunded_at, "refunded_before_delivery"),
    ):
        if stopped_at and (line.delivered_at is None or left_at is None or stopped_at < left_at):
            return reason
    if line.returned_at and line.delivered_at is None:
        return "returned_undelivered"
    return None


def plan_order(
    order: OrderFacts, settings: ShopSettings, *, now: datetime, not_before: datetime
) -> Plan:
    """The plan for one order. `not_before` is the earliest moment anything could be sent:
    the present, or the first day of the period that a dry run replays."""
    if not order.lines:
        return Plan("skipped", "no_lines")
    reached = [line for line in order.lines if why_never_reached(line) is None]
    if not reached:
        return Plan("cancelled", _main_reason(order.lines))
    wanted = [line for line in reached if not line.excluded]
    plan = _on_arrival(order, wanted or reached, settings, now)
    reason = order.unreachable or ("product_excluded" if not wanted else None)
    if reason:
        return plan._replace(state="skipped", reason=reason)
    if plan.delivered_at and not_before - plan.delivered_at > timedelta(days=settings.max_age_days):
        return plan._replace(state="skipped", reason="too_old")
    return plan


def _on_arrival(
    order: OrderFacts, lines: Sequence[LineFacts], settings: ShopSettings, now: datetime
) -> Plan:
    trigger, arrived = _arrivals(order.promised_at, lines, settings.transit_days)
    if not arrived:
        if now - order.ordered_at >= NEVER_DELIVERED:
            return Plan("skipped", "never_delivered")
        return Plan("planned", "awaiting_delivery")
    ready = [(at + timedelta(days=line.usage_days), at, line) for at, line in arrived]
    due_at, delivered_at, deciding = max(ready, key=_by_moment)
    if len(arrived) < len(lines):
        first_at = min(at for at, _ in arrived)
        due_at = max(due_at, first_at + timedelta(days=settings.partial_wait_days))
    return Plan(
        state="planned",
        reason=None,
        trigger=trigger,
        delivered_at=delivered_at,
        usage_days=deciding.usage_days,
        due_at=due_at,
        products=frozenset([line.product_id for _, line in arrived]),
    )


def arrived_lines(order: OrderFacts, settings: ShopSettings) -> list[tuple[datetime, LineFacts]]:
    """The lines to ask about as far as delivery goes, each with its arrival or the estimate."""
    lines = [line for line in order.lines if not line.excluded and why_never_reached(line) is None]
    return _arrivals(order.promised_at, lines, settings.transit_days)[1]


def _arrivals(
    promised_at: datetime | None, lines: Sequence[LineFacts], transit_days: int
) -> tuple[str, list[tuple[datetime, LineFacts]]]:
    """Told deliveries; where none is told, shipment plus the promised transit."""
    told = [(line.delivered_at, line) for line in lines if line.delivered_at]
    if told:
        return "delivered", told
    transit = timedelta(days=transit_days)
    estimated = [
        (_promise(line.shipped_at, promised_at, transit), line) for line in lines if line.shipped_at
    ]
    return ("estimated" if estimated else "none"), estimated


def _promise(shipped_at: datetime, promised_at: datetime | None, transit: timedelta) -> datetime:
    """A promise that was over before the parcel left is no estimate of its arrival."""
    return promised_at if promised_at and promised_at > shipped_at else shipped_at + transit


def _main_reason(lines: Sequence[LineFacts]) -> str:
    reasons = {why_never_reached(line) for line in lines}
    order = ("lost", "returned_undelivered", "cancelled_before_delivery")
    return next((reason for reason in order if reason in reasons), "refunded_before_delivery")


def _by_moment(entry: tuple[datetime, datetime, LineFacts]) -> tuple[datetime, int]:
    return entry[0], entry[2].usage_days


@cache
def language_for(
    order_locale: str | None, customer_locale: str | None, shop_locale: str | None
) -> str:
    """The first of the three that is one of the five languages shipped; else English."""
    return negotiate(order_locale, negotiate(customer_locale, negotiate(shop_locale)))
