"""Words for people: themes, places, states; English msgids."""

from __future__ import annotations

THEMES = {
    "damage": "Damage",
    "wrong_item": "Wrong item",
    "shipping": "Delivery",
    "refund": "Refund or return",
    "exchange": "Exchange",
    "payment": "Payment",
    "price": "Price",
    "support": "Our service",
    "sizing": "Size",
    "mismatch": "Not as described",
    "usage": "How to use it",
    "quality": "Quality",
    "risk": "Legal threat or dispute",
}
PLACES = {
    "page": "Product page",
    "faq": "FAQ",
    "policy": "Policy",
    "supplier": "Supplier or stock",
    "script": "How we answer",
    "other": "Somewhere else",
}
STATES = {
    "proposed": ("Proposed", "info", "circle-dashed"),
    "open": ("To do", "", "clock"),
    "done": ("Done", "good", "check"),
    "dropped": ("Nothing changes", "", "ban"),
}
"""State → label, tone, icon."""
ORIGINS = {
    "reply": "From a public answer",
    "case": "From a case",
    "question": "From a question",
    "theme": "Named again and again",
    "hand": "Written down",
}
ROUTES = {
    "delay": "Late or missing parcel",
    "return": "Refund or return",
    "damaged": "Damaged or wrong item",
    "chargeback": "Chargeback risk",
}
AXES = {
    "batch": "One batch",
    "product": "One product",
    "theme": "One theme",
    "route": "One kind of case",
}
