"""The bytes of an upload: parts in storage, each safe before its row counts it."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from reviewapp.core.errors import OutsideFailed
from reviewapp.core.kit import Kit
from reviewapp.core.storage import disk_errors

FOLDER = "uploads"
PIECE_BYTES = 64 * 1024
PART_BYTES = 4 * 1024 * 1024
PART_SECONDS = 5.0
"""A slow line's bytes are put away at least this often: a kill costs no more than this."""


def pieces(body: BinaryIO, most: int) -> Iterator[bytes]:
    """What arrives, in small pieces, up to `most` bytes."""
    while most > 0 and (piece := body.read(min(PIECE_BYTES, most))):
        most -= len(piece)
        yield piece


def parts(arriving: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces joined to parts that are worth an object of their own."""
    held, since = bytearray(), time.monotonic()
    for piece in arriving:
        held += piece
        if len(held) >= PART_BYTES or time.monotonic() - since >= PART_SECONDS:
            yield bytes(held)
            held, since = bytearray(), time.monotonic()
    if held:
        yield bytes(held)


def store_part(kit: Kit, upload_id: UUID, offset: int, data: bytes) -> str:
    """Put one part away, safely; its key. Two that begin at one offset do not touch each other."""
    key = f"{FOLDER}/{upload_id.hex}.{offset:012d}.{secrets.token_hex(4)}"
    kit.storage.put(key, data, content_type="application/octet-stream")
    return key


def join(kit: Kit, keys: list[str], target: Path) -> str:
    """Write the whole file to `target`; its SHA-256 in hex."""
    digest = hashlib.sha256()
    with disk_errors("written"), target.open("wb") as file:
        for key in keys:
            with kit.storage.open(key) as part:
                while piece := part.read(PART_BYTES):
                    digest.update(piece)
                    file.write(piece)
    return digest.hexdigest()


def forget(kit: Kit, upload_id: UUID) -> None:
    """Delete all bytes of an upload, counted or not; what cannot be deleted now is swept later."""
    with suppress(OutsideFailed):
        for key in list(kit.storage.list(f"{FOLDER}/{upload_id.hex}.")):
            kit.storage.delete(key)


def drop(kit: Kit, keys: list[str]) -> None:
    """Delete parts that will never count."""
    with suppress(OutsideFailed):
        for key in keys:
            kit.storage.delete(key)


def stored_uploads(kit: Kit) -> dict[UUID, list[str]]:
    """Keys of all parts there are, by upload."""
    found: dict[UUID, list[str]] = {}
    for key in kit.storage.list(f"{FOLDER}/"):
        with suppress(ValueError):
            found.setdefault(UUID(key.removeprefix(f"{FOLDER}/").split(".")[0]), []).append(key)
    return found
