"""The closed vocabulary of why a request is not simply on its way, with a sentence for people."""

from __future__ import annotations

AWAITING = {
    "awaiting_delivery": "Nothing has been delivered yet; the request is planned on delivery.",
}
SKIPPED = {
    "no_address": "The order carries no e-mail address.",
    "unsubscribed": "The customer has unsubscribed from requests.",
    "bounced": "Mail to this address came back.",
    "complained": "The customer reported a request as spam.",
    "product_excluded": "Every product of the order is excluded for everyone.",
    "never_delivered": "Nothing was delivered within 90 days of the order.",
    "too_old": "The delivery lies longer ago than the shop asks back.",
    "frequency_cap": "The customer had the most messages the shop sends in this time.",
    "same_product": "The customer was asked about the same product within a year.",
    "no_lines": "The order holds nothing that could be reviewed.",
}
CANCELLED = {
    "cancelled_before_delivery": "The order was cancelled before it was shipped or delivered.",
    "refunded_before_delivery": "The order was refunded before it was shipped or delivered.",
    "returned_undelivered": "The parcel went back without reaching the customer.",
    "lost": "The parcel was lost.",
    "merged": "Another request of the same customer asks about this order too.",
    "responded": "The customer has already answered.",
    "written_on_page": "The review came by itself, from a product's page; nobody was asked.",
}
DELAYED = {
    "open_case": "Waits for an open case, for at most 14 days; then it goes out anyway.",
    "pause": "Waits for a pause to end, for at most 14 days; then it goes out anyway.",
    "season_held": "Held in a busy season like all requests, by at most 14 days, then sent.",
    "season_slowed": "Slowed in a busy season like all requests, by at most 14 days.",
    "spacing": "Another message went to this customer within the last days.",
    "outside_hours": "Waits for daytime where the customer lives.",
    "no_postal_address": "Waits for the shop's postal address, which every request must name.",
}
REASONS = AWAITING | SKIPPED | CANCELLED | DELAYED


def sentence(reason: str | None) -> str:
    """What a reason means, for people; the code itself where another room coined it."""
    return "" if reason is None else REASONS.get(reason, reason)
