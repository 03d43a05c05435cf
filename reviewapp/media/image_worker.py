"""The image program for uploads: makes and redacts masters; run by `image_pool`, never imported."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from reviewapp.media import encodings, looks, pixels, redaction
from reviewapp.media.image_child import Answer, files, refusal, serve


def answer(request: dict[str, Any], payload: bytes) -> Answer:
    """The master of an upload (`sanitise`), or a master with parts made unreadable (`redact`)."""
    try:
        if request["task"] == "sanitise":
            image = pixels.normalise(payload, request["source_format"], request["max_pixels"])
        else:
            master = pixels.normalise(payload, "JPEG", encodings.MASTER_LONG_SIDE_PX**2)
            image = redaction.redacted(master, request["areas"])
        look = vars(looks.look_of(image))
        return files([encodings.encode_master(image)], look=look)
    except (pixels.TooManyPixelsError, MemoryError) as error:
        return refusal("image_too_many_pixels", error)
    except pixels.DECODER_ERRORS as error:
        return refusal("image_damaged", error)


def warm_up() -> None:
    """Load every codec and colour tables."""
    dot = Image.new("RGB", (2, 2))
    for source_format in ("JPEG", "PNG", "WEBP", "AVIF"):
        out = BytesIO()
        dot.save(out, source_format)
        pixels.normalise(out.getvalue(), source_format, 4)
    looks.look_of(dot)


if __name__ == "__main__":
    serve(answer, warm_up)
