"""The tus resumable upload protocol 1.0.0 in headers: what was asked, what is answered.

https://tus.io/protocols/resumable-upload: core, creation, creation-with-upload, expiration,
checksum and termination.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b64decode
from binascii import Error as Base64Error
from email.utils import format_datetime
from io import RawIOBase
from typing import Any, BinaryIO

from werkzeug.datastructures import Headers
from werkzeug.exceptions import ClientDisconnected

from reviewapp.core.errors import AppError, Malformed
from reviewapp.media.uploads import Checksum
from reviewapp.models.upload import Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = ("sha1", "sha256")
BODY_TYPE = "application/offset+octet-stream"
METHODS = ("PATCH", "DELETE", "HEAD")
"""What a POST may stand for by X-HTTP-Method-Override."""
MOST_METADATA_CHARS = 4096
MOST_NAME_CHARS = 255
MOST_TYPE_CHARS = 100
MOST_FORM_CHARS = 80
_NUMBER = re.compile(r"[0-9]{1,18}")
_FORM = re.compile(r"[a-z0-9-]*")


class TusRefusal(AppError):
    """A request outside the protocol, with the status that the protocol gives it."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status


def check_version(headers: Headers) -> None:
    """412 for any other version than ours."""
    if headers.get("Tus-Resumable") != VERSION:
        raise TusRefusal(412, "tus_version")


def check_body_type(content_type: str | None) -> None:
    """415 for a body that is not raw bytes of a file."""
    if content_type != BODY_TYPE:
        raise TusRefusal(415, "unsupported_media_type")


def number(headers: Headers, name: str) -> int:
    """A header that is a whole number of bytes; Malformed without one."""
    text = headers.get(name, "")
    if not _NUMBER.fullmatch(text):
        raise Malformed
    return int(text)


def metadata(headers: Headers) -> dict[str, str]:
    """Upload-Metadata: keys in ASCII, values in base64 of UTF-8; Malformed outside its syntax."""
    text = headers.get("Upload-Metadata", "")
    if len(text) > MOST_METADATA_CHARS:
        raise Malformed
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        key, _, value = pair.partition(" ")
        if not key.isascii() or key in found:
            raise Malformed
        try:
            found[key] = b64decode(value, validate=True).decode()
        except (Base64Error, UnicodeDecodeError) as error:
            raise Malformed from error
    return found


def said_name(found: dict[str, str]) -> str:
    """The file's name as the client says, kept to be compared and shown: never a path of ours.

    PostgreSQL takes no NUL; it stays a control character, so that the name is refused for it
    (`image_types.claimed_formats`). Of a long name the end is kept: it has the extension.
    """
    name = found.get("filename", "").replace("\x00", "\x01")
    return name if len(name) <= MOST_NAME_CHARS else name[-MOST_NAME_CHARS:]


def said_type(found: dict[str, str]) -> str:
    """The file's type as the client says; nothing where it is no type at all."""
    kind = found.get("filetype", "").strip().lower()
    readable = len(kind) <= MOST_TYPE_CHARS and kind.isascii() and kind.isprintable()
    return kind if readable else "?"


def said_form(found: dict[str, str]) -> str:
    """Which form the file is for; Malformed for what cannot be the name of one."""
    form = found.get("form", "")
    if len(form) > MOST_FORM_CHARS or not _FORM.fullmatch(form):
        raise Malformed
    return form


def checksum(headers: Headers) -> Checksum | None:
    """Upload-Checksum as announced, None without one; 400 for an unknown algorithm."""
    text = headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, value = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise TusRefusal(400, "upload_checksum_unknown")
    try:
        expected = b64decode(value, validate=True)
    except Base64Error as error:
        raise Malformed from error
    return Checksum(hashlib.new(algorithm, usedforsecurity=False), expected)


def told(upload: Upload) -> dict[str, str]:
    """What every answer about an upload says: how far it is, and until when it is kept."""
    return {
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.length),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
    }


def abilities(most_bytes: int) -> dict[str, str]:
    """The answer to OPTIONS."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(most_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


class Arriving(RawIOBase):
    """A request's body; a connection that breaks off is its end, not an error."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """It is read forward, once."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See io.RawIOBase."""
        try:
            piece: bytes = self._stream.read(len(buffer))
        except (ClientDisconnected, ConnectionError, TimeoutError):
            return 0
        buffer[: len(piece)] = piece
        return len(piece)


def shown_name(name: str, most_chars: int) -> str:
    """A client's name for a file, fit to be shown: one line, short, nothing invisible."""
    shown = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    return shown if len(shown) <= most_chars else f"{shown[:most_chars]}…"


def arriving(stream: Any) -> BinaryIO:
    """The body as `media.uploads.receive` reads it."""
    return Arriving(stream)  # type: ignore[return-value]  # RawIOBase is what BinaryIO asks for
