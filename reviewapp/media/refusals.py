"""Why an uploaded picture is not taken: stable codes, each with an English sentence."""

from __future__ import annotations

from reviewapp.core.errors import Invalid

IMAGE_REFUSALS: dict[str, str] = {
    "image_empty": "This file is empty. Please choose the photo again.",
    "image_too_large_bytes": "This file is too large. Please send a smaller version of the photo.",
    "image_type_unsupported": (
        "This kind of file is not taken. Please send a JPEG, PNG, WebP, HEIC or AVIF photo."
    ),
    "image_type_mismatch": (
        "The name of this file does not fit what is inside. Please send the original photo."
    ),
    "image_too_many_pixels": (
        "This picture has too many pixels. Please send a smaller version of the photo."
    ),
    "image_damaged": "This photo is damaged and cannot be opened. Please try another one.",
    "image_took_too_long": "This photo took too long to open. Please try another one.",
}


class RefusedImage(Invalid):
    """An upload that is not kept; `code` is a key of IMAGE_REFUSALS, `detail` is for the log."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, IMAGE_REFUSALS[code])
        self.detail = detail
