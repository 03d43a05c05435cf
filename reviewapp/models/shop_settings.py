"""A shop's choices as one frozen value; numbers are the playbook's defaults."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

EXPERIENCE_PAGES = ("symmetric", "emphasis")


@dataclass(frozen=True)
class ShopSettings:
    """What a shop may choose; nothing here can relax a rule (G31)."""

    # Asking (playbook 2)
    usage_days: int = 7
    usage_days_by_product_type: dict[str, int] = field(default_factory=dict)
    usage_days_by_tag: dict[str, int] = field(default_factory=dict)
    send_from_hour: int = 9
    send_until_hour: int = 19
    reminder_days: tuple[int, ...] = (5, 12)
    """Days after the first message; at most two."""
    merge_days: int = 3
    """Orders of one person due within these days of one another share one message."""
    partial_wait_days: int = 14
    """How long a first delivered line waits for the rest of its order."""
    max_messages: int = 5
    max_messages_days: int = 30
    same_product_days: int = 365
    delay_days: int = 14
    """The longest an open case or a pause may delay a request (G2); never above 14."""
    max_age_days: int = 90
    """Orders delivered longer ago are not asked: the link's term would be over."""
    link_days: int = 90
    transit_days: int = 7
    """Promised transit where an order carries no promised date."""
    incentive: str | None = None
    incentive_disclosure: str | None = None
    # The page behind the link (rules: exactly these two variants)
    experience_page: str = "symmetric"
    questions_by_product_type: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # Helping (playbook 4): first response in business hours by route
    first_response_hours: dict[str, int] = field(
        default_factory=lambda: {
            "question": 12,
            "delay": 24,
            "return": 24,
            "damaged": 24,
            "chargeback": 8,
            "other": 24,
        }
    )
    next_update_hours: dict[str, int] = field(
        default_factory=lambda: {
            "question": 12,
            "delay": 16,
            "return": 16,
            "damaged": 16,
            "chargeback": 8,
            "other": 24,
        }
    )
    """Until the customer hears again: after their next word, and what an answer proposes."""
    resolution_hours: dict[str, int] = field(
        default_factory=lambda: {
            "question": 24,
            "delay": 80,
            "return": 80,
            "damaged": 40,
            "chargeback": 40,
            "other": 80,
        }
    )
    """Until it is solved, without the time spent waiting for the customer."""
    refund_limit: int = 50
    """The order total up to which the front line may settle a refund; above, it escalates."""
    high_value: int = 300
    """The order total from which a case is for a person with the right; 0: never."""
    repeat_cases: int = 3
    """A customer's so-manieth case within 90 days escalates."""
    repair_follow_up_days: int = 14
    """Days after solving on which somebody looks after a recovered customer; 0: never."""
    repeat_purchase_days: int = 0
    """Days after a good answer until one word about buying again; 0: never."""
    case_feedback: bool = True
    """One letter after a case is solved asks how the help was."""
    recommendation: bool = False
    """The same page also asks whether they would recommend the shop."""
    # Deciding (G14): a review is published by itself after these days, at most 14
    auto_publish_days: int = 10
    reply_approval: bool = False
    """A public answer waits for a second person."""
    blocked_words: tuple[str, ...] = ()
    competitor_names: tuple[str, ...] = ()
    staff_domains: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> ShopSettings:
        """Defaults overlaid with what the shop stored; unknown names are ignored."""
        known = {item.name for item in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        for name in ("reminder_days", "blocked_words", "competitor_names", "staff_domains"):
            if name in values:
                values[name] = tuple(values[name])
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """The JSON kept in `shop.settings`; `from_json` gives the same value back."""
        return asdict(self)
