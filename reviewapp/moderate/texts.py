"""Words for people: reasons, actions, kinds of flags and answers; English msgids."""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    "abusive": (
        "Abusive",
        "Harassing, defamatory, obscene or vulgar. Anger about a product is not abuse.",
    ),
    "personal_information": (
        "Personal information",
        "It shows somebody’s data or likeness. Taking out the passage is often enough.",
    ),
    "discriminatory": (
        "Discriminatory",
        "It puts people down for origin, religion, sex, age, disability or the like.",
    ),
    "confidential": ("Confidential", "It tells secrets: trade secrets, passwords, private talks."),
    "clearly_false": (
        "Clearly false",
        "A fact you can disprove with evidence. An opinion in dispute is not clearly false.",
    ),
    "not_genuine": (
        "Not genuine",
        "Bought, invented, or written by a competitor or by the shop itself; say how you know.",
    ),
    "unrelated": (
        "Unrelated",
        "About something else altogether. Delivery and service belong to the experience.",
    ),
    "unlawful": ("Unlawful", "Its content breaks the law, or a court forbade it."),
    "duplicate": ("Duplicate", "The same author sent the same text for the same purchase."),
    "author_withdrew": ("Withdrawn by its author", "The author took it back."),
}
"""Reason of G13 → label and one sentence of help."""

ACTIONS = {
    "publish": "Published",
    "refuse": "Refused",
    "redact": "Published with a passage taken out",
    "hold": "Held as possible fraud",
    "undo": "Taken back",
}
STATES = {
    "pending": ("Waiting", "info", "clock"),
    "held": ("Held", "warn", "pause"),
    "published": ("Published", "good", "check"),
    "refused": ("Refused", "bad", "ban"),
    "withdrawn": ("Withdrawn", "", "undo-2"),
}
"""State → label, tone, icon."""

FLAGS = {
    "language": ("Language", "languages"),
    "profanity": ("Language that may offend", "flag"),
    "personal_data": ("Personal data", "user"),
    "link": ("Web address", "link"),
    "duplicate": ("Near-copy", "copy"),
    "staff": ("Staff", "users"),
    "blocked_word": ("Your list of words", "list-checks"),
    "velocity": ("Many at once", "clock"),
    "report": ("Reported", "flag"),
    "colleague": ("A colleague asks", "users"),
    "spam": ("Reads like spam", "send"),
    "machine_written": ("Reads like machine-written", "settings"),
    "competitor": ("Another brand", "tag"),
}
"""Kind of flag → label, icon; all look alike, none has a colour that judges."""

FLAG_SETTINGS = {
    "blocked_word": "blocked_words",
    "competitor": "competitor_names",
    "staff": "staff_domains",
}
"""Kind of flag → the setting whose entries it matched."""

REPLY_KINDS = {
    "mismatch": "Not what they expected",
    "shipping": "Delivery",
    "support": "Our service",
    "quality": "Quality",
    "wrong_item": "Wrong item",
    "damaged": "Damaged",
    "refund": "Refund",
    "price": "Price",
    "thanks": "Thank you",
}
PLACES = {
    "page": "Product page",
    "faq": "FAQ",
    "policy": "Policy",
    "supplier": "Supplier or stock",
    "script": "How we answer",
    "other": "Somewhere else",
    "nothing": "Nothing changes",
}
"""Where an improvement is made."""
QUESTIONS = {
    "fit": "How does it fit?",
    "use": "How do you use it?",
    "result": "What changed since you have been using it?",
    "delivery": "How did it arrive?",
}
"""Labels of the built-in questions; a shop's own come from its settings."""
CHOICES = {
    ("fit", "small"): "Runs small",
    ("fit", "true"): "True to size",
    ("fit", "large"): "Runs large",
    ("delivery", "well"): "On time and in one piece",
    ("delivery", "late"): "Later than promised",
    ("delivery", "damaged"): "Damaged or incomplete",
}
"""Built-in answers that are chosen, not written."""
QUESTION_STATES = {
    "pending": ("Waiting", "info", "clock"),
    "published": ("Shown", "good", "check"),
    "refused": ("Refused", "bad", "ban"),
    "withdrawn": ("Taken back", "", "undo-2"),
}
"""State of a question or answer → label, tone, icon."""
