"""Small words for talking tus in tests."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from tests.collect.links import Link

VERSION = {"Tus-Resumable": "1.0.0"}
BODY = "application/offset+octet-stream"


def metadata(**values: str) -> str:
    """Upload-Metadata of these keys and values."""
    pairs = ((key, b64encode(value.encode()).decode()) for key, value in values.items())
    return ",".join(f"{key} {value}" for key, value in pairs)


def begin(link: Link, length: int | str, headers: dict[str, str] | None = None, **said: str) -> Any:
    """POST: announce a file, a photo of a mug for the help form unless something else is said."""
    said = {"filename": "mug.jpg", "filetype": "image/jpeg", "form": "help"} | said
    told = {"Upload-Length": str(length), "Upload-Metadata": metadata(**said)}
    return link.client.post(f"/r/{link.token}/uploads", headers=VERSION | told | (headers or {}))


def send(link: Link, place: str, offset: int, data: bytes, **headers: str) -> Any:
    """PATCH: append bytes."""
    told = VERSION | {"Upload-Offset": str(offset), "Content-Type": BODY}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return link.client.patch(place, data=data, headers=told | named)


def offset(link: Link, place: str) -> int:
    """HEAD: how far it is."""
    answer = link.client.head(place, headers=VERSION)
    assert answer.status_code == 200, answer.status_code
    return int(answer.headers["Upload-Offset"])


def send_file(link: Link, data: bytes, **said: str) -> Any:
    """Announce and send a whole file; the answer to the last byte, and its place."""
    place = begin(link, len(data), **said).headers["Location"]
    return send(link, place, 0, data), place
