"""The image program for pages: makes the sizes of a master; run by `image_pool`, never imported.

A program of its own because it needs a third of the other's libraries: those it leaves out are
what keeps it below 100 MB while the largest AVIF is written (docs/decisions/0121).
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from reviewapp.media import encodings
from reviewapp.media.image_child import BROKEN_FILE, Answer, files, refusal, serve


def answer(request: dict[str, Any], payload: bytes) -> Answer:
    """Every size and format of a master, widest first."""
    try:
        return files(encodings.renditions(payload, request["widths_px"]))
    except BROKEN_FILE as error:
        return refusal("image_damaged", error)


def warm_up() -> None:
    """Load the codecs that are written, and the one that is read."""
    out = BytesIO()
    Image.new("RGB", (2, 2)).save(out, "JPEG")
    encodings.renditions(out.getvalue(), [2])


if __name__ == "__main__":
    serve(answer, warm_up)
