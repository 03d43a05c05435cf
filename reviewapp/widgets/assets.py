"""The built tags: which files there are, and their way into the published folder."""

from __future__ import annotations

import re
from pathlib import Path

from reviewapp.core.kit import Kit
from reviewapp.widgets.writer import BEST, put_document

BUILT = Path(__file__).resolve().parents[2] / "static" / "dist" / "widget"
"""Built by `npm run build`, committed; names of modules carry a content hash."""
FOLDER = "widget/v1"
HASHED = re.compile(r"-[A-Z0-9]{8}\.js$")


def built_files() -> dict[str, bytes]:
    """Every built file by name."""
    return {
        file.name: file.read_bytes()
        for file in sorted(BUILT.iterdir())
        if file.suffix in (".js", ".css", ".html")
    }


def publish_assets(kit: Kit) -> None:
    """Put the tags beside the documents: the folder then serves storefronts without the app.

    Modules of older releases stay, since pages that are open may still ask for them.
    """
    for name, content in built_files().items():
        target = f"{FOLDER}/{name}"
        if not (HASHED.search(name) and kit.published.exists(target)):
            put_document(kit.published, target, content, quality=BEST)
