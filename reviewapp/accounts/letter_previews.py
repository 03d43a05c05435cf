"""Facts for looking at letters: the shop's own name and colour, a made-up customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from reviewapp.core import clock
from reviewapp.core.i18n import SOURCE_LANGUAGE, translator
from reviewapp.models.account import Shop
from reviewapp.outbox.shop_facts import shop_facts
from reviewapp.rights.texts import licence_text

RULES: Mapping[str, tuple[str, ...]] = {
    "request": ("G3", "G5", "G6", "G7", "G20", "G26"),
    "reminder": ("G3", "G5", "G6", "G7", "G20", "G26"),
    "help_received": ("G6", "G8"),
    "case_reply": ("G8",),
    "case_feedback": ("G8", "G10"),
    "buy_again": ("G8",),
    "case_due": (),
    "review_received": ("G10", "G14", "G28"),
    "review_confirm": ("G10", "G14"),
    "review_refused": ("G13", "G28"),
    "report_answered": ("G13",),
    "question_answered": (),
    "review_may_change": ("G8", "G28"),
    "permission_ask": ("P1", "P2"),
    "permission_longer": ("P1", "P2", "P3"),
    "release_ask": ("P1", "P2", "P5"),
    "take_down": ("P3",),
    "use_ends": ("P3",),
    "case_handed_over": ("G8",),
    "sign_in": (),
    "invitation": (),
}
"""Which rules bind each letter's wording (docs/rules.md)."""

Facts = Mapping[str, Any]


def sample_facts(
    letter: str, shop: Shop, product: str, host: str, words: Mapping[str, str]
) -> dict[str, Any]:
    """What `letter` is told in its preview; `words` are the customer's, in the page's language."""
    page, link = f"{host}/r/example", f"{host}/signin/link/example"
    mug = {"products": [{"name": product}]}
    asks = mug | {
        "page_url": page,
        "unsubscribe_url": f"{host}/u/example",
        "incentive_disclosure": shop.settings.incentive_disclosure,
    }
    told: dict[str, Facts] = {
        "request": asks,
        "reminder": asks,
        **_help(page, words),
        "review_received": mug
        | {"mine_url": f"{page}/mine", "days": shop.settings.auto_publish_days},
        "review_confirm": mug | {"confirm_url": f"{host}/c/example", "days": 14},
        "review_refused": mug
        | {
            "reason": "personal_information",
            "passage": words["passage"],
            "mend_url": f"{page}/mine",
        },
        "report_answered": mug | {"upheld": True, "answer": words["answer"]},
        "question_answered": mug
        | {"question": words["question"], "answer": words["answer"], "product_url": host},
        "review_may_change": mug | {"mine_url": f"{page}/mine"},
        **_permission(product, host, words),
        "buy_again": mug | {"page_url": shop.url or host, "unsubscribe_url": f"{host}/u/example"},
        "sign_in": {"link_url": link, "minutes": 10},
        "invitation": {"link_url": link, "inviter": "Bo Lind", "role": "agent", "days": 7},
    }
    address = {"shop_address": shop.postal_address or "–"}
    return shop_facts(shop, "Ada Quist") | address | dict(told[letter])


def _permission(product: str, host: str, words: Mapping[str, str]) -> dict[str, Facts]:
    about = {"product": product, "use": licence_text("ads", SOURCE_LANGUAGE).sentence}
    return {
        "permission_ask": about | {"words": words["message"], "page_url": f"{host}/a/example"},
        "permission_longer": about
        | {
            "words": words["message"],
            "page_url": f"{host}/a/example",
            "runs": translator(SOURCE_LANGUAGE).long_date(clock.now() + timedelta(days=30)),
            "until": translator(SOURCE_LANGUAGE).long_date(clock.now() + timedelta(days=395)),
        },
        "release_ask": about | {"page_url": f"{host}/d/example"},
        "take_down": about
        | {"place": "Spring campaign", "page_url": f"{host}/admin/library/take-downs"},
        "use_ends": {
            "use": about["use"],
            "place": "Spring campaign",
            "ends": (clock.now() + timedelta(days=30)).isoformat(),
            "days": 30,
            "pieces": 3,
            "page_url": f"{host}/admin/library/exports",
        },
    }


def _help(page: str, words: Mapping[str, str]) -> dict[str, Facts]:
    said = {"message": words["message"], "page_url": page}
    tomorrow = clock.now() + timedelta(days=1)
    return {
        "help_received": said | {"answer_by": tomorrow.isoformat()},
        "case_feedback": {"page_url": page},
        "case_due": {"count": "1", "cases": "14:00: Ada Quist", "page_url": page},
        "case_reply": said | {"answer": words["answer"], "answerer": "Bo Lind"},
        "case_handed_over": {
            "subject": "Damaged or wrong item, order 1001",
            "customer": "Ada Quist",
            "answer_to": "ada@customers.example",
            "from_customer": True,
            "message": words["message"],
            "facts": "Order 1001 of 2026-11-02 09:00 UTC",
        },
    }
