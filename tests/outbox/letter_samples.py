"""Facts for every letter, as the rooms hand them in."""

from __future__ import annotations

from typing import Any

SHOP: dict[str, Any] = {
    "shop_name": "Kiln & Clay",
    "shop_address": "Ofenweg 1\n10115 Berlin",
    "shop_color": "#8a3b12",
    "time_zone": "Europe/Berlin",
}
MUG: list[dict[str, Any]] = [{"name": "Stoneware mug"}]
PAGE = "https://kiln.example/r/abc"

FACTS: dict[str, dict[str, Any]] = {
    "request": SHOP
    | {
        "to_name": "Ada",
        "products": MUG,
        "page_url": PAGE,
        "unsubscribe_url": "https://kiln.example/u/abc",
    },
    "reminder": SHOP
    | {
        "products": [*MUG, {"name": "Bowl <big>", "picture_url": "https://kiln.example/b.webp"}],
        "page_url": PAGE,
        "unsubscribe_url": "https://kiln.example/u/abc",
        "estimated": True,
        "incentive_disclosure": "Everybody who writes takes part in a draw.",
    },
    "help_received": SHOP
    | {
        "message": "It broke.\n{{ really }} <b>",
        "answer_by": "2026-11-24T09:00:00+00:00",
        "page_url": PAGE,
        "season_note": "Before Christmas we need a day longer.\n<b> & {{ sorry }}",
    },
    "case_reply": SHOP
    | {
        "answer": "A new mug leaves tomorrow.\nYou keep the other one.",
        "answerer": "Bo Lind",
        "message": "It broke.\n{{ really }} <b>",
        "page_url": PAGE,
    },
    "review_received": SHOP | {"products": MUG, "mine_url": f"{PAGE}/mine", "days": 10},
    "review_confirm": SHOP
    | {"products": MUG, "confirm_url": "https://kiln.example/c/abc", "days": 14},
    "review_refused": SHOP
    | {
        "products": MUG,
        "reason": "personal_information",
        "passage": "call me: 0123",
        "note": "Leave out the number.",
        "mend_url": f"{PAGE}/mine",
    },
    "report_answered": SHOP
    | {"products": MUG, "upheld": True, "answer": "A phone number was taken out."},
    "question_answered": SHOP
    | {
        "to_name": "Ada",
        "products": MUG,
        "question": "Is it safe\n{{ really }} <b> in the dishwasher?",
        "answer": "Yes, up to 60 °C.",
        "product_url": "https://kiln.example/mug",
    },
    "review_may_change": SHOP | {"products": MUG, "mine_url": f"{PAGE}/mine"},
    "case_due": SHOP
    | {"to_name": "Bo", "count": "2", "cases": "14:00: Ada Quist\n15:00: –", "page_url": PAGE},
    "case_feedback": SHOP | {"to_name": "Ada", "page_url": PAGE},
    "buy_again": SHOP | {"products": MUG, "page_url": PAGE, "unsubscribe_url": f"{PAGE}/u"},
    "permission_ask": SHOP
    | {
        "to_name": "Ada",
        "product": "Stoneware mug",
        "use": "In paid advertisements of the shop",
        "note": "Spring campaign",
        "picture_url": "https://kiln.example/p/v1/wk_x/media/a.webp",
        "words": "Keeps <b>tea</b> warm.",
        "page_url": "https://kiln.example/a/abc",
        "reminder": True,
    },
    "permission_longer": SHOP
    | {
        "to_name": "Ada",
        "product": "Stoneware mug",
        "use": "In paid advertisements of the shop",
        "note": "Spring campaign",
        "picture_url": "https://kiln.example/p/v1/wk_x/media/a.webp",
        "words": "Keeps <b>tea</b> warm.",
        "runs": "31 May 2027",
        "until": "31 May 2028",
        "page_url": "https://kiln.example/a/abc",
        "reminder": True,
    },
    "release_ask": SHOP
    | {
        "product": "Stoneware mug",
        "use": "In paid advertisements of the shop",
        "note": "Spring campaign",
        "picture_url": "https://kiln.example/p/v1/wk_x/media/a.webp",
        "guardian": True,
        "page_url": "https://kiln.example/d/abc",
    },
    "take_down": SHOP
    | {
        "product": "Stoneware mug",
        "use": "In paid advertisements of the shop",
        "place": "Spring campaign",
        "due": "2026-11-24T09:00:00+00:00",
        "page_url": "https://kiln.example/admin/take-downs",
    },
    "use_ends": SHOP
    | {
        "use": "In paid advertisements of the shop",
        "place": "Spring campaign",
        "ends": "2026-12-24T23:59:00+00:00",
        "days": 30,
        "pieces": 3,
        "page_url": "https://kiln.example/admin/library/exports/1",
    },
    "case_handed_over": SHOP
    | {
        "subject": "Damaged or wrong item, order 1001",
        "customer": "Ada",
        "answer_to": "ada@customers.example",
        "from_customer": True,
        "message": "The handle <b>broke</b>.",
        "facts": "Order 1001\nTotal: 24.00 EUR",
    },
    "sign_in": SHOP | {"to_name": "Bo", "link_url": "https://kiln.example/s/abc", "minutes": 15},
    "invitation": SHOP
    | {"inviter": "Bo", "role": "agent", "days": 7, "link_url": "https://kiln.example/s/abc"},
}
