"""One person's requests side by side: shared, spaced and capped messages (playbook 2, G1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from reviewapp.collect.daytime import in_daytime
from reviewapp.collect.rules import Plan

if TYPE_CHECKING:
    from reviewapp.models.shop_settings import ShopSettings


class Entry(NamedTuple):
    """An order's plan with what its message would be written in."""

    order_id: UUID
    plan: Plan
    language: str
    zone: ZoneInfo


class Asked(NamedTuple):
    """A message that went to this person, and the products it asked about."""

    at: datetime
    products: frozenset[UUID]
    request_id: UUID | None = None
    """The step-0 request, for a reminder too."""


class Request(NamedTuple):
    """One step-0 row: `key` is the anchor order's id, `order_ids` all that share it."""

    key: UUID
    order_ids: tuple[UUID, ...]
    language: str
    state: str
    reason: str | None
    trigger: str
    delivered_at: datetime | None
    usage_days: int | None
    send_at: datetime | None


def agenda(
    entries: Sequence[Entry],
    history: Sequence[Asked],
    settings: ShopSettings,
    *,
    not_before: datetime,
    kept_keys: Collection[UUID] = (),
) -> list[Request]:
    """The requests of one person. `history` holds what was really sent; `kept_keys` are anchors
    of rows that exist, preferred so that a row keeps its key when orders join it."""
    if len(entries) == 1 and not history:
        return [_alone(entries[0], settings, not_before)]
    asking = [entry for entry in entries if _has_moment(entry)]
    requests = [_alone(entry, settings, not_before) for entry in entries if not _has_moment(entry)]
    asked = sorted(history, key=attrgetter("at"))
    for group in _groups(asking, settings, not_before):
        request, products = _shared(group, asked, settings, not_before, kept_keys)
        requests.append(request)
        if request.state == "planned" and request.send_at:
            asked.append(Asked(request.send_at, products))
    return requests


def capped(sent: Iterable[datetime], at: datetime, settings: ShopSettings) -> bool:
    """Whether one more message at `at` would exceed the shop's frequency cap."""
    since = at - timedelta(days=settings.max_messages_days)
    return sum(since < moment <= at for moment in sent) >= settings.max_messages


def asked_lately(history: Iterable[Asked], at: datetime, settings: ShopSettings) -> frozenset[UUID]:
    """The products this person was asked about within the shop's year before `at`."""
    since = at - timedelta(days=settings.same_product_days)
    return frozenset().union(*(asked.products for asked in history if asked.at > since))


def _has_moment(entry: Entry) -> bool:
    return entry.plan.state == "planned" and entry.plan.due_at is not None


def _alone(entry: Entry, settings: ShopSettings, not_before: datetime) -> Request:
    plan = entry.plan
    due_at = plan.due_at
    if due_at is not None and plan.state == "planned":
        due_at = max(due_at, not_before)
    return Request(
        entry.order_id,
        (entry.order_id,),
        entry.language,
        plan.state,
        plan.reason,
        plan.trigger,
        plan.delivered_at,
        plan.usage_days,
        None if due_at is None else _daytime(due_at, entry.zone, settings),
    )


def _groups(
    asking: Iterable[Entry], settings: ShopSettings, not_before: datetime
) -> list[list[tuple[datetime, Entry]]]:
    """Orders whose moments lie within `merge_days` of the first of them."""
    window = timedelta(days=settings.merge_days)
    groups: list[list[tuple[datetime, Entry]]] = []
    moments = [(max(e.plan.due_at, not_before), e) for e in asking if e.plan.due_at]
    for moment in sorted(moments, key=lambda item: (item[0], item[1].order_id)):
        if groups and moment[0] - groups[-1][0][0] <= window:
            groups[-1].append(moment)
        else:
            groups.append([moment])
    return groups


def _shared(
    group: Sequence[tuple[datetime, Entry]],
    asked: Sequence[Asked],
    settings: ShopSettings,
    not_before: datetime,
    kept_keys: Collection[UUID],
) -> tuple[Request, frozenset[UUID]]:
    order_ids = tuple(entry.order_id for _, entry in group)
    due_at, last = group[-1]
    if asked:
        due_at = max(due_at, asked[-1].at + timedelta(days=settings.merge_days))
    send_at = _daytime(due_at, last.zone, settings)
    products = frozenset().union(*(entry.plan.products for _, entry in group))
    products -= asked_lately(asked, send_at, settings)
    reason = None
    if not products:
        reason = "same_product"
    elif capped((item.at for item in asked), send_at, settings):
        reason = "frequency_cap"
    estimated = any(entry.plan.trigger == "estimated" for _, entry in group)
    request = Request(
        min(order_ids, key=lambda order_id: (order_id not in kept_keys, order_id)),
        order_ids,
        last.language,
        "skipped" if reason else "planned",
        reason,
        "estimated" if estimated else "delivered",
        last.plan.delivered_at,
        last.plan.usage_days,
        send_at,
    )
    return request, products


def _daytime(at: datetime, zone: ZoneInfo, settings: ShopSettings) -> datetime:
    return in_daytime(at, zone, settings.send_from_hour, settings.send_until_hour)
