"""Why an uploaded file is not taken: stable codes, each with an English sentence."""

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


VIDEO_REFUSALS: dict[str, str] = {
    "video_empty": "This file is empty. Please choose the video again.",
    "video_too_large_bytes": "This video is too large. Please send a shorter or smaller one.",
    "video_type_unsupported": (
        "This kind of video is not taken. Please send an MP4, MOV, WebM, MKV or 3GP video."
    ),
    "video_type_mismatch": (
        "The name of this file does not fit what is inside. Please send the original video."
    ),
    "video_too_long": "This video lasts longer than a minute. Please shorten it and send it again.",
    "video_without_picture": "There is sound in this file but no moving picture.",
    "video_too_many_pixels": "This video is larger than 4K. Please send a smaller version of it.",
    "video_damaged": "This video is damaged and cannot be opened. Please try another one.",
    "video_took_too_long": "This video took too long to open. Please send a smaller one.",
    "video_too_demanding": "This video needs too much memory. Please send a smaller version of it.",
}


class RefusedFile(Invalid):
    """An upload that is not kept; `detail` is for the log."""

    def __init__(self, code: str, message: str, detail: str = "") -> None:
        super().__init__(code, message)
        self.detail = detail


class RefusedImage(RefusedFile):
    """A picture that is not kept; `code` is a key of IMAGE_REFUSALS."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, IMAGE_REFUSALS[code], detail)


class RefusedVideo(RefusedFile):
    """A film that is not kept; `code` is a key of VIDEO_REFUSALS."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, VIDEO_REFUSALS[code], detail)
