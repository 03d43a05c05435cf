"""What letters to the team, and to its helpdesks, are told; customers' letters: letter_facts."""

from __future__ import annotations

from collections.abc import Mapping

from reviewapp.outbox.fact_kinds import (
    FLAG,
    LINES,
    NUMBER,
    OPTIONAL_LINES,
    OPTIONAL_TEXT,
    OPTIONAL_URL,
    QUOTE,
    TEXT,
    URL,
    WHEN,
    Fact,
    Facts,
)

ROLES = ("owner", "moderator", "marketer", "agent", "analyst")

SHOP = {
    "shop_name": TEXT,
    "shop_address": OPTIONAL_LINES,
    "shop_url": OPTIONAL_URL,
    "shop_color": Fact("color", required=False),
    "time_zone": Fact("zone", required=False),
    "to_name": OPTIONAL_TEXT,
}
"""Facts of the shop, which every letter is told."""

TEAM: Mapping[str, Facts] = {
    "take_down": Facts(
        SHOP
        | {
            "product": TEXT,
            "use": TEXT,
            "place": TEXT,
            "due": WHEN,
            "unreleased": FLAG,
            "page_url": URL,
        }
    ),
    "use_ends": Facts(
        SHOP
        | {
            "use": TEXT,
            "place": TEXT,
            "ends": Fact("when"),
            "days": NUMBER,
            "pieces": NUMBER,
            "page_url": URL,
        }
    ),
    "case_due": Facts(SHOP | {"count": TEXT, "cases": LINES, "page_url": URL}),
    "case_handed_over": Facts(
        SHOP
        | {
            "subject": TEXT,
            "customer": TEXT,
            "answer_to": TEXT,
            "from_customer": FLAG,
            "message": QUOTE,
            "facts": LINES,
        }
    ),
    "sign_in": Facts(SHOP | {"link_url": URL, "minutes": NUMBER}),
    "invitation": Facts(
        SHOP
        | {
            "link_url": URL,
            "inviter": OPTIONAL_TEXT,
            "role": Fact("choice", choices=ROLES),
            "days": NUMBER,
        }
    ),
}
"""Sent whatever the suppression list says; links in them are wiped once they are sent."""
