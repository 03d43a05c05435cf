"""Words for people about single photos and films; English msgids."""

from __future__ import annotations

CONTENTS = {
    "people": ("People", "Somebody other than the author can be recognised."),
    "children": ("Children", "A child can be recognised, the author’s own too."),
    "brands": ("Other brands", "Names, logos or works of others catch the eye."),
    "personal_data": ("Personal data", "A name, an address, a number plate, a document."),
}
"""What may be in a picture (P5) → label and one sentence."""

STATES = {
    "attached": ("Being prepared", "info", "clock"),
    "ready": ("Ready", "good", "check"),
    "failed": ("Could not be prepared", "bad", "triangle-alert"),
    "hidden": ("Taken out", "", "eye-off"),
    "staged": ("Being prepared", "info", "clock"),
}
"""State → label, tone, icon."""

ACTIONS = {
    "reject": ("Taken out", "ban"),
    "hide": ("Taken out", "ban"),
    "redact": ("Part made unreadable", "eye-off"),
    "show": ("Shown again", "eye"),
    "check": ("Looked at", "list-checks"),
}
"""What a person did → label and icon."""

DONE = {
    "reject": "The file is taken out. The words stay.",
    "hide": "The file is taken out. The words stay.",
    "redact": "The part is unreadable now. The page is made anew.",
    "show": "The file is shown again.",
    "check": "Noted what is in it.",
}

FAILURES = {
    "worker_lost": "The work on it was broken off each time.",
    "video_took_too_long": "Preparing it took too long.",
    "video_too_demanding": "Preparing it needs more memory than there is.",
    "video_damaged": "It is damaged.",
    "image_damaged": "It is damaged.",
    "outside_failed": "The storage did not take it. It is tried again.",
    "unavailable": "No program to prepare it could be started. It is tried again.",
}
"""Why a file is not ready → a sentence."""
